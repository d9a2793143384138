"""A fit: the network, its losses, and the denoiser at its noise level."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from scorelab import OrnsteinUhlenbeck, convex
from scorelab.convex.fit import network_score

PROCESS = OrnsteinUhlenbeck()


def draws(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=Generator().manual_seed(number))


def plane_fit(activation: str = "relu") -> convex.Fit:
    neurons = (draws(5, 2), draws(5, number=1), draws(5, 2, number=2))
    linear = (draws(2, 2, number=3), draws(2, number=4))
    return convex.Fit(-3.0, 0.25, neurons, linear, activation, beta=0.7)


@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_the_score_and_its_divergence_are_those_of_a_plain_network(activation: str) -> None:
    fit, x = plane_fit(activation), draws(6, 2, number=5)
    (w, b, a), (v, b2) = fit.neurons, fit.linear
    first, second = torch.nn.Linear(2, 5).double(), torch.nn.Linear(5, 2, bias=False).double()
    first.weight.data, first.bias.data, second.weight.data = w, b, a.T
    sigma = torch.nn.functional.relu if activation == "relu" else torch.abs

    def s(point: Tensor) -> Tensor:
        return second(sigma(first(point))) + v @ point + b2

    with torch.no_grad():
        expected = torch.stack([s(point) for point in x])
    torch.testing.assert_close(fit.score(x), expected)
    traces = sum(torch.autograd.functional.jacobian(s, point).trace() for point in x)
    decay = 0.35 * (w.square().sum() + a.square().sum())
    loss = convex.score_matching_loss(x, fit.neurons, fit.linear, 0.7, activation)
    torch.testing.assert_close(loss, traces + expected.square().sum() / 2 + decay)
    targets = draws(6, 2, number=6)
    loss = convex.denoising_loss(x, targets, fit.neurons, fit.linear, 0.7, activation)
    torch.testing.assert_close(loss, (expected - targets).square().sum() / 2 + decay)


def test_the_bound_and_the_gap_of_other_networks() -> None:
    fit = plane_fit()
    assert fit.lower_bound == -3.25
    assert fit.gap_of(-3.0) == fit.gap
    assert fit.gap_of(torch.tensor(-1.0)) == 2.25


def test_the_score_takes_the_type_of_its_query() -> None:
    fit = plane_fit()
    assert fit.score(draws(4, 2).float()).dtype == torch.float32
    with pytest.raises(ValueError, match=r"x.shape=\(4, 3\)"):
        fit.score(draws(4, 3))
    with pytest.raises(ValueError, match="activation='tanh'"):
        network_score(draws(4, 2), fit.neurons, fit.linear, "tanh")


def test_the_denoiser_gives_the_score_back_at_its_own_time() -> None:
    fit, x = plane_fit(), draws(7, 2)
    denoiser = fit.denoiser(PROCESS, 0.3)
    t = torch.full((7,), 0.3).double()
    torch.testing.assert_close(PROCESS.score(denoiser)(t, x), fit.score(x))
    assert denoiser.device == torch.device("cpu")


def test_the_denoiser_of_one_level_takes_no_other() -> None:
    denoiser = plane_fit().denoiser(PROCESS, 0.3)
    with pytest.raises(ValueError, match="fitted at the noise level of t = 0.3"):
        denoiser(torch.full((4,), 0.31), draws(4, 2).float())
    with pytest.raises(ValueError, match="t=0"):
        plane_fit().denoiser(PROCESS, 0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_fit_of_any_type_of_data_is_in_double(dtype: torch.dtype) -> None:
    fit = convex.score_matching(draws(30, 1).to(dtype), 4.0)
    assert all(each.dtype == torch.float64 for each in (*fit.neurons, *fit.linear))
    assert fit.neurons[0].shape == fit.neurons[2].shape == (len(fit.neurons[1]), 1)
    assert fit.linear[0].shape == (1, 1) and fit.linear[1].shape == (1,)
    assert fit.gap <= 1e-6 * abs(fit.objective)
