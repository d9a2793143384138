"""The best neuron of the plane, against a dense grid of neurons."""

from __future__ import annotations

import numpy as np
import pytest
from convex_data import rows

from scorelab.convex import plane


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_no_neuron_earns_more_than_the_best_of_the_plane(activation: str, outputs: int) -> None:
    x = rows(9)[0].numpy()
    draws = np.random.default_rng(1)
    z = draws.standard_normal((9, outputs))
    z -= z.mean(0)
    units, earned, most, bound = plane.Plane(x, activation)(z)
    assert most == bound == earned.max()
    np.testing.assert_allclose(
        np.linalg.norm(z.T @ units.features(x, activation), axis=0), earned, atol=1e-12
    )
    angle = np.linspace(0, 2 * np.pi, 4000)
    w = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    many = [plane.Units(w, -(w @ p), np.zeros((len(w), 1))) for p in x]
    dense = max(np.linalg.norm(z.T @ each.features(x, activation), axis=0).max() for each in many)
    assert dense <= most * (1 + 1e-12) and dense == pytest.approx(most, rel=1e-4)
    away = plane.Units(w, draws.standard_normal(len(w)), np.zeros((len(w), 1)))
    assert np.linalg.norm(z.T @ away.features(x, activation), axis=0).max() <= most
