"""The annealed denoiser: the fits' own at their times, and a sampler's."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab import convex


def test_the_annealed_denoiser_is_the_fits_own_and_linear_between_them() -> None:
    process = sl.OrnsteinUhlenbeck()
    x0 = sl.GaussianMixture.ring().sample(30, generator=Generator().manual_seed(0))
    f = convex.annealed(process, x0, 3.0, levels=3, generator=Generator().manual_seed(1))
    t0, t1, t2 = f.times
    assert (t0, t2) == (process.t_min, pytest.approx(process.t_max))
    x = x0[:5]

    def at(t: float) -> Tensor:
        return f(torch.full((5,), t), x)

    for time, fit in zip(f.times, f.fits, strict=True):
        torch.testing.assert_close(at(time), fit.denoiser(process, time)(torch.full((5,), time), x))
    torch.testing.assert_close(at((t0 * t1) ** 0.5), (at(t0) + at(t1)) / 2, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(at(t0 / 2), at(t0))
    torch.testing.assert_close(at(t2 * 2), at(t2))
    mixed = f(torch.tensor([t0, t1, t2, t1, t0]), x)
    torch.testing.assert_close(mixed[3], at(t1)[3])
    one = convex.annealed(process, x0, 3.0, levels=1, generator=Generator().manual_seed(1))
    assert one(torch.ones(5), x).shape == (5, 2)


@pytest.mark.slow
def test_annealed_langevin_samples_a_gaussian() -> None:
    process, law = sl.OrnsteinUhlenbeck(), sl.GaussianMixture([[1.0, -0.5]], 0.6)
    x0 = law.sample(500, generator=Generator().manual_seed(0))
    f = convex.annealed(process, x0, 60.0, levels=6, generator=Generator().manual_seed(1))
    found = sl.sample(
        process, f, 2000, 2, method="langevin", steps=150, generator=Generator().manual_seed(2)
    )
    assert (found.mean(0) - law.means[0]).abs().max() < 0.15
    assert (found.std(0) - 0.6).abs().max() < 0.12
