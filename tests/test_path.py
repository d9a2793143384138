"""The two nouns: every path keeps the same promises, and says where its denoisers are placed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

import scorelab as sl
from scorelab.path import Path, Placed, log_stops

PROCESS = sl.OrnsteinUhlenbeck()


def regression(n: int, number: int = 0) -> sl.Regression:
    draws = Generator().manual_seed(number)
    x0 = sl.GaussianMixture.ring().sample(n, generator=draws)
    return PROCESS.regression(x0, generator=draws)


DATA, QUERIES = regression(40), regression(7, 1)


def network() -> Path:
    net = sl.TwoLayerNet(PROCESS, 2, 32, generator=Generator().manual_seed(2))
    return sl.NetworkPath.record(net, DATA, [0, 1, 5, 40])


def kernel() -> Path:
    return sl.KernelFlow(PROCESS, DATA)


def features() -> Path:
    return sl.FeatureFlow(PROCESS, [DATA], 30, generator=Generator().manual_seed(2))


every_path = pytest.mark.parametrize("make", [network, kernel, features])


@every_path
def test_a_path_says_the_same_in_all_its_ways(make: Callable[[], Path]) -> None:
    path = make()
    t, x = QUERIES.t, QUERIES.x_t
    predictions, replay = path.predict(t, x), path.replay(t, x)
    assert predictions.shape == (len(path.stops), 7, 2)
    for i in {0, 1, len(path.stops) // 2, len(path.stops) - 1}:
        here = path.at(path.stops[i])(t, x)
        assert here.shape == x.shape and here.dtype == x.dtype
        torch.testing.assert_close(predictions[i], here, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(replay(path.stops[i]), here, atol=1e-4, rtol=1e-4)


@every_path
def test_a_path_starts_at_zero_and_its_loss_falls_as_its_denoisers_say(
    make: Callable[[], Path],
) -> None:
    path = make()
    assert path.stops[0] == 0 and list(path.stops) == sorted(set(path.stops))
    assert path.at(0)(QUERIES.t, QUERIES.x_t).abs().max() < 1e-5
    losses = [path.train_loss(step) for step in path.stops[:80]]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 0.9 * losses[0]
    for step, loss in zip(path.stops[:80:20], losses[::20], strict=True):
        error = path.at(step)(DATA.t, DATA.x_t) - DATA.x_0
        assert loss == pytest.approx(float(error.square().sum()) / 80, rel=1e-4)


@every_path
def test_the_denoisers_of_a_path_say_where_they_are_and_take_queries_from_there_only(
    make: Callable[[], Path],
) -> None:
    denoiser = make().at(1)
    assert isinstance(denoiser, Placed) and denoiser.device == DATA.x_t.device
    with pytest.raises(ValueError, match=r"^x\.device='meta': must be the denoiser's, cpu$"):
        denoiser(QUERIES.t.to("meta"), QUERIES.x_t.to("meta"))


def test_what_follows_its_queries_is_not_placed() -> None:
    truth = sl.GaussianMixture.ring().denoiser(PROCESS)
    assert not isinstance(truth, Placed)
    assert not isinstance(sl.Empirical(DATA.x_0).denoiser(PROCESS), Placed)
    queries = (part.to("meta") for part in (QUERIES.t, QUERIES.x_t))
    assert truth(*queries).device.type == "meta"


def waves(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Five features of a point in the plane."""
    return torch.cat((x, t.sin()[:, None], t.cos()[:, None], torch.ones_like(t)[:, None]), 1)


def test_a_network_and_its_limits_see_the_features_that_they_are_given() -> None:
    draws = Generator().manual_seed(3)
    net = sl.TwoLayerNet(PROCESS, 2, 16, features=waves, generator=draws)
    assert net.weight.shape == (16, 5)
    z, query = waves(DATA.t, DATA.x_t), waves(QUERIES.t, QUERIES.x_t)
    (after,) = sl.descend(net, DATA, [1], step_size=0.1)
    by_hand = net.with_weight(net.weight - 0.1 * net.gradient(z, DATA.x_0)[0])
    torch.testing.assert_close(after.net(QUERIES.t, QUERIES.x_t), by_hand.forward(query))

    flow = sl.KernelFlow(PROCESS, DATA, features=waves)
    interpolant = sl.ntk(query.double(), z.double()) @ torch.linalg.solve(
        sl.ntk(z.double(), z.double()), DATA.x_0.double()
    )
    found = flow.at(float("inf"))(QUERIES.t, QUERIES.x_t)
    torch.testing.assert_close(found.double(), interpolant, rtol=1e-3, atol=1e-3)

    random = sl.FeatureFlow(PROCESS, [DATA], 30, features=waves, generator=draws)
    on = (query @ random.phi.directions.T > 0).float()
    phi = torch.einsum("nm,np->nmp", on, query).flatten(1) / 30**0.5
    torch.testing.assert_close(random.phi(QUERIES.t, QUERIES.x_t), phi)


@given(st.integers(1, 10**7), st.integers(2, 80))
def test_log_stops_rise_from_nothing_to_the_last(last: int, count: int) -> None:
    stops = log_stops(last, count)
    assert stops[:2] == (0, 1) and stops[-1] == last
    assert list(stops) == sorted(set(stops)) and len(stops) <= count + 1


def test_log_stops_are_evenly_spaced_where_they_are_large() -> None:
    late = torch.tensor([s for s in log_stops(10**6, 60) if s > 1000], dtype=torch.float64)
    ratios = late[1:] / late[:-1]
    assert float(ratios.max() / ratios.min()) < 1.01


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: log_stops(0), "last=0: must be a whole number of at least 1"),
        (lambda: log_stops(9, 1), "count=1: must be a whole number of at least 2"),
    ],
)
def test_bad_input_is_named(action: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        action()
