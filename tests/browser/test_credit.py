"""Notebook 10 in JupyterLab: every control of both explorers by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "10-a-real-table.ipynb"


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("stop", "End", {"this step", "trend error of a pair"}, "held-out risk"),
        ("width", "Home", {"held-out risk", "score"}, "real"),
        ("rule", "ArrowDown", {"this step", "this step of the score"}, "score"),
        ("column", "ArrowUp", {"real", "synthetic"}, "held-out risk"),
        ("data", "ArrowDown", {"leave-one-out", "score"}, "real"),
        ("score", "ArrowDown", {"score", "this step of the score"}, "held-out risk"),
        ("form", "ArrowDown", {"held-out risk", "score"}, "real"),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    notebook.look_at(0)
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    assert shown(notebook)[stays] == before[stays]
    assert control == "score" or notebook.text("status") != status


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("score", "ArrowDown", {"framework", "deep", "real rows"}, "no difference"),
        ("judge", "ArrowDown", {"framework", "deep"}, "no difference"),
        ("other", "ArrowDown", {"compared with"}, "framework"),
        ("listed", "ArrowUp", {"no difference"}, "framework"),
    ],
)
def test_the_frontier_moves_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    notebook.look_at(1)
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    assert shown(notebook)[stays] == before[stays]
    assert control == "listed" or notebook.text("status") != status
