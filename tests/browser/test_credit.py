"""Notebook 10 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "10-a-real-table.ipynb"


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("stop", "End", {"this step", "trend error of a pair, to 40 %"}, "held-out risk"),
        ("width", "Home", {"held-out risk", "C2ST"}, "real"),
        ("rule", "ArrowDown", {"this step", "this step of the scores"}, "C2ST"),
        ("column", "ArrowUp", {"real", "synthetic"}, "held-out risk"),
        ("data", "ArrowDown", {"leave-one-out", "DCR"}, "real"),
        ("form", "ArrowDown", {"held-out risk", "trend error ÷ 20 %"}, "real"),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    assert shown(notebook)[stays] == before[stays]
    assert notebook.text("status") != status
