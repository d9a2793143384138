"""A notebook open in a browser: what its reader does, and what its reader sees."""

import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, Response

WIDGET = "jupyterapp.shell.currentWidget"  # the open notebook, in JupyterLab's own words
READ_TRACES = """figure => figure._fullData.map(trace => {
    const plain = e => e?.map ? list(e) : Number.isNaN(e) ? null : e  // so that a gap equals a gap
    const list = v => v == null ? null : Array.from(v, plain), {name, type, visible} = trace
    return {name, type, visible, x: list(trace.x), y: list(trace.y), z: list(trace.z)}
})"""
DONE = """() => [...document.querySelectorAll('.sl-count')]
    .every(e => e.textContent.split(' of ').every((n, _, both) => n.trim() === both[1].trim()))"""
STILL = """cell => {
    const outputs = jupyterapp.shell.currentWidget.content.model.toJSON().cells[cell].outputs
    const kept = outputs.find(output => output.data?.["image/png"])
    return kept && [kept.data["image/png"], kept.metadata["image/png"]]
}"""
COUNT_REDRAWS = """() => {
    const redraws = window.slRedraws ??= [], note = () => redraws.push(performance.now())
    for (const figure of document.querySelectorAll('.js-plotly-plot:not([data-sl-counted])')) {
        figure.dataset.slCounted = true
        for (const drawn of ['plotly_afterplot', 'plotly_transitioned']) figure.on(drawn, note)
    }
    return redraws
}"""


#: What goes wrong on a busy machine and does no harm. Plotly rejects with nothing where a newer
#: picture takes the place of one on its way; a widget that begins late hears by hears.js.
HARMLESS = ("undefined", "[anywidget] Failed to initialize model.")
#: Seconds in which whatever is waited for comes on the busiest machine, if it comes at all.
PATIENCE = 120


class Notebook:
    """A notebook in the browser; `errors` lists what went wrong in the page, its console or a cell.

    A control is named as its class is, without `sl-`: `width` means the control in `.sl-width` of
    the explorer that is looked at, at first the first.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(1000 * PATIENCE)
        self.explorer = page.locator(".sl-explorer").first
        self.errors: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_response)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    def _note_error(self, error: Error) -> None:
        if str(error) not in HARMLESS:
            self.errors.append(f"page: {error}")

    def _note_request(self, request: Request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).hostname != "127.0.0.1":
            self.errors.append(f"leaves this machine: {request.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left takes back what it asked
            self.errors.append(f"failed: {request.url}: {request.failure}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    def ready(self, patience: float = PATIENCE) -> None:
        """Wait, so many seconds at most, until the page shows a notebook whose kernel is there."""
        there = f"window.jupyterapp && {WIDGET}?.sessionContext?.isReady"
        self.page.wait_for_function(there, timeout=1000 * patience)

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

    def interrupt(self) -> None:
        """Halt what the kernel is at."""
        self.page.evaluate(f"() => {WIDGET}.sessionContext.session.kernel.interrupt()")

    def reload(self) -> None:
        """Save, so that the page does not ask before it is left, and load the page anew."""
        self.page.evaluate(f"{WIDGET}.context.save()")
        self.page.reload()
        self.ready()

    def press(self, name: str, key: str, times: int = 1) -> None:
        """Press a key on a control, as a reader without a mouse does."""
        self.control(name).focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def look_at(self, which: int = 0) -> None:
        """Scroll one of the explorers to the top of the page; what follows is about this one."""
        self.explorer = self.page.locator(".sl-explorer").nth(which)
        self.explorer.evaluate("node => node.scrollIntoView()")

    def resize(self, width: int, height: int) -> None:
        """Make the window that large, in pixels of CSS, and wait for what follows."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle(quiet=1)

    def theme(self, dark: bool) -> None:
        """Choose JupyterLab's light or dark theme, and wait for what follows."""
        command = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(command, "JupyterLab Dark" if dark else "JupyterLab Light")
        light = "false" if dark else "true"
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight == '{light}'")
        self.settle(quiet=1)

    def close(self) -> None:
        """Close the page and end its kernel."""
        self.page.evaluate(f"() => {WIDGET}.sessionContext.shutdown()")
        self.page.close(run_before_unload=False)

    # What a reader sees

    def control(self, name: str) -> Locator:
        """The part of a control that takes the keyboard."""
        box = f".sl-{name}"
        parts = f"{box} .noUi-handle, {box} select, {box} input, {box} button, button{box}"
        return self.explorer.locator(parts).first

    def text(self, name: str) -> str:
        """The text of a part of the explorer, for example of its status line."""
        return self.explorer.locator(f".sl-{name}").first.text_content() or ""

    def traces(self) -> list[dict[str, Any]]:
        """Name, type, visible, x, y and z of each trace, as the browser has them."""
        return self.explorer.locator(".js-plotly-plot").evaluate(READ_TRACES)

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
        """Wait until the kernel has been idle, and no figure drawn, for `quiet` seconds.

        An explorer answers on a thread of its own, which the kernel's state does not show.
        """
        deadline = time.monotonic() + timeout
        seen = -1
        while seen != (seen := len(self.redraws())):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the page was still drawing after {timeout} s")
            self.page.wait_for_timeout(quiet * 1000)
            self.page.wait_for_function(f"{WIDGET}.sessionContext.kernelDisplayStatus == 'idle'")
            self.page.wait_for_function("!document.querySelector('.sl-explorer[aria-busy=true]')")

    def still(self, cell: int) -> tuple[bytes, dict[str, Any]]:
        """The picture that a save keeps of the explorer in a cell, when all is done.

        With it what is kept about it: ``alt``, its words, and ``width``, in pixels of CSS.
        """
        self.page.evaluate(f"{WIDGET}.content.widgets[{cell}].node.scrollIntoView()")
        self.page.wait_for_function(DONE, timeout=300_000)
        self.settle(quiet=3)
        self.page.wait_for_function(f"({STILL})({cell})", timeout=60_000)
        png, about = self.page.evaluate(f"({STILL})({cell})")
        return b64decode(png), about
