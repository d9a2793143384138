"""Notebook 05 in JupyterLab: every control by keyboard, and what to predict first."""

import pytest
from lab import Notebook
from reader import drive, wait_for

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


def test_a_question_is_locked_once_answered_and_the_explorer_shows_the_answer(
    notebook: Notebook,
) -> None:
    panel = notebook.explorer.locator(".sl-quiz-panel")
    notebook.press("quiz", "Enter")
    assert panel.is_visible()
    panel.locator(".sl-option-0").press("Space")
    right = panel.locator(".sl-right")
    wait_for(lambda: right.count() == 1)
    assert (right.text_content() or "").startswith("✓ Later")
    wait_for(lambda: "at 258" in notebook.text("status"))
    said = panel.locator("[role=status]")
    before = said.text_content() or ""
    assert before.startswith("No: ") and "0 of 1 right" in before
    panel.locator(".sl-option-2").press("Space")
    assert said.text_content() == before
    panel.locator(".sl-next").press("Enter")
    assert panel.locator(".sl-right").count() == 0
    panel.locator(".sl-option-0").press("Space")
    wait_for(lambda: "1 of 2 right" in (said.text_content() or ""))
    notebook.press("quiz", "Enter")
    assert not panel.is_visible()
    notebook.settle()
    assert notebook.errors == []
