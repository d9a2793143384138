"""What notebook 01 measures, where the answer is known."""

import math

import pytest
import torch

from scorelab.chapters.forward_process import measured
from scorelab.targets import GaussianMixture


def test_without_pushes_points_shrink_as_the_equation_says() -> None:
    end = measured.follow(torch.tensor([2.0]).double(), torch.zeros(1000, 1), 0.001)
    assert float(end) == pytest.approx(2 * math.exp(-0.5), rel=1e-3)


def test_orders_and_rates_are_those_of_what_is_given() -> None:
    steps = (4, 8, 16)
    assert measured.order(1 / torch.tensor(steps).double() ** 1.5, steps) == pytest.approx(1.5)
    t = torch.linspace(0, 2, 5).double()
    assert measured.rate(t, 3 * torch.exp(-0.7 * t)) == pytest.approx(0.7)


def test_moved_has_mean_zero_and_variance_one() -> None:
    x = measured.moved(measured.UNEVEN, scale=True).sample(
        100_000, generator=torch.Generator().manual_seed(0)
    )
    assert float(x.mean()) == pytest.approx(0, abs=0.02)
    assert float(x.var()) == pytest.approx(1, abs=0.02)


def test_distances_of_shifted_laws_are_the_shift() -> None:
    one = GaussianMixture([[0.0]], 1.0)
    quantiles = torch.special.ndtri((torch.arange(10_000).double() + 0.5) / 10_000)
    assert measured.distance_to_law(quantiles, one) == pytest.approx(0, abs=2e-3)
    assert measured.distance_to_law(quantiles + 0.5, one) == pytest.approx(0.5, rel=1e-2)
    far = GaussianMixture([[2.0]], 1.0)  # noised, its mean is 2α and its variance 1
    assert float(measured.distance_to_noise(far, 1.0)) == pytest.approx(2 * math.exp(-0.5), 1e-4)


@pytest.mark.slow
def test_back_without_score_and_push_points_grow() -> None:
    times = measured.times_down(1.02, 2000)
    end = measured.backward(times, 0, score=0, push=0, start=torch.ones(3, 1))
    torch.testing.assert_close(end, torch.full((3,), math.exp(0.5)).double(), rtol=1e-3, atol=0)


def test_times_run_down_to_the_last() -> None:
    for even in (True, False):
        times = measured.times_down(3.0, 10, even)
        assert len(times) == 11 and float(times[0]) == pytest.approx(3)
        assert float(times[-1]) == pytest.approx(0.02)
    gaps = -measured.times_down(3.0, 10, even=False).diff()
    assert (gaps.diff() < 0).all()


def test_the_slope_by_covariance_of_one_gaussian() -> None:
    one = GaussianMixture([[1.0]], 0.5)
    slope = measured.slope_by_covariance(one, 0.3, torch.tensor([0.0, 1.0]).double())
    v = math.exp(-0.3) * 0.25 + 1 - math.exp(-0.3)
    torch.testing.assert_close(slope, torch.full((2,), -1 / v).double(), rtol=1e-4, atol=0)
