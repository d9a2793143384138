"""Notebook 05 in JupyterLab: every control by keyboard."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook
from reader import explorer, shown, wait_for

NAME = "05-overfitting-and-early-stopping.ipynb"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Notebook]:
    """The notebook with its explorer in sight."""
    with explorer(lab, NAME) as notebook:
        yield notebook


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("stop", "ArrowRight", {"stop", "now", "learned"}),
        ("constant", "End", {"rules", "C/(2eσ)"}),
        ("radius", "Home", {"training rows", "the ball ‖x‖ ≤ R", "excess risk"}),
        ("labels", "ArrowDown", {"GCV", "excess risk", "rules"}),
        ("times", "ArrowUp", {"excess risk", "training rows"}),
        ("n", "ArrowUp", {"excess risk", "η R(1/√η)"}),
        ("target", "ArrowDown", {"exact", "training rows"}),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str]
) -> None:
    before, status = shown(notebook), notebook.text("status")
    notebook.press(control, key)
    wait_for(lambda: all(shown(notebook)[name] != before[name] for name in moves))
    assert shown(notebook).keys() == before.keys()
    assert control == "constant" or notebook.text("status") != status
    assert notebook.text("error") == ""
    assert notebook.errors == []
