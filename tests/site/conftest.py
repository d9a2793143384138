"""What the checks of built pages share: a browser, a server that says nothing, and who is kept out.

Only those who build the pages have axe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from lab import FLAGS, find_chromium
from playwright.sync_api import Browser, Page, sync_playwright


class Quiet(SimpleHTTPRequestHandler):
    """A static server that says nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, "--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on the loopback, and says at which address."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(served(folder))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def kept_out() -> Callable[..., list[tuple[str, str, str]]]:
    """What of a page, or of a part of it, keeps somebody out, where axe finds it serious."""
    from axe_playwright_python.sync_playwright import Axe

    def run(page: Page, part: str | None = None) -> list[tuple[str, str, str]]:
        found = Axe().run(page, part, {"preload": False}).response["violations"]
        return [
            (each["id"], str(node["target"]), node["failureSummary"])
            for each in found
            for node in each["nodes"]
            if each["impact"] in ("serious", "critical")
        ]

    return run
