"""Notebook 09 in JupyterLab: every control of both explorers by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown, wait_for

NAME = "09-convex-denoising.ipynb"


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("angle", "ArrowRight", {"kink", "active side", "this line"}),
        ("offset", "End", {"kink", "this line"}),
        ("n", "End", {"earned, over β", "the line meets a point", "loss"}),
        ("bought", "End", {"earned, over β", "lines bought", "now"}),
    ],
)
def test_the_map_of_patterns_moves_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str]
) -> None:
    notebook.look_at(0)
    before = notebook.text("status")
    drive(notebook, control, [key], moves)
    assert control == "angle" or notebook.text("status") != before


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("patterns", "Home", {"learned score", "kinks", "now"}, "samples"),
        ("noise", "End", {"exact score", "noised data", "optimum"}, "samples"),
        ("beta", "Home", {"learned score", "samples", "optimum"}, "exact score"),
        ("target", "ArrowDown", {"data", "samples", "exact score", "optimum"}, ""),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    notebook.look_at(1)
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    now = shown(notebook)
    assert stays not in now or now[stays] == before[stays]
    assert notebook.text("status") != status


def test_an_exponent_is_one_in_plain_text_too(notebook: Notebook) -> None:
    notebook.look_at(0)
    notebook.press("n", "Home")
    wait_for(lambda: "(of 2² = 4 conceivable)" in notebook.text("status"))
    figure = notebook.explorer.locator(".js-plotly-plot")
    wait_for(lambda: "(of 2² = 4 conceivable)" in (figure.get_attribute("aria-label") or ""))
