"""JupyterLab in a real Chromium, for the browser tests and for the pictures in the notebooks.

    with Lab() as lab:
        notebook = lab.open("00-start-here.ipynb")
        notebook.run_all()
        with notebook.redraw():
            notebook.press("width", "ArrowRight")
        print(notebook.traces()[0]["y"], notebook.text("status"))
        assert notebook.errors == []

It works on a copy of the notebooks, with settings of its own: the user's stay as they are.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SCREEN = {"width": 1366, "height": 768}
CHROMIUMS = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
FLAGS = [
    "--disable-gpu",  # software drawing: the same picture on every machine
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

WIDGET = "jupyterapp.shell.currentWidget"  # the open notebook, in JupyterLab's own words
READ_TRACES = """figure => figure._fullData.map(trace => {
    const plain = e => e?.map ? list(e) : Number.isNaN(e) ? null : e  // so that a gap equals a gap
    const list = v => v == null ? null : Array.from(v, plain), {name, type, visible} = trace
    return {name, type, visible, x: list(trace.x), y: list(trace.y), z: list(trace.z)}
})"""
COUNT_REDRAWS = """() => {
    const redraws = window.slRedraws ??= [], note = () => redraws.push(performance.now())
    for (const figure of document.querySelectorAll('.js-plotly-plot:not([data-sl-counted])')) {
        figure.dataset.slCounted = true
        for (const drawn of ['plotly_afterplot', 'plotly_transitioned']) figure.on(drawn, note)
    }
    return redraws
}"""


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


class Lab:
    """A JupyterLab server on a copy of `notebooks`, and a browser to see it with."""

    def __init__(self, notebooks: Path = NOTEBOOKS) -> None:
        self.source = notebooks
        self.browser: Browser
        self.url = self.token = ""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scorelab-")))
            stack.enter_context(self._serve(home))
            playwright = stack.enter_context(sync_playwright())
            as_root = getattr(os, "geteuid", lambda: 1)() == 0  # Chromium has no sandbox for root
            self.browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=FLAGS + ["--no-sandbox"] * as_root
            )
            stack.callback(self.browser.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @contextmanager
    def _serve(self, home: Path) -> Iterator[None]:
        """Run JupyterLab on a free port of the loopback, everything it keeps being under `home`."""
        shutil.copytree(self.source, home / "notebooks")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        own = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
        own |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += ["--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={self.token}"]
        command += [f"--ServerApp.root_dir={home / 'notebooks'}", "--expose-app-in-browser"]
        # The reader's kernel is not headless, whatever the caller's is.
        environment = {k: v for k, v in os.environ.items() if k != "SCORELAB_HEADLESS"} | own
        with (home / "log").open("w") as log:
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            self._wait_for(server, home / "log")
            yield
        finally:
            server.terminate()  # it shuts its kernels down first
            server.wait(timeout=30)

    def _wait_for(self, server: subprocess.Popen[bytes], log: Path) -> None:
        for _ in range(300):
            if server.poll() is not None:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
            try:
                urllib.request.urlopen(f"{self.url}/api", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not answer within 30 s:\n{log.read_text()}")

    def open(self, name: str) -> "Notebook":
        """Open a notebook as `make lab` does, in a new page, and wait for its kernel."""
        page = self.browser.new_page(viewport=SCREEN)
        notebook = Notebook(page)
        page.goto(f"{self.url}/doc/tree/{name}?token={self.token}")
        page.wait_for_function(f"window.jupyterapp && {WIDGET}?.sessionContext?.isReady")
        return notebook


class Notebook:
    """A notebook in the browser; `errors` lists what went wrong in the page, its console or a cell.

    A control is named as its class is, without `sl-`: `width` means the control in `.sl-width`.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
        page.on("request", self._note_request)
        page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        page.on("response", self._note_response)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).hostname != "127.0.0.1":
            self.errors.append(f"leaves this machine: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    # What a reader does

    def run_all(self, timeout: float = 600) -> None:
        """Run every cell, wait (`timeout` in seconds) for the last, note what failed."""
        self.page.evaluate("window.slRan = false")
        self.page.evaluate(
            "() => { jupyterapp.commands.execute('notebook:run-all-cells')"
            ".then(() => window.slRan = true) }"
        )
        self.page.wait_for_function("window.slRan", timeout=timeout * 1000)
        self.errors += self.page.evaluate(
            f"{WIDGET}.content.model.toJSON().cells.flatMap(c => c.outputs ?? [])"
            ".filter(o => o.output_type == 'error').map(o => `cell: ${o.ename}: ${o.evalue}`)"
        )
        self.settle()

    def press(self, name: str, key: str, times: int = 1) -> None:
        """Press a key on a control, as a reader without a mouse does."""
        self.control(name).focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def show(self, name: str = "explorer") -> None:
        """Scroll a control, or the first explorer, to the top of the page."""
        self.page.locator(f".sl-{name}").first.evaluate("node => node.scrollIntoView()")

    def close(self) -> None:
        """Close the page and end its kernel."""
        self.page.evaluate(f"() => {WIDGET}.sessionContext.shutdown()")
        self.page.close(run_before_unload=False)

    # What a reader sees

    def control(self, name: str) -> Locator:
        """The part of a control that takes the keyboard."""
        box = f".sl-{name}"
        parts = f"{box} .noUi-handle, {box} select, {box} input, {box} button, button{box}"
        return self.page.locator(parts).first

    def text(self, name: str) -> str:
        """The text of a part of the explorer, for example of its status line."""
        return self.page.locator(f".sl-{name}").first.text_content() or ""

    def traces(self, figure: int = 0) -> list[dict[str, Any]]:
        """Name, type, visible, x, y and z of each trace, as the browser has them."""
        return self.page.locator(".js-plotly-plot").nth(figure).evaluate(READ_TRACES)

    def redraws(self) -> list[float]:
        """When figures were drawn, in milliseconds, since the first call."""
        return self.page.evaluate(COUNT_REDRAWS)

    @contextmanager
    def redraw(self, timeout: float = 10) -> Iterator[None]:
        """Wait, at the end of the block, until a figure has been drawn since its beginning."""
        before = len(self.redraws())
        yield
        self.page.wait_for_function(f"window.slRedraws.length > {before}", timeout=timeout * 1000)

    def settle(self, quiet: float = 0.5, timeout: float = 60) -> None:
        """Wait until the kernel has been idle, and no figure drawn, for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        seen = -1
        while seen != (seen := len(self.redraws())):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the page was still drawing after {timeout} s")
            self.page.wait_for_timeout(quiet * 1000)
            self.page.wait_for_function(f"{WIDGET}.sessionContext.kernelDisplayStatus == 'idle'")

    def picture(self, cell: int, part: str = ".sl-explorer") -> bytes:
        """A PNG of the explorer that a cell shows, counting cells from 0."""
        node = self.page.evaluate_handle(f"{WIDGET}.content.widgets[{cell}].node").as_element()
        explorer = node.wait_for_selector(part, state="attached")
        explorer.scroll_into_view_if_needed()
        self.settle()
        return explorer.screenshot()
