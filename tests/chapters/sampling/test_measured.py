"""What is measured of samplers without chance, each number by two ways."""

from __future__ import annotations

import math

import pytest
import torch

from scorelab import GaussianMixture, OrnsteinUhlenbeck, sample
from scorelab.chapters.sampling import measured
from scorelab.schedules import SCHEDULES
from scorelab.steps import METHODS, calls

PROCESS = OrnsteinUhlenbeck()
GAUSSIAN = GaussianMixture([[0.8]], 0.4)
LINE = GaussianMixture.line()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("schedule", "steps"), [("log", 8), ("karras", 30)])
def test_the_recursion_and_the_quantiles_agree(method: str, schedule: str, steps: int) -> None:
    mean, variance = measured.gaussian_law(PROCESS, GAUSSIAN, method, schedule, steps)
    x = measured.line_samples(PROCESS, GAUSSIAN, method, schedule, steps)
    assert float(x.mean()) == pytest.approx(mean, abs=1e-3)
    assert float(x.var()) == pytest.approx(variance, rel=0.01)


@pytest.mark.parametrize("method", ["ancestral", "churn", "dpmpp"])
def test_the_quantiles_are_those_of_samples(method: str) -> None:
    draws = torch.Generator().manual_seed(0)
    far = OrnsteinUhlenbeck(t_max=9.0)  # where the samplers' start is the law itself
    x = sample(far, LINE.denoiser(far), 40_000, 1, 8, method, schedule="karras", generator=draws)
    wanted = measured.line_samples(far, LINE, method, "karras", 8)[:, 0]
    levels = (torch.arange(measured.POINTS) + 0.5) / measured.POINTS
    found = x[:, 0].double().quantile(levels.double())
    assert float((found - wanted).abs().mean()) < 0.02


def test_fresh_quantiles_are_those_of_the_law() -> None:
    x = measured.law_quantiles(GAUSSIAN)[:, 0]
    levels = (torch.arange(len(x), dtype=torch.float64) + 0.5) / len(x)
    torch.testing.assert_close(x, 0.8 + 0.4 * torch.special.ndtri(levels), atol=1e-5, rtol=0)
    wider = measured.blurred(x[:, None], torch.tensor(0.3).double())
    exact = measured.law_quantiles(GaussianMixture([[0.8]], 0.5))
    assert float((wider - exact).abs().mean()) < 1e-3


def test_the_divergence_is_that_of_two_gaussians() -> None:
    mean, variance = measured.gaussian_law(PROCESS, GAUSSIAN, "euler", "log", 8)
    p, q = (torch.distributions.Normal(m, s) for m, s in ((0.8, 0.4), (mean, math.sqrt(variance))))
    found = measured.gaussian_kl(PROCESS, GAUSSIAN, "euler", "log", 8)
    assert found == pytest.approx(float(torch.distributions.kl_divergence(p, q)), rel=1e-4)


def test_steps_are_as_many_as_the_calls_allow() -> None:
    for method in METHODS:
        for most in (10, 21):
            steps = measured.steps_for(method, most)
            assert calls(method, steps) <= most < calls(method, steps + 1)


def test_a_lattice_stands_for_the_normal_law() -> None:
    x = measured.lattice()
    assert x.shape == (400, 2)
    torch.testing.assert_close(x.mean(0), torch.zeros(2).double(), atol=1e-12, rtol=0)
    torch.testing.assert_close(x.T @ x / 400, torch.eye(2).double(), atol=0.07, rtol=0)


def test_the_flow_ends_where_many_steps_of_another_method_do() -> None:
    ring = GaussianMixture.ring()
    ends = [measured.flow_end(PROCESS, ring, method, "karras", 200) for method in ("heun", "dpmpp")]
    assert float((ends[0] - ends[1]).norm(dim=1).mean()) < 1e-3


def test_a_curve_counts_calls_and_repeats_the_error() -> None:
    asked, errors = measured.curve(measured.gaussian_kl, GAUSSIAN, "heun", "log")
    assert asked == [5, 9, 15, 27, 49, 89]
    assert errors[1] == measured.gaussian_kl(measured.FINE, GAUSSIAN, "heun", "log", 5)
    table = measured.costs(measured.gaussian_kl, GAUSSIAN, ["heun"], 10)
    assert table["heun", "log"] == errors[1] and len(table) == len(SCHEDULES)


def test_the_width_within_modes_forgives_strays() -> None:
    ring = GaussianMixture.ring(std=0.3)
    x = ring.sample(20_000, generator=torch.Generator().manual_seed(0))
    assert measured.width(x, ring) == pytest.approx(0.3, rel=0.02)
    x[::50] = 0  # between all modes
    assert measured.width(x, ring) == pytest.approx(0.3, rel=0.04)


def test_the_nearest_training_point_is_the_nearest() -> None:
    x, train = torch.tensor([[0.0, 0], [1, 0], [5, 0]]), torch.tensor([[0.0, 0.5], [1, 0.2]])
    assert measured.nearest(x, train) == pytest.approx(0.5)
    assert measured.nearest(train, train) == 0
