"""Any input: a right answer or a ValueError. `make fuzz` tries more of them, for ten minutes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd import (
    DEVICES,
    GENERATORS,
    NUMBERS,
    SIZE,
    SWITCHES,
    TENSORS,
    TIMES,
    finite,
    public,
    words,
)
from torch import Generator, Tensor

import scorelab as sl
from scorelab import convex, credit, metrics, stopping, sweep

EXAMPLES = int(os.environ.get("SCORELAB_FUZZ", "4"))

PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)
NET = sl.TwoLayerNet(PROCESS, 2, 8, generator=Generator().manual_seed(0))


def regression(n: int, d: int, dtype: torch.dtype = torch.float32) -> sl.Regression:
    draw = Generator().manual_seed(n)
    return PROCESS.regression(torch.randn(n, d, generator=draw).to(dtype), generator=draw)


ROWS = [regression(12, 2), regression(1, 2), regression(7, 1), regression(9, 2, torch.float64)]
DATA = st.sampled_from(ROWS)
FLOW, WIDE = sl.KernelFlow(PROCESS, ROWS[0]), sl.FeatureFlow(PROCESS, ROWS[:1], 3)
PATH = sl.NetworkPath.record(NET, ROWS[0], [0, 1, 4])
FIT = convex.denoising(ROWS[0].x_t, ROWS[0].x_0, 1.0)
GATED = convex.gated(ROWS[0].x_t, ROWS[0].x_0, 1.0)
ANNEALED = convex.annealed(PROCESS, ROWS[2].x_0, 0.5, 2)
CREDIT = credit.load()[:50]
CODE = credit.Encoding(CREDIT)
#: Denoisers, and what is none.
ANSWERS: st.SearchStrategy[Any] = st.sampled_from(
    [TRUTH, NET, FLOW.at(9), WIDE.at(9), lambda t, x: x[:, :1], lambda t, x: None, None]
)
PATHS = st.sampled_from([FLOW, WIDE, PATH])
FLOWS: st.SearchStrategy[Any] = st.sampled_from([FLOW, FLOW, WIDE])
KINDS, OUTPUTS = words("relu", "abs"), words("joint", "separate")
#: Whole numbers of steps that do not take long, and no numbers.
FEW = st.one_of(st.integers(-1, 4), st.sampled_from([True, 2.5, "3", None, 10**20]))
STOPS = st.one_of(st.sampled_from([[0, 2], (1, 3), range(3)]), st.lists(FEW, max_size=3), FEW)
FRAMES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(CREDIT, CREDIT[:1], CREDIT[:0], CREDIT.drop(columns="AGE"), None),
        *(CREDIT.assign(AGE=0.5), CREDIT.assign(AGE="x"), CREDIT.assign(SEX=9)),
    ]
)
A = TENSORS


def at_points(maker: Callable[..., Any]) -> Callable[..., Tensor]:
    """What a denoiser made of the first arguments answers at the last two."""
    return lambda *slots: maker(*slots[:-2])(*slots[-2:])


def flow(x: Any, step_size: Any) -> Tensor:
    data = PROCESS.regression(x)
    return sl.KernelFlow(PROCESS, data, step_size).at(9)(data.t, data.x_t)


def features(data: Any, width: Any, step_size: Any, seed: Any) -> float:
    return sl.FeatureFlow(PROCESS, data, width, step_size, generator=seed).train_loss(9)


def net(dim: Any, width: Any, seed: Any, device: Any, dtype: Any) -> Tensor:
    return sl.TwoLayerNet(PROCESS, dim, width, generator=seed, device=device, dtype=dtype).weight


def sample(f: Any, n: Any, dim: Any, steps: Any, method: Any, *more: Any) -> Tensor:
    named = dict(zip(("schedule", "generator", "device"), more, strict=True))
    return sl.sample(PROCESS, f, n, dim, steps, method, **named)


def swept(cells: Any, jobs: Any, timeout: Any) -> int:
    return len(sweep.run(lambda a: {"b": a}, cells, None, jobs, timeout=timeout))


METHODS = words("ancestral", "ode", "langevin", "euler", "ddim", "dpmpp", "dpmpp3", "churn")
SCHEDULES = words("log", "karras", "exponential", "uniform", "cosine")
DTYPES = st.sampled_from([torch.float32, torch.float64, torch.float16, torch.int64, None])

CALLS: dict[str, tuple[Any, ...]] = {
    "Empirical": (lambda x: sl.Empirical(x).x0, A),
    "Empirical.denoiser": (at_points(lambda x: sl.Empirical(x).denoiser(PROCESS)), A, TIMES, A),
    "Empirical.noised": (lambda x, t: sl.Empirical(x).noised(PROCESS, t).stds, A, NUMBERS),
    "FeatureFlow": (features, st.lists(DATA, max_size=2), SIZE, NUMBERS, GENERATORS),
    "FeatureFlow.at": (at_points(WIDE.at), NUMBERS, TIMES, A),
    "FeatureFlow.fitted": (WIDE.fitted, NUMBERS),
    "FeatureFlow.predict": (WIDE.predict, TIMES, A),
    "FeatureFlow.replay": (lambda t, x, step: WIDE.replay(t, x)(step), TIMES, A, NUMBERS),
    "FeatureFlow.train_loss": (WIDE.train_loss, NUMBERS),
    "GaussianMixture": (lambda *slots: sl.GaussianMixture(*slots).weights, A, A | NUMBERS, A),
    "GaussianMixture.denoiser": (TRUTH, TIMES, A),
    "GaussianMixture.line": (
        lambda *slots: sl.GaussianMixture.line(*slots).means,
        *(SIZE, NUMBERS, NUMBERS, SIZE),
    ),
    "GaussianMixture.log_prob": (RING.log_prob, A),
    "GaussianMixture.noised": (lambda t: RING.noised(PROCESS, t).stds, NUMBERS | A),
    "GaussianMixture.posterior_variance": (
        lambda t, x: RING.posterior_variance(PROCESS, t, x),
        *(TIMES, A),
    ),
    "GaussianMixture.ring": (
        lambda *slots: sl.GaussianMixture.ring(*slots).means,
        *(SIZE, NUMBERS, NUMBERS),
    ),
    "GaussianMixture.sample": (lambda n, g: RING.sample(n, generator=g), SIZE, GENERATORS),
    "GaussianMixture.spiral": (
        lambda *slots: sl.GaussianMixture.spiral(*slots).means,
        *(SIZE, NUMBERS, NUMBERS, NUMBERS),
    ),
    "KernelFlow": (flow, A, NUMBERS),
    "KernelFlow.at": (at_points(FLOW.at), NUMBERS, TIMES, A),
    "KernelFlow.fitted": (FLOW.fitted, NUMBERS),
    "KernelFlow.predict": (FLOW.predict, TIMES, A),
    "KernelFlow.replay": (lambda t, x, step: FLOW.replay(t, x)(step), TIMES, A, NUMBERS),
    "KernelFlow.train_loss": (FLOW.train_loss, NUMBERS),
    "KernelFlow.with_labels": (lambda y: FLOW.with_labels(y).train_loss(3), A),
    "NetworkPath": (lambda snapshots: sl.NetworkPath(snapshots).stops, st.just(())),
    "NetworkPath.at": (at_points(PATH.at), NUMBERS, TIMES, A),
    "NetworkPath.predict": (PATH.predict, TIMES, A),
    "NetworkPath.record": (
        lambda data, stops, size: sl.NetworkPath.record(NET, data, stops, size).train_loss(
            stops[0]
        ),
        *(DATA, STOPS, NUMBERS),
    ),
    "NetworkPath.replay": (lambda t, x, step: PATH.replay(t, x)(step), TIMES, A, NUMBERS),
    "NetworkPath.train_loss": (PATH.train_loss, NUMBERS),
    "OrnsteinUhlenbeck": (lambda *slots: sl.OrnsteinUhlenbeck(*slots).t_max, NUMBERS, NUMBERS),
    "OrnsteinUhlenbeck.alpha": (PROCESS.alpha, NUMBERS),
    "OrnsteinUhlenbeck.h": (PROCESS.h, NUMBERS),
    "OrnsteinUhlenbeck.features": (PROCESS.features, TIMES, A),
    "OrnsteinUhlenbeck.perturb": (
        lambda x, t, g: PROCESS.perturb(x, t, generator=g),
        *(A, TIMES | NUMBERS, GENERATORS),
    ),
    "OrnsteinUhlenbeck.regression": (
        lambda x, k, times, g: PROCESS.regression(x, k, times, generator=g).x_t,
        *(A, SIZE, words("uniform", "log"), GENERATORS),
    ),
    "OrnsteinUhlenbeck.score": (at_points(PROCESS.score), ANSWERS, TIMES, A),
    "OrnsteinUhlenbeck.time_at": (PROCESS.time_at, NUMBERS),
    "OrnsteinUhlenbeck.tweedie": (PROCESS.tweedie, A, TIMES, A),
    "Regression": (lambda t, x, y: sl.Regression(t, x, y).t, TIMES, A, A),
    "Regression.within": (lambda data, radius: data.within(radius).x_t, DATA, NUMBERS),
    "TwoLayerNet": (net, SIZE, st.sampled_from([2, 8]) | NUMBERS, GENERATORS, DEVICES, DTYPES),
    "TwoLayerNet.__call__": (NET, TIMES, A),
    "TwoLayerNet.active": (NET.active, A),
    "TwoLayerNet.active_at_both": (NET.active_at_both, A, A),
    "TwoLayerNet.cross_ntk": (NET.cross_ntk, A, A, NUMBERS, NUMBERS),
    "TwoLayerNet.empirical_ntk": (NET.empirical_ntk, A, A),
    "TwoLayerNet.forward": (NET.forward, A),
    "TwoLayerNet.gradient": (NET.gradient, A, A),
    "TwoLayerNet.to": (lambda device: NET.to(device).weight, DEVICES),
    "TwoLayerNet.with_weight": (
        lambda weight: NET.with_weight(weight).width,
        st.sampled_from([NET.weight, NET.weight.double(), NET.weight.long()]) | A,
    ),
    "convex.Annealed.__call__": (ANNEALED, TIMES, A),
    "convex.Fit.denoiser": (
        at_points(lambda t: FIT.denoiser(PROCESS, t)),
        *(st.just(1.0) | NUMBERS, TIMES, A),
    ),
    "convex.Fit.gap_of": (FIT.gap_of, NUMBERS),
    "convex.Fit.score": (FIT.score, A),
    "convex.Gated.score": (GATED.score, A),
    "convex.annealed": (
        lambda *slots: convex.annealed(PROCESS, *slots).fits[0].objective,
        *(A, NUMBERS, st.sampled_from([1, 2, 0, None]), KINDS, SWITCHES),
    ),
    "convex.denoising": (
        lambda x, y, b, k, s, p, o, g: (
            convex.denoising(x, y, b, k, s, p, outputs=o, generator=g).objective
        ),
        *(A, A, NUMBERS, KINDS, SWITCHES, st.none() | SIZE, OUTPUTS, GENERATORS),
    ),
    "convex.denoising_loss": (
        lambda x, y, b, k: convex.denoising_loss(x, y, FIT.neurons, FIT.linear, b, k),
        *(A, A, NUMBERS, KINDS),
    ),
    "convex.gated": (lambda *slots: convex.gated(*slots).objective, A, A, NUMBERS, SWITCHES),
    "convex.gaussian_beta": (convex.gaussian_beta, A, KINDS, SWITCHES),
    "convex.least_beta": (
        lambda x, k, s, o: convex.least_beta(x, k, s, outputs=o),
        *(A, KINDS, SWITCHES, OUTPUTS),
    ),
    "convex.path": (
        lambda x, b, k, s, y: [fit.objective for fit in convex.path(x, b, k, s, y)],
        *(A, st.lists(NUMBERS, max_size=3), KINDS, SWITCHES, st.none() | A),
    ),
    "convex.patterns": (
        lambda x, k, g: convex.patterns(x, k, generator=g),
        *(A, st.none() | SIZE, GENERATORS),
    ),
    "convex.score_matching": (
        lambda x, b, k, s, p, o, g: (
            convex.score_matching(x, b, k, s, p, outputs=o, generator=g).objective
        ),
        *(A, NUMBERS, KINDS, SWITCHES, st.none() | SIZE, OUTPUTS, GENERATORS),
    ),
    "convex.score_matching_loss": (
        lambda x, b, k: convex.score_matching_loss(x, FIT.neurons, FIT.linear, b, k),
        *(A, NUMBERS, KINDS),
    ),
    "credit.Encoding": (lambda frame: len(credit.Encoding(frame).ranks), FRAMES),
    "credit.Encoding.decode": (lambda x: len(CODE.decode(x)), A),
    "credit.Encoding.encode": (
        lambda frame, g: CODE.encode(frame, generator=g),
        FRAMES,
        GENERATORS,
    ),
    "credit.check": (lambda frame: len(credit.check(frame)), FRAMES),
    "credit.normal_scores": (credit.normal_scores, A),
    "credit.to_money": (credit.to_money, A),
    "credit.to_view": (credit.to_view, A),
    "descend": (
        lambda data, stops, size: [s.train_loss for s in sl.descend(NET, data, stops, size)],
        *(DATA, STOPS, NUMBERS),
    ),
    "log_likelihood": (
        lambda f, x, steps, near: sl.log_likelihood(PROCESS, f, x, steps, tolerance=near),
        *(ANSWERS, A, FEW, st.sampled_from([None, 0.5, 1e-9, 0, "3", True])),
    ),
    "log_stops": (sl.log_stops, NUMBERS, NUMBERS),
    "metrics.energy_distance": (metrics.energy_distance, A, A),
    "metrics.excess_risk": (metrics.excess_risk, ANSWERS, ANSWERS, DATA),
    "metrics.excess_risks": (metrics.excess_risks, PATHS, ANSWERS, DATA),
    "metrics.holdout_risk": (metrics.holdout_risk, ANSWERS, DATA),
    "metrics.holdout_risks": (metrics.holdout_risks, PATHS, DATA),
    "metrics.memorized": (metrics.memorized, A, A, NUMBERS),
    "metrics.memorized_fraction": (metrics.memorized_fraction, A, A, NUMBERS),
    "metrics.sliced_wasserstein": (
        lambda a, b, k, g: metrics.sliced_wasserstein(a, b, k, generator=g),
        *(A, A, SIZE, GENERATORS),
    ),
    "ntk": (sl.ntk, A, A),
    "sample": (sample, ANSWERS, SIZE, SIZE, FEW, METHODS, SCHEDULES, GENERATORS, DEVICES),
    "stopping.complexity": (stopping.complexity, A, NUMBERS),
    "stopping.degrees_of_freedom": (stopping.degrees_of_freedom, FLOWS),
    "stopping.gcv": (stopping.gcv, FLOWS),
    "stopping.gcv_scores": (lambda flow: stopping.gcv_scores(flow).min(), FLOWS),
    "stopping.holdout": (stopping.holdout, PATHS, DATA),
    "stopping.loo": (stopping.loo, FLOWS),
    "stopping.loo_scores": (lambda flow: stopping.loo_scores(flow).min(), FLOWS),
    "stopping.noise_and_radius": (stopping.noise_and_radius, FLOWS, NUMBERS),
    "stopping.oracle": (stopping.oracle, PATHS, ANSWERS, DATA),
    "stopping.rademacher": (stopping.rademacher, A, NUMBERS, NUMBERS, NUMBERS),
    "sweep.grid": (lambda a, b: len(sweep.grid(a=a, b=b)), st.lists(NUMBERS, max_size=2), A),
    "sweep.run": (
        swept,
        st.lists(st.sampled_from([{"a": 1}, {"a": 2.5}]), max_size=2),
        st.sampled_from([1, 0, 0.5, True, None, "3", 10**20]),
        st.sampled_from([None, None, 0, -1, "3", True]),
    ),
}

#: What takes no input, only holds results of others, or has tests of its own for what goes wrong.
ASIDE = {
    "Snapshot": "holds results",
    "convex.Annealed": "holds results",
    "convex.Fit": "holds results",
    "convex.Gated": "holds results",
    "credit.limit_and_bill": "takes no input",
    "credit.load": "takes no input",
    "device": "takes no input",
    "sweep.Failure": "holds results",
    "sweep.SweepFailed": "holds results",
    "sweep.Study": "names a file of the package",
    "sweep.Study.complete": "tests/test_sweep.py",
    "sweep.Study.csv": "names a file of the package",
    "sweep.Study.lacking": "takes no input",
    "sweep.Study.remake": "tests/test_sweep.py",
    "sweep.Study.table": "takes no input",
    "sweep.remake": "a command, tests/test_sweep.py",
    "warm_up": "takes no input",
}


@pytest.fixture(autouse=True, scope="module")
def every_warning() -> Iterator[None]:
    """Torch warns once a process, so that only the first that deserves it would be found."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


def test_every_public_name_is_tried_or_has_a_reason() -> None:
    assert sorted([*CALLS, *ASIDE]) == sorted(public(sl))


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
@settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES < 50,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.filterwarnings("error")
def test_every_input_has_an_answer_or_a_clear_error(name: str, data: st.DataObject) -> None:
    call, *slots = CALLS[name]
    arguments = [data.draw(slot) for slot in slots]
    try:
        answer = call(*arguments)
    except ValueError as error:
        assert "=" in str(error) or "holds" in str(error), error
        return
    assert finite(answer), answer
