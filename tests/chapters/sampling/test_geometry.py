"""An error in two parts: against fields whose parts are known, and a law that they leave alone."""

import math

import numpy as np
import pytest
import torch

import scorelab as sl
from scorelab.chapters.sampling import geometry

PROCESS, ROUND = sl.OrnsteinUhlenbeck(), sl.GaussianMixture([[0.0, 0.0]], 0.5)


def turning(speed: float, pull: float) -> sl.path.Denoiser:
    """The exact denoiser of a round Gaussian, wrong by a rotation and by a pull to the middle."""

    def denoiser(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        around = torch.stack((-x[:, 1], x[:, 0]), dim=1)
        return ROUND.denoiser(PROCESS)(t, x) + speed * around - pull * x

    return denoiser


def test_a_rotation_is_solenoidal_and_a_pull_is_a_gradient() -> None:
    parts = geometry.Split(PROCESS, ROUND, turning(0.3, 0.2)).at(0.5)
    spread = math.exp(-0.5) * 0.25 - math.expm1(-0.5)  # the variance of each coordinate
    assert parts.size(parts.solenoidal) == pytest.approx(0.09 * 2 * spread, rel=0.03)
    assert parts.size(parts.gradient) == pytest.approx(0.04 * 2 * spread, rel=0.03)


def test_the_potential_is_that_of_dense_least_squares() -> None:
    draw = np.random.default_rng(0)
    density, error = draw.random((4, 4)) + 0.1, draw.normal(size=(4, 4, 2))
    phi = geometry.potential(density, error, 0.5)
    rows, wanted, weight = [], [], []
    for axis in (0, 1):
        for i, j in np.ndindex(*((3, 4) if axis == 0 else (4, 3))):
            k, m = (i + 1, j) if axis == 0 else (i, j + 1)
            row = np.zeros((4, 4))
            row[k, m], row[i, j] = 2, -2  # over the width
            rows.append(row.ravel())
            wanted.append((error[i, j, axis] + error[k, m, axis]) / 2)
            weight.append(((density[i, j] + density[k, m]) / 2) ** 0.5)
    scale = np.array(weight)[:, None]
    found = np.linalg.lstsq(scale * np.array(rows), scale[:, 0] * np.array(wanted), rcond=None)[0]
    np.testing.assert_allclose(phi - phi.mean(), found.reshape(4, 4), atol=1e-6)


@pytest.mark.slow
def test_a_rotation_leaves_the_law_alone_and_a_pull_does_not() -> None:
    spread = []
    for f in (ROUND.denoiser(PROCESS), turning(0.2, 0), turning(0, 0.05)):
        x = sl.sample(PROCESS, f, 10_000, 2, 200, generator=torch.Generator().manual_seed(0))
        spread.append(float(x.std()))
    assert spread[1] == pytest.approx(spread[0], rel=0.02) and spread[2] < 0.95 * spread[0]


def test_one_part_is_put_into_the_exact_denoiser() -> None:
    split = geometry.Split(PROCESS, ROUND, turning(0.3, 0.2))
    x = torch.rand(50, 2, generator=torch.Generator().manual_seed(0)).double() - 0.5
    t, exact = torch.full((50,), 0.5), ROUND.denoiser(PROCESS)
    around = torch.stack((-x[:, 1], x[:, 0]), dim=1)
    wanted = {"gradient": -0.2 * x, "solenoidal": 0.3 * around, "turned": -0.3 * x}
    for part, error in wanted.items():
        torch.testing.assert_close(split.only(part)(t, x) - exact(t, x), error, atol=0.01, rtol=0)
