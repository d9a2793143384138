"""An explorer in JupyterLab's three ways of keeping cells that are out of sight."""

from collections.abc import Iterator

import pytest
from lab import Lab
from reader import explorers, press_and_see, shown, small_and_trained, wait_for

NAME = "03-a-two-layer-network.ipynb"
TRACKER = "@jupyterlab/notebook-extension:tracker"
SCROLL = "i => jupyterapp.shell.currentWidget.content.scrollToItem(i)"


@pytest.fixture(params=["full", "defer", "none"])
def mode(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """How JupyterLab keeps cells that are out of sight."""
    lab.set(TRACKER, windowingMode=request.param)
    yield request.param
    lab.set(TRACKER)


def test_it_shows_the_present_state_after_it_was_out_of_sight(lab: Lab, mode: str) -> None:
    with explorers(lab, NAME) as notebook:
        assert (
            notebook.page.evaluate(
                "jupyterapp.shell.currentWidget.content.notebookConfig.windowingMode"
            )
            == mode
        )
        small_and_trained(notebook)
        press_and_see(notebook)
        present = shown(notebook)
        cells = notebook.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
        for cell in (cells - 1, 0):
            notebook.page.evaluate(SCROLL, cell)
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
