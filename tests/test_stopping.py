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
    Regression,
    TwoLayerNet,
    metrics,
    ntk,
)
from scorelab.path import log_stops
from scorelab.stopping import (
    complexity,
    degrees_of_freedom,
    gcv,
    gcv_scores,
    holdout,
    loo,
    loo_scores,
    noise_and_radius,
    oracle,
    rademacher,
)

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


def smoother(flow: KernelFlow, step: int) -> torch.Tensor:
    """S_τ = I − (I − ηK/n)^τ by a power of the matrix, with no decomposition."""
    kernel = ntk(flow.z, flow.z) / len(flow)
    eye = torch.eye(len(flow), dtype=kernel.dtype)
    return eye - torch.linalg.matrix_power(eye - flow.step_size * kernel, step)


EARLY = KernelFlow.stops[:60:6]


def test_scores_and_freedom_are_those_of_the_smoother_s_matrix() -> None:
    flow = KernelFlow(PROCESS, regression(40))
    n, at = len(flow), [flow.stops.index(s) for s in EARLY]
    for i, step in zip(at, EARLY, strict=True):
        s = smoother(flow, step)
        residual = (flow.labels - s @ flow.labels).square().sum(1)
        leverage = s.diagonal()
        found = [float(f(flow)[i]) for f in (degrees_of_freedom, gcv_scores, loo_scores)]
        wanted = [
            float(leverage.sum()),
            float(residual.mean()) / (1 - float(leverage.sum()) / n) ** 2,
            float((residual / (1 - leverage) ** 2).mean()),
        ]
        assert found == pytest.approx(wanted, rel=1e-8, abs=1e-9)


def test_leave_one_out_is_near_to_leaving_each_one_out() -> None:
    """The shortcut is exact for ridge regression; for gradient descent it errs by a few percent."""
    data = regression(30)
    flow = KernelFlow(PROCESS, data)
    rows = torch.arange(len(data))
    for step in (3, 10, 30):
        errors = []
        for i in rows:
            others = data.t[rows != i], data.x_t[rows != i], data.x_0[rows != i]
            # Leaving a row out keeps the sum over the rest: η/n stays, not η.
            rest = KernelFlow(PROCESS, Regression(*others), flow.step_size * (30 - 1) / 30)
            one = data.t[i : i + 1], data.x_t[i : i + 1]
            errors.append(float((rest.at(step)(*one) - data.x_0[i]).square().sum()))
        shortcut = float(loo_scores(flow)[flow.stops.index(step)])
        assert shortcut == pytest.approx(sum(errors) / 30, rel=0.05)


def log_uniform(n: int, number: int = 0):
    x0 = RING.sample(n, generator=seed(number))
    return PROCESS.regression(x0, times="log", generator=seed(number + 1))


def test_gcv_keeps_away_from_a_false_minimum_and_leave_one_out_need_not() -> None:
    flow = KernelFlow(PROCESS, log_uniform(400))
    free = degrees_of_freedom(flow)
    scores = dict(zip(flow.stops, gcv_scores(flow).tolist(), strict=True))
    allowed = [s for s, d in zip(flow.stops, free, strict=True) if d <= 200]
    assert gcv(flow) == min(allowed, key=scores.get) and type(gcv(flow)) is int
    assert min(scores.values()) < scores[gcv(flow)]
    scores = dict(zip(flow.stops, loo_scores(flow).tolist(), strict=True))
    assert loo(flow) == min(scores, key=scores.get) in allowed and type(loo(flow)) is int
    assert scores[flow.stops[-1]] > 100 * scores[loo(flow)]


