"""Clarabel's refusals, in words."""

from __future__ import annotations

import pytest
from convex_data import normal, rows

from scorelab import convex
from scorelab.convex import columns, solver


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that takes two steps."""
    patient = solver.settings

    def settings(tol: float, again: bool) -> object:
        made = patient(tol, again)
        made.max_iter = 2
        return made

    monkeypatch.setattr(solver, "settings", settings)


@pytest.mark.usefixtures("hasty")
def test_on_a_line_a_solver_that_stops_early_says_so() -> None:
    with pytest.raises(RuntimeError, match="after 2 steps with status MaxIterations"):
        convex.score_matching(normal(), 3.0)


@pytest.mark.usefixtures("hasty")
def test_in_the_plane_a_solver_that_stops_early_gives_its_status() -> None:
    x, y = rows(10)
    with pytest.raises(RuntimeError, match="Clarabel stopped early: MaxIterations"):
        convex.denoising(x, y, 1.0)
    with pytest.raises(RuntimeError, match="Clarabel stopped early: MaxIterations"):
        convex.least_beta(x)


def test_too_few_rounds_of_buying_neurons_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ROUNDS", 1)
    with pytest.raises(RuntimeError, match="stopped early: 1 rounds were not enough"):
        convex.denoising(*rows(10), 1.0)
