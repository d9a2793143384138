"""Notebook 08 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "08-the-convex-program.ipynb"


@pytest.mark.parametrize(
    ("control", "keys", "moves", "stays"),
    [
        ("beta", ["ArrowRight"] * 5, {"optimal score", "this β", "samples", "beam"}, "gain"),
        (
            "beta",
            ["Home"],
            {"optimal score", "its kinks", "touches"},
            "gap, each β",
        ),
        ("n", ["ArrowUp"], {"training data", "gain", "thresholds"}, "target"),
        ("skip", ["ArrowDown"], {"gain", "thresholds", "optimal score"}, "training data"),
        ("activation", ["ArrowDown"], {"gain", "optimal score"}, "training data"),
        ("target", ["ArrowUp"], {"target", "training data", "law of the target"}, ""),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, keys: list[str], moves: set[str], stays: str
) -> None:
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, keys, moves)
    now = shown(notebook)
    assert stays not in now or now[stays] == before[stays]
    assert notebook.text("status") != status
