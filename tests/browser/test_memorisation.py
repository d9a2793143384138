"""Notebook 11 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "11-memorisation.ipynb"


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("stop", "End", {"now", "now below", "samples", "copies"}, "excess risk"),
        (
            "draws",
            "Home",
            {"excess risk", "noise of the draws", "here"},
            "training points",
        ),
        ("n", "Home", {"training points", "chance: fresh data", "excess risk"}, ""),
        ("law", "ArrowDown", {"training points", "memorised fraction", "bias²", "copies"}, ""),
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
