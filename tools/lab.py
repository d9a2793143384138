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

import json
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

from page import Notebook
from playwright.sync_api import Browser, TimeoutError, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SCREEN = ViewportSize(width=1366, height=768)
#: Seconds in which a page has its kernel, or has none at all.
OPENS = 60
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


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


class Lab:
    """A JupyterLab server on a copy of `notebooks`, and a browser to see it with.

    Its screen has `sharp` pixels, each way, for one of CSS.
    """

    def __init__(self, notebooks: Path = NOTEBOOKS, sharp: int = 1) -> None:
        self.source, self.sharp = notebooks, sharp
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
            screen: dict[str, Any] = {"viewport": SCREEN, "device_scale_factor": self.sharp}
            self._pages = self.browser.new_context(**screen)  # which share what they load
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
        sign = [sys.executable, "-m", "jupyter", "trust", *(home / "notebooks").glob("*.ipynb")]
        subprocess.run(sign, env=environment, stdout=subprocess.DEVNULL, check=True)
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

    def set(self, plugin: str, **settings: object) -> None:
        """Choose settings of a plugin of JupyterLab, for the pages that are opened from now on."""
        body = json.dumps({"raw": json.dumps(settings)}).encode()
        header = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        url = f"{self.url}/lab/api/settings/{plugin}"
        urllib.request.urlopen(urllib.request.Request(url, body, header, method="PUT")).close()

    def open(self, name: str) -> Notebook:
        """Open a notebook as `make lab` does, in a new page, and wait for its kernel."""
        page = self._pages.new_page()
        notebook = Notebook(page)
        page.goto(f"{self.url}/doc/tree/{name}?token={self.token}")
        try:
            notebook.ready(OPENS)
        except TimeoutError:  # rarely, on a busy machine, it gets none at all: a reader reloads
            page.reload()
            notebook.ready()
            notebook.errors.clear()
        return notebook
