"""The beam in its tube: what its dual value certifies, and what it does not."""

from __future__ import annotations

from types import SimpleNamespace

import dense_convex
import numpy as np
import pytest
from convex_data import NETWORKS, normal
from torch import Tensor

from scorelab.convex.line import Line
from scorelab.convex.objective import Objective

network = pytest.mark.parametrize(("activation", "skip"), NETWORKS)


def line_of(x: Tensor, activation: str, skip: bool) -> Line:
    return Line(Objective.checked("x", x, activation, skip))


def spoiled(solution, factor: float) -> SimpleNamespace:
    """A solution whose z is that factor of what it was: what a careless solver might return."""
    return SimpleNamespace(x=[factor * value for value in solution.x])


@network
def test_a_point_outside_the_tube_certifies_no_more_than_one_inside(
    activation: str, skip: bool
) -> None:
    line = line_of(normal(30), activation, skip)
    b = 0.7 * line.beam.straight()  # where the beam touches the walls
    inside, outside = (line.beam.solve(b, tighter=share) for share in (1e-9, -1e-4))
    assert line.beam._value_of_z(inside, b) > -np.inf == line.beam._value_of_z(outside, b)
    best = line.beam.value(inside, b)
    assert best - 1e-2 * abs(best) < line.beam.value(outside, b) < best


def test_a_bound_holds_for_any_point_that_is_given() -> None:
    # Unless z is made to meet xᵀz = −n first, a smaller z makes a bound that is none.
    line = line_of(normal(30), "relu", True)
    b = 25.0 / line.unit
    solution = line.beam.solve(b)
    optimum = line.beam.value(solution, b)
    for factor in (0.5, 0.99, 1.01):
        assert line.beam.value(spoiled(solution, factor), b) <= optimum + 1e-9


@network
def test_the_certificate_is_feasible_for_the_dense_program(activation: str, skip: bool) -> None:
    x = normal(30)
    line = line_of(x, activation, skip)
    b = 5.0 / line.unit
    solution = line.beam.solve(b, tighter=1e-9)
    slopes = np.pad(np.array(solution.x)[30:59], 1)
    z = -np.diff(slopes) / line.std  # of sorted data, in their own units
    places = np.sort(x[:, 0].numpy())
    a0, c = dense_convex.columns(places, activation)
    assert abs(z.sum()) < 1e-6
    assert np.abs(a0.T @ z + c).max() <= 5.0 + 1e-6
    if skip:
        assert places @ z == pytest.approx(-30, abs=1e-6)
    assert -z @ z / 2 == pytest.approx(line.size**2 * line.beam.value(solution, b), rel=1e-8)
