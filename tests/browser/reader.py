"""What the browser tests do as a reader does: look, and wait."""

import time
from collections.abc import Callable

from lab import Notebook


def wait_for(condition: Callable[[], object], timeout: float = 60) -> None:
    """Wait until a condition holds: machines differ in speed, so that the bound is generous."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def rest(notebook: Notebook) -> None:
    """Wait until the training behind the page is done and all is drawn."""
    wait_for(lambda: notebook.text("count") == "10,000 of 10,000", timeout=180)
    notebook.settle()


def shown(notebook: Notebook) -> dict[str, list[object]]:
    """The x, y and z of each trace, by its name."""
    return {trace["name"]: [trace[axis] for axis in "xyz"] for trace in notebook.traces()}
