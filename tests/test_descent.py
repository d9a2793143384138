"""Gradient descent: fused against torch's, torch's against autograd and its SGD."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

from scorelab import NetworkPath, OrnsteinUhlenbeck, Regression, TwoLayerNet, descend
from scorelab import kernel as ntk_module
from scorelab.descent import TorchDescent, _advance
from scorelab.fused import net as fused_net

PROCESS = OrnsteinUhlenbeck()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def regression(n: int, dim: int, number: int = 0, dtype: torch.dtype = torch.float32) -> Regression:
    x0 = torch.randn(n, dim, dtype=dtype, generator=seed(number))
    return PROCESS.regression(x0, generator=seed(number + 1))


def network(dim: int, width: int, dtype: torch.dtype = torch.float32) -> TwoLayerNet:
    return TwoLayerNet(PROCESS, dim, width, generator=seed(7), dtype=dtype)


def last(net: TwoLayerNet, data: Regression, stops, step_size: float | None = None) -> TwoLayerNet:
    return list(descend(net, data, stops, step_size))[-1].net


@pytest.mark.parametrize("dim", [1, 2, 3, 5, 14])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 61])
def test_the_fused_descent_is_torchs(n: int, dim: int) -> None:
    data = regression(n, dim)
    z = PROCESS.features(data.t, data.x_t)
    step_size = 1 / ntk_module.largest_eigenvalue(z)
    for width in (2, 6, 34, 100):
        net = network(dim, width)
        reference = TorchDescent(net, z, data.x_0, step_size)
        reference.advance(5)
        fused = last(net, data, [5], step_size).weight
        torch.testing.assert_close(fused, reference.weight(), atol=1e-5, rtol=1e-5)
    assert (fused - net.weight).abs().max() > 1e-3  # there was something to compare


def test_a_long_fused_descent_stays_with_the_one_in_float64() -> None:
    data = regression(200, 2)
    net = network(2, 64)
    fused = last(net, data, [300])
    z = PROCESS.features(data.t, data.x_t).double()
    wide = net.with_weight(net.weight.double())
    wide.signs = net.signs.double()
    reference = TorchDescent(wide, z, data.x_0.double(), 1 / ntk_module.largest_eigenvalue(z))
    reference.advance(300)
    # A neuron that just misses a point in one type may just meet it in the other.
    torch.testing.assert_close(
        fused.forward(z.float()).double(), reference.net.forward(z), atol=5e-3, rtol=0
    )


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_step_is_autograds_with_sgd(dtype: torch.dtype) -> None:
    data, net = regression(30, 2, dtype=dtype), network(2, 20, dtype)
    z = torch.cat((data.x_t, (data.t - PROCESS.t_min)[:, None], torch.ones(30, 1)), 1)
    weight = net.weight.clone().requires_grad_()
    optimizer = torch.optim.SGD([weight], lr=0.3)
    for _ in range(4):
        optimizer.zero_grad()
        output = torch.relu(z @ weight.T) @ net.signs / math.sqrt(20)
        ((output - data.x_0) ** 2).sum(1).mean().div(2).backward()
        optimizer.step()
    found = last(net, data, [4], 0.3).weight
    torch.testing.assert_close(found, weight.detach(), atol=1e-5, rtol=1e-5)


# In a process of its own, since tests that run side by side are given one thread each.
ON_ONE_THREAD_AND_ON_TWO = """
import torch, scorelab as sl
from scorelab.fused import net as fused_net
process, seed = sl.OrnsteinUhlenbeck(), torch.Generator().manual_seed
data = process.regression(torch.randn(150, 3, generator=seed(0)), generator=seed(1))
net, found = sl.TwoLayerNet(process, 3, 40, generator=seed(2)), []
for threads in (1, 2):
    fused_net.descend._choose = fused_net.predict._choose = lambda: threads
    found.append(next(sl.descend(net, data, [20])))
