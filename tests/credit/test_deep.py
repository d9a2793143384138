"""The deep network and what lies between it and the framework."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor, nn

import scorelab as sl
from scorelab.credit import deep
from scorelab.credit.deep import DeepNet, Settings, Tangent, TwoLayers
from scorelab.credit.mixture import MixtureForm

PROCESS = sl.OrnsteinUhlenbeck(0.003, 4.0)
SETTINGS = Settings(width=64, depth=2, rate=5e-3, steps=600, average=0.97)
FORM = MixtureForm.independent(2).denoiser(PROCESS)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def points(n: int, number: int = 0) -> Tensor:
    return sl.GaussianMixture.ring().sample(n, generator=seed(number))


def queries(n: int = 50) -> tuple[Tensor, Tensor]:
    return torch.rand(n, generator=seed(1)) + 0.01, torch.randn(n, 2, generator=seed(2))


def trained(net: nn.Module, steps: int = 600) -> sl.Denoiser:
    settings = Settings(64, 2, 5e-3, steps, 0.97)
    return deep.train(PROCESS, FORM, points(2000), net, settings, generator=seed(4))


def test_the_network_corrects_the_form_in_units_of_the_noise() -> None:
    net = DeepNet(2, 16, 3, generator=seed())
    t, x = queries()
    f = deep.Corrected(PROCESS, FORM, net)
    noise = PROCESS.h(t).sqrt()[:, None]
    torch.testing.assert_close(f(t, x), PROCESS.alpha(t)[:, None] * x + noise * net(t, x))
    assert len(net.layers) == 4


def test_the_loss_counts_each_noise_level_alike() -> None:
    """f = αx on N(0, I): X_0 − αX_t has variance h a coordinate, so that the loss is d = 3."""
    x, form = torch.randn(20_000, 3, generator=seed(1)), MixtureForm.independent(3)
    net = DeepNet(3, 4, 1).requires_grad_(False)
    for weight in net.parameters():
        weight.data.zero_()
    found = deep.loss(PROCESS, form.denoiser(PROCESS), net, x, generator=seed(2))
    assert abs(float(found) - 3) < 0.05


def test_a_tangent_starts_as_its_network_and_is_linear_in_its_weights() -> None:
    net, (t, x) = DeepNet(2, 16, 2, generator=seed()), queries()
    wanted = net(t, x).detach()
    tangent = Tangent(net)
    torch.testing.assert_close(tangent(t, x), wanted)
    changes = []
    for scale in (1.0, 2.0):
        for k, moved in enumerate(tangent.moved):
            moved.data = scale * torch.randn(moved.shape, generator=seed(k))
        changes.append(tangent(t, x) - wanted)
    torch.testing.assert_close(changes[1], 2 * changes[0])
    assert not torch.allclose(changes[0], torch.zeros_like(wanted))


def test_a_small_step_of_a_network_is_that_of_its_tangent() -> None:
    net, (t, x) = DeepNet(2, 16, 2, generator=seed()), queries()
    tangent = Tangent(DeepNet(2, 16, 2, generator=seed()))
    before = net(t, x).detach()
    for k, (weight, moved) in enumerate(zip(net.parameters(), tangent.moved, strict=True)):
        step = 1e-3 * torch.randn(weight.shape, generator=seed(k))
        weight.data += step
        moved.data = step
    change = net(t, x) - before
    assert (tangent(t, x) - before - change).norm() < 0.02 * change.norm()


def test_of_two_layers_both_are_trained() -> None:
    net = TwoLayers(2, 32, generator=seed())
    first, second = net.first.detach().clone(), net.second.detach().clone()
    assert set(second.unique().tolist()) == {-1.0, 1.0}
    trained(net, steps=20)
    assert not torch.equal(net.first, first) and not torch.equal(net.second, second)


@pytest.mark.slow
def test_features_that_move_learn_more_than_the_tangent_on_the_ring() -> None:
    """All else is equal; and training is reproducible."""
    fresh, losses = points(20_000, 1), []
    for net in (DeepNet(2, 32, 3, generator=seed()), Tangent(DeepNet(2, 32, 3, generator=seed()))):
        start = float(deep.loss(PROCESS, FORM, net, fresh, generator=seed(5)).detach())
        trained(net)
        losses.append(float(deep.loss(PROCESS, FORM, net, fresh, generator=seed(5))))
        assert losses[-1] < start
    assert losses[0] < losses[1]
    nets = [DeepNet(2, 8, 1, generator=seed()) for _ in range(2)]
    for net in nets:
        trained(net, steps=10)
    for one, other in zip(*(net.parameters() for net in nets), strict=True):
        assert torch.equal(one, other) and not one.requires_grad


def test_neurons_of_their_own_serve_one_coordinate_each_and_signs_that_stay_stay() -> None:
    for kind, moves in (("both", True), ("first", False), ("own", False)):
        net = TwoLayers(2, 64, kind, generator=seed())
        before = net.second.detach().clone()
        trained(net, 20)
        assert torch.equal(net.second, before) != moves
    served = before != 0
    assert (served.sum(1) == 1).all() and (served.sum(0) == 32).all()
    torch.testing.assert_close(before.square().sum(1), torch.full((64,), 2.0))


def test_own_neurons_have_the_kernel_of_shared_ones() -> None:
    """At the start: (1/m) Σ_r a_r^i a_r^k 1[w_r·z > 0] 1[w_r·z' > 0] → δ_ik / 2 at z = z'."""
    for kind in ("first", "own"):
        net = TwoLayers(2, 40_000, kind, generator=seed())
        z = torch.randn(1, 11, generator=seed(6))
        on = (net.first @ z.T > 0).float()
        kernel = (net.second * on).T @ net.second / 40_000
        torch.testing.assert_close(kernel.detach(), torch.eye(2) / 2, atol=0.02, rtol=0)


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind='none': must be one of 'both', 'first', 'own'"):
        TwoLayers(2, 8, "none")
