"""The prediction of notebook 06, by other ways."""

from __future__ import annotations

import pytest
import torch

import scorelab as sl
from scorelab.chapters.rates import measured

LAW = sl.GaussianMixture.line(dim=2)


def problem() -> tuple[sl.Regression, torch.Tensor]:
    """The 150 rows that the directions below are of, and the truth there."""
    draw = torch.Generator().manual_seed(12345)
    clean = LAW.sample(150, generator=draw)
    data = measured.PROCESS.regression(clean, times="log", generator=draw)
    return data, LAW.denoiser(measured.PROCESS)(data.t, data.x_t)


@pytest.mark.slow
def test_at_its_own_size_it_is_the_error_at_the_rows_themselves() -> None:
    """Labels drawn again and again, with each row's own noise: equation (1)."""
    data, exact = problem()
    along = measured.directions(2, "log", rows=150)
    deviation = (LAW.posterior_variance(measured.PROCESS, data.t, data.x_t) / 2).sqrt()
    flow, errors = sl.KernelFlow(measured.PROCESS, data), []
    draw, at = torch.Generator().manual_seed(0), flow.stops.index(76)
    for _ in range(400):
        labels = exact + deviation[:, None] * torch.randn(150, 2, generator=draw)
        fit = flow.with_labels(labels).predict(data.t, data.x_t)[at]
        errors.append(float((fit - exact).square().sum(1).mean()))
    assert sum(errors) / 400 == pytest.approx(float(measured.risks(along, 150)[at]), rel=0.05)


def test_more_rows_make_noise_cheaper_and_leave_the_bias() -> None:
    along = measured.directions(1, "uniform", rows=150)
    few, many, all_there_are = (measured.risks(along, n) for n in (100, 200, 10**15))
    torch.testing.assert_close(few - all_there_are, 2 * (many - all_there_are))
    assert bool((all_there_are.diff() <= 1e-12).all())


def test_the_curve_is_the_least_of_each_size() -> None:
    along = measured.directions(1, "log", rows=150)
    risks, stops = measured.curve(along, (125, 500))
    for n, risk, stop in zip((125, 500), risks, stops, strict=True):
        every = measured.risks(along, n)
        assert risk == every.min() == every[stop == measured.STOPS][0]
    assert stops[1] > stops[0]


def test_another_truth_has_the_noise_of_the_first() -> None:
    plain = measured.directions(2, "log", rows=150)
    other = measured.directions(2, "log", rows=150, truth=lambda t, x: x / 2)
    torch.testing.assert_close(other.noise, plain.noise)
    data, exact = problem()
    assert float(plain.truth.sum()) == pytest.approx(float(exact.square().sum(1).mean()), rel=1e-4)
    assert float(other.truth.sum()) == pytest.approx(
        float((data.x_t / 2).square().sum(1).mean()), rel=1e-4
    )
