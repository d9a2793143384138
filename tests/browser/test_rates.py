"""Notebook 06 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "06-how-much-data.ipynb"


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