def test_late_scores_tend_to_what_the_last_eigendirection_holds() -> None:
    """r → (1 − ηλ_n)^τ V_in c_n and 1 − S_ii → (1 − ηλ_n)^τ V_in², whatever rounding does."""
    flow = KernelFlow(PROCESS, regression(8))
    assert float(degrees_of_freedom(flow)[-1]) == 8
    last = flow.vectors[:, -1:]
    ratio = (flow.projections[-1] / last).square().sum(1).mean()
    at = int((flow.left_at_stops[-1] > 1e-100).nonzero()[-1])
    assert flow.left_at_stops[-2, at] < 1e-3 * flow.left_at_stops[-1, at]
    assert float(loo_scores(flow)[at]) == pytest.approx(float(ratio), rel=1e-2)
    energy = float(flow.projections[-1].square().sum())
    assert float(gcv_scores(flow)[at]) == pytest.approx(8 * energy, rel=1e-2)


def test_leave_one_out_is_near_the_oracle_and_gcv_is_not_on_log_uniform_times() -> None:
    data, fresh = log_uniform(400), log_uniform(2000, 7)
    flow, truth = KernelFlow(PROCESS, data), RING.denoiser(PROCESS)
    risks = dict(zip(flow.stops, metrics.excess_risks(flow, truth, fresh).tolist(), strict=True))
    best = min(risks.values())
    assert risks[loo(flow)] < 1.4 * best
    assert risks[gcv(flow)] > 2 * best and gcv(flow) > 4 * loo(flow)


def test_the_hold_out_rule_takes_the_stop_of_least_hold_out_risk() -> None:
    data, fresh = regression(60), regression(30, 5)
    net = TwoLayerNet(PROCESS, 2, 32, generator=seed(1))
    for path in (
        KernelFlow(PROCESS, data),
        NetworkPath.record(net, data, log_stops(400, 12)),
    ):
        by_hand = [metrics.holdout_risk(path.at(s), fresh) for s in path.stops]
        assert holdout(path, fresh) == path.stops[by_hand.index(min(by_hand))]


def test_noise_and_radius_of_a_fit_whose_both_are_known() -> None:
    """Labels drawn from the kernel's own model: f = Σ κ(·, z_j) c_j, noise of 0.3."""
    data = regression(400)
    z = PROCESS.features(data.t, data.x_t).double()
    kernel = ntk(z, z)
    parts = torch.randn(400, 2, generator=seed(3), dtype=z.dtype) / 400
    clean = kernel @ parts
    noise = 0.3 * torch.randn(400, 2, generator=seed(4), dtype=z.dtype)
    flow = KernelFlow(PROCESS, Regression(data.t.double(), data.x_t.double(), clean + noise))
    sigma, radius = noise_and_radius(flow, gcv(flow))
    assert sigma == pytest.approx(0.3, rel=0.05)
    true_radius = math.sqrt(float((parts * (kernel @ parts)).sum()) / 2)
    assert 0.5 < radius / true_radius < 2
    norm = KernelFlow.at(flow, 50).coefficients
    assert noise_and_radius(flow, 50)[1] == pytest.approx(
        math.sqrt(float((norm * (kernel @ norm)).sum()) / 2)
    )


@pytest.mark.parametrize("time", [0.01, 1.0, 30.0, 1e6])
def test_the_complexity_is_the_local_rademacher_complexity_times_the_time(time: float) -> None:
    eigenvalues = torch.logspace(0, -8, 50, dtype=torch.float64)
    local = math.sqrt(sum(min(float(each), 1 / time) for each in eigenvalues) / 50)
    assert complexity(eigenvalues, time) == pytest.approx(time * local)


ONES = torch.ones(3)
TINY = KernelFlow(PROCESS, regression(10))


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
        (lambda: noise_and_radius(TINY, math.inf), "step=inf: leaves no residual: stop earlier"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)^{message}"):
        action()


def test_other_stops_are_searched_once_they_are_set() -> None:
    flow = KernelFlow(PROCESS, regression(30))
    all_of_them = loo_scores(flow)
    flow.stops = flow.stops[10:60:5]
    torch.testing.assert_close(loo_scores(flow), all_of_them[10:60:5])
    assert loo(flow) in flow.stops and gcv(flow) in flow.stops
    flow.stops = (5, 3)
    with pytest.raises(ValueError, match="^stops=3: steps must rise, but 3 follows 5"):
        loo(flow)
