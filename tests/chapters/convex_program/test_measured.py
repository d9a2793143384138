"""What notebook 08 measures: kinks moved aside, modes, and the chain of Langevin's steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scorelab import convex
from scorelab.chapters.convex_program import measured, solutions
from scorelab.convex.curve import Curve


def test_a_kink_aside_has_the_loss_of_the_package() -> None:
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((20, 1)))
    fit = convex.score_matching(x, 2.0)
    (w, _, a), kink = fit.neurons, float(-fit.neurons[1] / fit.neurons[0][:, 0])
    datum = x[(x[:, 0] - kink).abs().argmin(), 0]
    aside = 1e-3 if kink > datum else -1e-3
    moved = convex.score_matching_loss(x, (w, -w[:, 0] * (datum + aside), a), fit.linear, 2.0)
    assert measured.moved_kink(x, fit, 1e-3) == pytest.approx(float(moved))


@pytest.mark.parametrize("beta", [1.2, 2.0, 20.0])
def test_turned_neurons_reach_the_optimum_with_kinks_at_data(beta: float) -> None:
    x = torch.from_numpy(np.random.default_rng(1).standard_normal((30, 1)))
    fit = convex.score_matching(x, beta)
    assert (len(fit.neurons[0]) > 0) == (beta < 20)
    assert measured.turned(x, fit) == pytest.approx(fit.objective, rel=1e-9)


def test_modes_are_counted_where_the_score_falls_through_zero() -> None:
    apart = measured.TWO.sample(400, generator=torch.Generator().manual_seed(0)).double()
    assert measured.modes(convex.score_matching(apart, 20.0)) == 2
    assert measured.modes(convex.score_matching(apart, 300.0)) == 1


def test_a_step_of_the_chain_is_that_of_the_exercise_and_loses_nothing() -> None:
    cells, step = np.linspace(-5, 5, 101), 0.3
    score = Curve(np.array([-60.0, 1.0, 60.0]), np.array([61.0, 0.0, -20.0]))(cells)
    matrix = measured.transition(cells, score, step)
    np.testing.assert_allclose(matrix.sum(1), 1)
    p = np.full(101, 1 / 101)
    law = solutions.law_after_step(*map(torch.from_numpy, (p, cells, score)), step)
    np.testing.assert_allclose(p @ matrix, law, atol=1e-12)


def test_the_law_that_stays_is_at_no_divergence_but_that_of_the_step() -> None:
    straight = Curve(np.array([-60.0, 60.0]), np.array([60.0, -60.0]))
    found = measured.Chain.of(straight, 0.4).divergences(0.0, 60)
    ratio = 1 / (1 - 0.4 / 4)
    assert found[-1] == pytest.approx((ratio - 1 - np.log(ratio)) / 2, rel=1e-2)
    assert measured.divergence(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == pytest.approx(
        0.5 * np.log(2) + 0.5 * np.log(2 / 3)
    )
