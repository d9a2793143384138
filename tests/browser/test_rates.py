"""Notebook 06 in JupyterLab: every control by keyboard, whose keys stay in it."""

import pytest
from lab import Notebook
from reader import drive, shown, wait_for

NAME = "06-how-much-data.ipynb"
#: What Notebook 7 does: its commands see a key before the control does.
CAPTURE = """() => document.addEventListener(
    'keydown', event => jupyterapp.commands.processKeydownEvent(event), true)"""
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("n", "End", {"this n", "this n of the stop", "risk, mean"}, "each data set"),
        ("seeds", "Home", {"each data set", "fit", "95 % of the slope"}, ""),
        ("rule", "ArrowDown", {"each data set", "each data set of the stop"}, "never stopped"),
        ("times", "ArrowDown", {"never stopped", "fit", "risk, mean"}, ""),
        ("dim", "ArrowDown", {"slope of (9)", "slope of (9) of the stop", "risk, mean"}, ""),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    now = shown(notebook)
    assert stays not in now or now[stays] == before[stays]
    assert notebook.text("status") != status


def test_arrows_move_the_control_and_not_the_cell_in_notebook_7_either(notebook: Notebook) -> None:
    notebook.page.evaluate(CAPTURE)
    cell = notebook.page.evaluate(ACTIVE)
    for control, key in (("n", "ArrowDown"), ("n", "ArrowLeft"), ("dim", "ArrowUp")):
        before = notebook.text("status")
        notebook.press(control, key)
        wait_for(lambda before=before: notebook.text("status") != before)
        assert notebook.page.evaluate(ACTIVE) == cell
    notebook.press("dim", "Shift+Enter")
    wait_for(lambda: notebook.page.evaluate(ACTIVE) == cell + 1)
    assert notebook.errors == []
