"""Notebook 05 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive

NAME = "05-overfitting-and-early-stopping.ipynb"


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("stop", "ArrowRight", {"stop", "now", "learned"}),
        ("constant", "End", {"rules", "C/(2eσ)"}),
        ("radius", "Home", {"training rows", "the ball ‖x‖ ≤ R", "excess risk"}),
        ("labels", "ArrowDown", {"GCV", "excess risk", "rules"}),
        ("times", "ArrowUp", {"excess risk", "training rows"}),
        ("n", "ArrowUp", {"excess risk", "η Q(1/η)"}),
        ("target", "ArrowDown", {"exact", "training rows"}),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str]
) -> None:
    status = notebook.text("status")
    drive(notebook, control, [key], moves)
    assert control == "constant" or notebook.text("status") != status