one, two = found
print(torch.equal(one.net.weight, two.net.weight) and one.train_loss == two.train_loss)
"""


@pytest.mark.slow
def test_the_number_of_threads_changes_nothing() -> None:
    command = [sys.executable, "-c", ON_ONE_THREAD_AND_ON_TWO]
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.strip() == "True", done.stdout + done.stderr


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_snapshot_is_the_network_at_its_stop(dtype: torch.dtype) -> None:
    data, net = regression(40, 2, dtype=dtype), network(2, 16, dtype)
    before = net.weight.clone()
    snapshots = list(descend(net, data, [0, 1, 10, 30]))
    assert [s.step for s in snapshots] == [0, 1, 10, 30]
    assert torch.equal(snapshots[0].net.weight, before) and torch.equal(net.weight, before)
    for s in snapshots:
        error = s.net(data.t, data.x_t) - data.x_0
        assert s.train_loss == pytest.approx(float((error**2).sum() / 80), rel=1e-5)
        torch.testing.assert_close(s.net.weight, last(net, data, [s.step]).weight)
    losses = [s.train_loss for s in snapshots]
    assert losses == sorted(losses, reverse=True) and losses[0] > 1.2 * losses[-1]


def test_stopping_and_going_on_is_going_straight() -> None:
    data, net = regression(40, 2), network(2, 16)
    paused = last(last(net, data, [13]), data, [17])
    torch.testing.assert_close(paused.weight, last(net, data, [30]).weight)


def test_the_default_step_is_one_over_the_largest_eigenvalue() -> None:
    data, net = regression(40, 2), network(2, 16)
    z = PROCESS.features(data.t, data.x_t).double()
    step_size = 1 / float(torch.linalg.eigvalsh(ntk_module.ntk(z, z) / 40).max())
    torch.testing.assert_close(
        last(net, data, [10]).weight, last(net, data, [10], step_size).weight
    )


def test_stops_are_asked_for_one_by_one() -> None:
    asked = []
    stops = (asked.append(k) or k for k in itertools.count())
    snapshots = descend(network(2, 8), regression(10, 2), stops)
    assert [next(snapshots).step for _ in range(3)] == [0, 1, 2] and asked == [0, 1, 2]


@settings(max_examples=15)
@given(st.permutations(range(19)), st.sampled_from([torch.float32, torch.float64]))
def test_the_order_of_the_data_does_not_matter(order: list[int], dtype: torch.dtype) -> None:
    data, net = regression(19, 2, dtype=dtype), network(2, 8, dtype)
    shuffled = Regression(data.t[order], data.x_t[order], data.x_0[order])
    torch.testing.assert_close(
        last(net, shuffled, [10]).weight, last(net, data, [10]).weight, atol=1e-5, rtol=1e-5
    )


def test_a_path_holds_every_stop_and_says_which_are_near() -> None:
    data, net = regression(20, 2), network(2, 8)
    path = NetworkPath.record(net, data, [0, 3, 10])
    assert path.stops == (0, 3, 10)
    for s in descend(net, data, [0, 3, 10]):
        assert path.train_loss(s.step) == s.train_loss
    replay = path.replay(data.t, data.x_t)
    for s in descend(net, data, path.stops):
        found = path.at(s.step)(data.t, data.x_t)
        torch.testing.assert_close(found, s.net(data.t, data.x_t))
        assert torch.equal(replay(s.step), found)
        assert torch.equal(path.predict(data.t, data.x_t)[path.stops.index(s.step)], found)
    for step, near in ((5, "3, 10"), (11, "10"), (-1, "0"), (math.inf, "10")):
        with pytest.raises(
            ValueError, match=f"^step={step}: was not recorded; the nearest stops are {near}$"
        ):
            path.at(step)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("stops", [[2000], [1, 2, 4, 100, 2000]])
def test_a_diverging_step_size_says_the_largest_stable_one(stops: list, dtype: torch.dtype) -> None:
    data, net = regression(30, 2, dtype=dtype), network(2, 32, dtype)
    z = PROCESS.features(data.t, data.x_t).double()
    largest = 2 / float(torch.linalg.eigvalsh(ntk_module.ntk(z, z) / 30).max())
    with pytest.raises(ValueError, match=r"^step_size=100000\.0: gradient descent diverged") as e:
        list(descend(net, data, stops, 1e5))
    assert f"the largest stable step size is 2/λ_max = {largest:.4g}" in str(e.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stops": [0, 5, 5]}, "stops=5: steps must rise, but 5 follows 5"),
        ({"stops": (4, 2)}, "stops=2: steps must rise, but 2 follows 4"),
        ({"stops": [-1]}, "stops=-1: must be a whole number of at least 0"),
        ({"stops": iter([-1])}, "stops=-1: must be a whole number of at least 0"),
        ({"stops": [1.5]}, r"stops=1\.5: must be a whole number of at least 0"),
        ({"step_size": 0}, "step_size=0: must be a finite number above 0"),
        ({"step_size": -0.1}, r"step_size=-0\.1: must be a finite number above 0"),
        ({"step_size": math.nan}, "step_size=nan: must be a finite number above 0"),
        ({"data": regression(5, 3)}, r"data\.x_t\.shape=\(5, 3\): must be .* d = 2"),
    ],
)
def test_bad_input_is_named(arguments: dict, message: str) -> None:
    given = {"net": network(2, 8), "data": regression(5, 2), "stops": [1], **arguments}
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(descend(**given))


def test_bad_stops_in_a_list_are_refused_before_any_training() -> None:
    with pytest.raises(ValueError, match="steps must rise"):
        descend(network(2, 8), regression(5, 2), [10**9, 1])


def test_data_on_another_device_is_named() -> None:
    elsewhere = network(2, 8).to("meta")
    with pytest.raises(ValueError, match=r"^data\.x_t\.device=.*: must be the network's"):
        descend(elsewhere, regression(5, 2), [1])


def test_a_path_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^snapshots=\(\): must hold at least one$"):
        NetworkPath.record(network(2, 8), regression(5, 2), [])


def test_any_kind_of_number_runs_the_one_compiled_loop() -> None:
    # A step size of another type would be compiled for once more, which takes seconds.
    data, net = regression(5, 2), network(2, 8)
    weights: list[Tensor] = [last(net, data, [3], size).weight for size in (1.0, 1)]
    assert torch.equal(*weights) and len(fused_net._descend.many.signatures) == 1


class Walk:
    """A descent that only counts its steps, each of a tenth of a millisecond."""

    def __init__(self) -> None:
        self.pieces: list[int] = []

    def advance(self, steps: int) -> None:
        self.pieces.append(steps)
        time.sleep(1e-4 * steps)

    def weight(self) -> Tensor:
        return torch.zeros(0)


def test_a_long_way_is_gone_in_pieces_of_half_a_second() -> None:
    walk = Walk()
    _advance(walk, 20_000)
    assert sum(walk.pieces) == 20_000
    assert walk.pieces[0] == 100 and 3 <= len(walk.pieces) < 100
