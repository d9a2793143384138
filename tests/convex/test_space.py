"""The search for the best neuron in space, where the plane knows the answer."""

from __future__ import annotations

import numpy as np
import pytest
from convex_data import rows
from dense_convex import optimum_of_patterns as dense

from scorelab import convex
from scorelab.convex import plane, space


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("turn", [None, [[0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])
def test_the_search_in_space_finds_what_the_plane_knows(activation: str, turn: list) -> None:
    x = rows(12)[0].numpy()
    turn = turn and np.array(turn)
    z = np.random.default_rng(2).standard_normal((12, 2 if turn is None else len(turn)))
    z -= z.mean(0)
    exact = plane.Plane(x, activation, turn)(z)[2]
    units, earned, most, bound = space.Space(x, activation, turn, None)(z)
    assert most == pytest.approx(exact, rel=1e-6) and bound >= most
    features = units.features(x, activation)
    np.testing.assert_allclose(
        np.linalg.norm(z.T @ features - units.slope.T, axis=0), earned, atol=1e-6
    )


@pytest.mark.slow
def test_in_space_the_search_reaches_the_dense_program_and_says_how_sure_it_is() -> None:
    x, y = rows(7, seed=5, dim=3)
    wanted = sum(dense(x.numpy(), y[:, k].numpy(), 1.0, "relu", False) for k in range(3))
    found = convex.denoising(x, y, 1.0, skip=False, outputs="separate")
    assert wanted * (1 - 1e-6) <= found.objective <= wanted * 1.001
    assert found.lower_bound <= wanted
