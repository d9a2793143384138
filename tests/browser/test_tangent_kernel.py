"""Notebook 04 in JupyterLab: every control by keyboard, and training with Stop and Reset."""

import pytest
from lab import Notebook
from reader import drive, halted, rest, wait_for

NAME = "04-the-neural-tangent-kernel.ipynb"


@pytest.fixture(scope="module")
def notebook(notebook: Notebook) -> Notebook:
    """It trains on few rows, which is quick."""
    notebook.control("n").select_option(label="50")
    notebook.settle()
    return notebook


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("stop", "ArrowRight", "learned above 1/(ητ)"),
        ("stop", "ArrowLeft", "kernel flow"),
        ("noise", "ArrowRight", "exact"),
        ("width", "ArrowLeft", "± 2 std of chance"),
        ("width", "Home", "pairs of rows"),
        ("target", "ArrowDown", "limit's eigenvalues"),
        ("n", "ArrowDown", "eigenvalues"),
    ],
)
def test_a_control_moves_its_panel_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: str
) -> None:
    rest(notebook)
    drive(notebook, control, [key], {moves})


def test_it_trains_stops_and_resets_by_keyboard(notebook: Notebook) -> None:
    notebook.press("width", "Home")
    notebook.press("width", "ArrowRight", times=4)
    wait_for(lambda: notebook.text("count") != "10,000 of 10,000")  # the widest is not trained yet
    notebook.press("train", "Space")
    wait_for(lambda: notebook.text("count") not in ("10,000 of 10,000", "0 of 10,000"))
    notebook.press("halt", "Space")
    halted(notebook)
    notebook.press("reset", "Space")
    wait_for(lambda: notebook.text("count") == "0 of 10,000")
    wait_for(lambda: notebook.text("status").startswith("0 steps"))
    assert notebook.errors == []
