"""An explorer in JupyterLab's three ways of keeping cells that are out of sight."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook
from reader import press_and_see, renew, shown, small_and_trained, wait_for

TRACKER = "@jupyterlab/notebook-extension:tracker"
CONTENT = "jupyterapp.shell.currentWidget.content"


@pytest.fixture(params=["full", "defer", "none"])
def notebook(
    lab: Lab, two_layer_network: Notebook, request: pytest.FixtureRequest
) -> Iterator[Notebook]:
    """In a page that keeps cells in one of the ways, its explorer new."""
    lab.set(TRACKER, windowingMode=request.param)
    renew(two_layer_network)
    mode = two_layer_network.page.evaluate(f"{CONTENT}.notebookConfig.windowingMode")
    assert mode == request.param
    yield two_layer_network
    lab.set(TRACKER)


def test_it_shows_the_present_state_after_it_was_out_of_sight(notebook: Notebook) -> None:
    small_and_trained(notebook)
    press_and_see(notebook)
    present = shown(notebook)
    cells = notebook.page.evaluate(f"{CONTENT}.widgets.length")
    for cell in (cells - 1, 0):
        notebook.page.evaluate(f"i => {CONTENT}.scrollToItem(i)", cell)
        notebook.page.wait_for_timeout(500)
    notebook.look_at(0)
    wait_for(lambda: shown(notebook) == present)
    press_and_see(notebook)
    for command in ("hide", "show"):
        notebook.page.evaluate(
            f"jupyterapp.commands.execute('notebook:{command}-all-cell-outputs')"
        )
        notebook.page.wait_for_timeout(500)
    press_and_see(notebook)
    assert notebook.errors == []
