"""What notebook 03 measures, against a count pair by pair and against autograd."""

from __future__ import annotations

import math

import pytest
import torch

import scorelab as sl
from scorelab.chapters.two_layer_network import measured

PROCESS = sl.OrnsteinUhlenbeck()


def problem(width: int = 64, rows: int = 30) -> tuple[sl.TwoLayerNet, sl.Regression]:
    draw = torch.Generator().manual_seed(0)
    data = PROCESS.regression(
        sl.GaussianMixture.ring().sample(rows, generator=draw), generator=draw
    )
    return sl.TwoLayerNet(PROCESS, 2, width, generator=draw), data


def features(data: sl.Regression) -> torch.Tensor:
    return PROCESS.features(data.t, data.x_t)


def test_the_kernel_of_a_network_s_own_activations_is_that_of_its_jacobian() -> None:
    net, data = problem()

    def outputs(weight: torch.Tensor) -> torch.Tensor:
        hidden = (features(data) @ weight.T).relu()
        return (hidden @ net.signs).flatten() / math.sqrt(net.width)

    jacobian = torch.autograd.functional.jacobian(outputs, net.weight).flatten(1)
    found = measured.kernel(measured.activations(net, data), net, data)
    torch.testing.assert_close(found, jacobian @ jacobian.T / len(data), rtol=1e-4, atol=1e-5)


def test_a_course_is_the_descent_seen_at_every_step() -> None:
    net, data = problem()
    course = measured.course(net, data, 1.0, watched=5, end=9)
    nets = [now.net for now in sl.descend(net, data, [*range(6), 9], 1.0)]
    assert len(course.mean_square) == len(course.active) == 6
    for step, now in enumerate(nets[:6]):
        error = (now.forward(features(data)) - data.x_0).square().sum(1).mean()
        assert float(course.mean_square[step]) == pytest.approx(float(error), rel=1e-5)
        assert torch.equal(course.active[step].float(), measured.activations(now, data))
    assert torch.equal(course.end.weight, nets[-1].weight)
    assert float(measured.error(nets[3], data)) == pytest.approx(float(course.mean_square[3]))
    before, now = course.active[:2]
    assert int(course.switched[0]) == sum(
        bool(a != b) for a, b in zip(before.flatten(), now.flatten(), strict=True)
    )
    assert float(course.share[2]) == pytest.approx(float(course.active[2].double().mean()))
    assert course.peak == int(torch.argmax(course.mean_square))


def test_moves_are_those_of_a_count_pair_by_pair() -> None:
    net, data = problem(width=8, rows=20)
    now = measured.after(net, data, 2.0, 40)
    assert now is not None
    found = measured.moves(net, now, data)
    switched, along, outward = 0, [], []
    for z in features(data):
        row = z / z.norm()
        for old, new in zip(net.weight, now.weight, strict=True):
            at, move = float(row @ old), float(row @ (new - old))
            switched += (at > 0) != (at + move > 0)
            along.append(abs(move))
            if abs(at) < abs(move):
                outward.append(at * move > 0)
    assert found.switched == pytest.approx(switched / 160)
    assert found.outward == pytest.approx(sum(outward) / len(outward))
    mean = sum(float(move.norm()) for move in now.weight - net.weight) / 8
    assert found.distance == pytest.approx(mean)
    assert found.cosine(features(data)) == pytest.approx(sum(along) / 160 / mean, rel=1e-4)
    rms = ((now.weight - net.weight).square().sum() / net.weight.square().sum()).sqrt()
    assert found.relative == pytest.approx(float(rms), rel=1e-5)


def test_moves_in_all_directions_alike_have_the_mean_cosine_that_is_derived() -> None:
    net, data = problem(width=4096)
    draw = torch.Generator().manual_seed(1)
    moved = net.with_weight(net.weight + 0.01 * torch.randn(net.weight.shape, generator=draw))
    found = measured.moves(net, moved, data)
    assert found.cosine(features(data)) == pytest.approx(4 / (3 * math.pi), rel=0.02)
    assert found.outward == pytest.approx(0.5, abs=0.05)
    assert found.near == pytest.approx(1, abs=0.05)
    assert measured.moves(net, net.with_weight(2 * net.weight), data).kernel == 0


def test_training_ends_where_it_is_told_to_or_says_that_it_is_lost() -> None:
    net, data = problem()
    end = measured.until(net, data, 1.0)
    assert float(measured.error(end, data)) <= 1
    assert measured.after(net, data, 1e4, 50) is None


def test_a_leaky_relu_of_slope_zero_keeps_what_plain_relu_keeps() -> None:
    net, data = problem()
    on = measured.activations(net, data)
    top = float(torch.linalg.eigvalsh(measured.kernel(on, net, data).double())[-1])
    plain = measured.course(net, data, 1.5 / top, watched=60).share
    found = measured.leaky_share(data, net, rate=1.5, slope=0.0)
    assert found == pytest.approx(float(plain[60] / plain[0]), rel=1e-3)
    assert measured.leaky_share(data, net, rate=1e-9, slope=0.5) == 1
