"""Stopping rules against a search through every step with the formula as it stands."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from scorelab import (
    GaussianMixture,
    KernelFlow,
    NetworkPath,
    OrnsteinUhlenbeck,
    TwoLayerNet,
    metrics,
)
from scorelab.stopping import log_stops, oracle, rademacher

PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def regression(n: int, number: int = 0):
    return PROCESS.regression(RING.sample(n, generator=seed(number)), generator=seed(number + 1))


def literal(eigenvalues: list[float], step_size: float, noise: float, radius: float) -> int:
    """min{τ ≥ 1 : R(1/√η_τ) > C / (2 e σ η_τ)} − 1, one step after the other."""
    step = 1
    while True:
        eta = step_size * step
        width = 1 / math.sqrt(eta)
        complexity = math.sqrt(sum(min(v, width**2) for v in eigenvalues) / len(eigenvalues))
        if complexity > radius / (2 * math.e * noise * eta):
            return step - 1
        step += 1


@given(
    st.lists(st.floats(1e-4, 3), min_size=1, max_size=12),
    st.floats(0.05, 2),
    st.floats(0.1, 2),
    st.floats(0.1, 4),
)
@settings(max_examples=60)
def test_rademacher_is_the_literal_rule(values, step_size, noise, radius) -> None:
    found = rademacher(torch.tensor(values, dtype=torch.float64), step_size, noise, radius)
    # Where both sides are all but equal, rounding may decide between neighbouring steps.
    nudged = {literal(values, step_size, noise, radius * c) for c in (1 - 1e-12, 1, 1 + 1e-12)}
    assert type(found) is int and found in nudged


def test_rademacher_on_a_real_spectrum_takes_float32_and_zeros() -> None:
    flow = KernelFlow(PROCESS, regression(80))
    wanted = literal(flow.eigenvalues.tolist(), flow.step_size, 0.5, 5.0)
    assert wanted > 10
    assert rademacher(flow.eigenvalues, flow.step_size, 0.5, 5.0) == wanted
    assert rademacher(flow.eigenvalues.float(), flow.step_size, 0.5, 5.0) == wanted
    assert rademacher(torch.tensor([1.0, 0.0]), 1.0, 0.1) == literal([1.0, 0.0], 1.0, 0.1, 1.0)


def test_rademacher_waits_for_less_noise_and_a_larger_truth() -> None:
    values = KernelFlow(PROCESS, regression(60)).eigenvalues
    by_noise = [rademacher(values, 1.0, noise) for noise in (0.05, 0.2, 1.0)]
    by_radius = [rademacher(values, 1.0, 0.5, radius) for radius in (0.5, 2.0, 8.0)]
    assert by_noise == sorted(by_noise, reverse=True) and by_noise[0] > by_noise[-1]
    assert by_radius == sorted(by_radius) and by_radius[-1] > by_radius[0]


def brute_oracle(path, data) -> int:
    truth = RING.denoiser(PROCESS)(data.t, data.x_t)

    def risk(step: int) -> float:
        return float((path.at(step)(data.t, data.x_t) - truth).square().sum(1).mean())

    return min(path.stops, key=risk)


def test_the_oracle_takes_the_stop_of_least_excess_risk() -> None:
    data, fresh = regression(60), regression(200, 5)
    flow = KernelFlow(PROCESS, data)
    net = TwoLayerNet(PROCESS, 2, 32, generator=seed(1))
    path = NetworkPath.record(net, data, log_stops(400, 12))
    for trained in (flow, path):
        found = oracle(trained, RING.denoiser(PROCESS), fresh)
        assert found == brute_oracle(trained, fresh) and type(found) is int
    assert 0 < oracle(flow, RING.denoiser(PROCESS), fresh) < flow.stops[-1]


def test_the_curve_of_risks_is_the_risk_at_every_stop() -> None:
    data, fresh, truth = regression(40), regression(50, 5), RING.denoiser(PROCESS)
    flow = KernelFlow(PROCESS, data)
    wanted = [metrics.excess_risk(flow.at(s), truth, fresh) for s in flow.stops]
    found = metrics.excess_risks(flow, truth, fresh)
    assert found.dtype == torch.float64 and found.tolist() == pytest.approx(wanted, rel=1e-4)


@given(st.integers(1, 10**7), st.integers(2, 80))
def test_log_stops_rise_from_nothing_to_the_last(last: int, count: int) -> None:
    stops = log_stops(last, count)
    assert stops[:2] == (0, 1) and stops[-1] == last
    assert list(stops) == sorted(set(stops)) and len(stops) <= count + 1


def test_log_stops_are_evenly_spaced_where_they_are_large() -> None:
    late = torch.tensor([s for s in log_stops(10**6, 60) if s > 1000], dtype=torch.float64)
    ratios = late[1:] / late[:-1]
    assert float(ratios.max() / ratios.min()) < 1.01


ONES = torch.ones(3)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: rademacher(ONES, 0, 1), "step_size=0: must be a finite number above 0"),
        (lambda: rademacher(ONES, 1, -1), "noise=-1: must be a finite number above 0"),
        (lambda: rademacher(ONES, 1, math.nan), "noise=nan: must be a finite number above 0"),
        (lambda: rademacher(ONES, 1, 1, 0), "radius=0: must be a finite number above 0"),
        (
            lambda: rademacher(-ONES, 1, 1),
            r"eigenvalues=.*-1.*: must be a vector of finite",
        ),
        (lambda: rademacher(0 * ONES, 1, 1), r"eigenvalues=.*0.*: must be a vector .* not all 0"),
        (lambda: rademacher(ONES / 0, 1, 1), r"eigenvalues=.*inf.*: must be a vector of finite"),
        (lambda: rademacher(torch.ones(2, 2), 1, 1), r"eigenvalues=[^:]*: must be a vector"),
        (lambda: rademacher(ONES[:0], 1, 1), r"eigenvalues=[^:]*: must be a vector"),
        (lambda: log_stops(0), "last=0: must be a whole number of at least 1"),
        (lambda: log_stops(9, 1), "count=1: must be a whole number of at least 2"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)^{message}"):
        action()
