"""The heuristic that is tuned: its draws, its network, and that training does something."""

from __future__ import annotations

import torch
from torch import Generator

import scorelab as sl
from scorelab.credit import heuristic
from scorelab.credit.heuristic import DeepNet, Settings

PROCESS = sl.OrnsteinUhlenbeck(0.003, 4.0)
SMALL = Settings(width=64, depth=2, rate=5e-3, steps=600, average=0.97)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def points(n: int, number: int = 0) -> torch.Tensor:
    return sl.GaussianMixture.ring().sample(n, generator=seed(number))


def test_draws_are_within_their_lists_and_differ() -> None:
    drawn = [heuristic.draw_settings(generator=seed(k)) for k in range(40)]
    assert {each.width for each in drawn} == {128, 192, 256}
    assert {each.depth for each in drawn} == {2, 3}
    assert {each.steps for each in drawn} == {1500, 3000}
    rates = torch.tensor([each.rate for each in drawn])
    assert 10**-3.5 <= rates.min() < 1e-3 < 3e-3 < rates.max() <= 10**-2.2
    assert heuristic.draw_settings(generator=seed(3)) == drawn[3]


def test_the_network_corrects_the_signal_in_units_of_the_noise() -> None:
    net = DeepNet(PROCESS, 2, SMALL, generator=seed())
    t, x = torch.rand(9, generator=seed(1)) + 0.01, torch.randn(9, 2, generator=seed(2))
    signal = PROCESS.alpha(t)[:, None] * x
    noise = PROCESS.h(t).sqrt()[:, None]
    torch.testing.assert_close(net(t, x), signal + noise * net.correction(t, x))
    for layer in net.layers[-1].parameters():
        layer.data.zero_()
    torch.testing.assert_close(net(t, x), signal)


def test_the_loss_counts_each_noise_level_alike() -> None:
    """f = αx on N(0, I): X_0 − αX_t has variance h a coordinate, so that the loss is d = 3."""
    net = DeepNet(PROCESS, 3, SMALL, generator=seed())
    net.correction = lambda t, x: torch.zeros_like(x)
    x = torch.randn(20_000, 3, generator=seed(1))
    assert abs(float(heuristic.loss(net, x, generator=seed(2))) - 3) < 0.05


def test_training_beats_the_best_linear_denoiser_and_is_reproducible() -> None:
    net = heuristic.train(PROCESS, points(2000), SMALL, generator=seed(4))
    fresh = points(20_000, 1)
    linear = DeepNet(PROCESS, 2, SMALL)
    gain = fresh.square().mean()  # the variance of a coordinate

    def best_linear(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        alpha, h = PROCESS.alpha(t)[:, None], PROCESS.h(t)[:, None]
        return (alpha * gain / (alpha**2 * gain + h) - alpha) * x / h.sqrt()

    linear.correction = best_linear
    losses = [float(heuristic.loss(f, fresh, generator=seed(5))) for f in (net, linear)]
    assert losses[0] < 0.9 * losses[1]
    again = heuristic.train(PROCESS, points(2000), SMALL, generator=seed(4))
    for one, other in zip(net.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other) and not one.requires_grad
