"""Notebook 09 in JupyterLab: every control of both explorers by keyboard."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook
from reader import drive, explorer, shown

NAME = "09-convex-denoising.ipynb"


@pytest.fixture(scope="module")
def patterns(lab: Lab) -> Iterator[Notebook]:
    """The notebook with the map of patterns in sight."""
    with explorer(lab, NAME) as notebook:
        yield notebook


@pytest.fixture(scope="module")
def denoising(lab: Lab) -> Iterator[Notebook]:
    """The notebook with the explorer of convex denoising in sight."""
    with explorer(lab, NAME, which=1) as notebook:
        yield notebook


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("angle", "ArrowRight", {"kink", "active side", "this line"}),
        ("offset", "End", {"kink", "this line"}),
        ("n", "End", {"share of points that are active", "the line meets a point"}),
    ],
)
def test_the_map_of_patterns_moves_by_keyboard(
    patterns: Notebook, control: str, key: str, moves: set[str]
) -> None:
    before = patterns.text("status")
    drive(patterns, control, [key], moves)
    assert control == "angle" or patterns.text("status") != before


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
    denoising: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    before, status = shown(denoising), denoising.text("status")
    drive(denoising, control, [key], moves)
    now = shown(denoising)
    assert stays not in now or now[stays] == before[stays]
    assert denoising.text("status") != status
