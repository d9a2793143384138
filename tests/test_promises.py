"""A right answer or a clear error: what once broke the promise, by kind."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab import metrics, stopping
from scorelab.features import FeatureFlow
from scorelab.likelihood import log_likelihood

PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def regression(dim: int = 2, n: int = 30) -> sl.Regression:
    return PROCESS.regression(torch.randn(n, dim, generator=seed()), generator=seed(1))


def scaled(factor: float) -> sl.Regression:
    data = regression()
    return sl.Regression(data.t.double(), data.x_t.double(), factor * data.x_0.double())


FLOW = sl.KernelFlow(PROCESS, regression())
NET = sl.TwoLayerNet(PROCESS, dim=2, width=8, generator=seed())
Answer = Callable[[Tensor, Tensor], Tensor]

ASKED: dict[str, Callable[[Answer], object]] = {
    "excess_risk": lambda f: metrics.excess_risk(f, TRUTH, regression()),
    "excess_risk, truth": lambda f: metrics.excess_risk(TRUTH, f, regression()),
    "excess_risks": lambda f: metrics.excess_risks(FLOW, f, regression()),
    "holdout_risk": lambda f: metrics.holdout_risk(f, regression()),
    "score": lambda f: PROCESS.score(f)(regression().t, regression().x_t),
    "log_likelihood": lambda f: log_likelihood(PROCESS, f, regression().x_0, steps=1),
} | {
    f"sample, {method}": lambda f, method=method: sl.sample(PROCESS, f, 5, 2, 3, method)
    for method in ("ancestral", "ode", "langevin", "euler", "ddim", "dpmpp", "churn")
}
WRONG: dict[str, Answer] = {
    "(n,)": lambda t, x: x[:, 0],
    "(n, 1)": lambda t, x: x[:, :1],
    "(1, d)": lambda t, x: x[:1],
    "()": lambda t, x: x.sum(),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ASKED)
def test_what_a_denoiser_returns_has_the_shape_of_its_points(name: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^denoiser\(t, x\)\.shape=.*: must be that of x, \("):
        ASKED[name](WRONG[wrong])


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "labels whose squares overflow": (
        lambda: FeatureFlow(PROCESS, [scaled(1e155)], 4, generator=seed()),
        r"^the sum of squares of batches\.x_0=inf: must be finite",
    ),
    "answers whose score overflows": (
        lambda: PROCESS.tweedie(torch.full((1, 2), 3e38), torch.full((1,), 0.1), torch.ones(1, 2)),
        "^the score of the denoiser's answer f='tensor with 2 NaN or inf.*': must be finite",
    ),
    "answers whose score overflows in a sampler": (
        lambda: sl.sample(PROCESS, lambda t, x: torch.full_like(x, 3e38), 4, 2, 5, "langevin"),
        "^the score of the denoiser's answer f='tensor with 8 NaN or inf.*': must be finite",
    ),
    "labels that would be broadcast": (
        lambda: NET.gradient(torch.randn(5, 4), torch.randn(5, 1)),
        r"^labels\.shape=\(5, 1\): must be \(5, 2\)",
    ),
    "whole numbers as points": (
        lambda: FLOW.at(10)(torch.ones(3), torch.ones(3, 2).long()),
        r"^x\.dtype=torch\.int64: must be float32 or float64",
    ),
    "arrays as points": (
        lambda: NET(torch.ones(3), torch.ones(3, 2).numpy()),
        r"^x='ndarray': must be a torch\.Tensor",
    ),
    "points that are not finite": (
        lambda: FLOW.at(10)(torch.ones(1), torch.full((1, 2), math.nan)),
        "^x='tensor with 2 NaN or infinite values': must be finite",
    ),
    "points too far away": (
        lambda: FLOW.at(10)(torch.ones(1).double(), 1e200 * torch.ones(1, 2).double()),
        r"the largest norm of \(t, x\)=2e\+200: must be below",
    ),
    "features too large": (
        lambda: sl.ntk(*[1e160 * torch.ones(2, 3).double()] * 2),
        r"^the largest norm of z1=1\.7.*e\+160: must be below 1\.3e\+154",
    ),
    "features for autograd": (
        lambda: sl.ntk(*[torch.ones(2, 3).requires_grad_()] * 2),
        r"^z1\.requires_grad=True: must be detached",
    ),
    "a matrix that fits nowhere": (
        lambda: sl.ntk(*[torch.ones(10**6, 3)] * 2),
        r"^len\(z1\), len\(z2\)=\(1000000, 1000000\): needs 4000\.0 GB and .* are free",
    ),
    "pairs that fit nowhere": (
        lambda: metrics.energy_distance(*[torch.ones(10**6, 2)] * 2),
        r"^len\(a\), len\(b\)=.*: needs 16000\.0 GB and .* are free",
    ),
    "distances that fit nowhere": (
        lambda: metrics.memorized_fraction(*[torch.ones(10**6, 2)] * 2),
        r"^len\(samples\), len\(train\)=.*: needs 8000\.0 GB and .* are free",
    ),
    "rows that fit nowhere": (
        lambda: PROCESS.regression(torch.eye(2), 10**12),
        r"^draws=1000000000000: needs .* GB and .* are free",
    ),
    "draws that no integer holds": (
        lambda: PROCESS.regression(torch.eye(2), 10**20),
        r"^draws=100000000000000000000: must be at most",
    ),
    "neurons that fit nowhere": (
        lambda: sl.TwoLayerNet(PROCESS, 2, 10**12),
        r"^width=1000000000000: needs .* GB and .* are free",
    ),
    "samples that fit nowhere": (
        lambda: sl.sample(PROCESS, TRUTH, 10**12, 2),
        r"^n=1000000000000: needs .* GB and .* are free",
    ),
    "samples that ran away": (
        lambda: sl.sample(PROCESS, lambda t, x: 1e30 * x, 5, 2, 20, "euler"),
        r"^denoiser\(t, x\)='tensor with \d+ NaN or infinite values': must be finite",
    ),
    "a time at which nothing is left": (
        lambda: sl.OrnsteinUhlenbeck(t_max=200.0),
        r"^t_max=200\.0: must be at most 50",
    ),
    "the time of the data themselves": (
        lambda: sl.Empirical(torch.eye(2)).denoiser(PROCESS)(torch.zeros(1), torch.ones(1, 2)),
        r"^t=0\.0: times must be above 0",
    ),
    "points without a log density": (
        lambda: RING.log_prob(torch.full((1, 2), 1e20)),
        r"^x='1 of 1 points too far for torch\.float32': log p must be a number there",
    ),
    "standard deviations without a square": (
        lambda: sl.GaussianMixture([[0.0], [1.0]], 1e-23),
        "^stds=1e-23: must all be above 0, at least 1e-12",
    ),
    "training points of a size that has no square": (
        lambda: sl.Empirical(1e25 * torch.eye(2).double()),
        r"^the largest of x0=1e\+25: must be below 1e\+12",
    ),
    "steps that no list holds": (
        lambda: sl.sample(PROCESS, TRUTH, 5, 2, 10**20),
        "^steps=100000000000000000000: must be at most 1000000",
    ),
    "stops that no list holds": (
        lambda: sl.log_stops(10**7, 10**20),
        "^count=100000000000000000000: must be at most 1000000",
    ),
    "a last stop that no whole number holds": (
        lambda: sl.log_stops(10**20),
        "^last=100000000000000000000: must be at most",
    ),
    "half precision": (
        lambda: metrics.memorized_fraction(*[torch.eye(2).half()] * 2),
        r"^samples\.dtype=torch\.float16: must be float32 or float64",
    ),
    "a time before the data": (
        lambda: TRUTH(torch.tensor([-1.0]), torch.ones(1, 2)),
        r"^t=-1\.0: times must be ≥ 0",
    ),
    "a spread that is none": (
        lambda: sl.GaussianMixture([[0.0]], None),
        r"^stds=None: must be numbers",
    ),
    "a generator that is none": (
        lambda: RING.sample(3, generator=0),
        r"^generator=0: must be a torch\.Generator of the CPU, or None",
    ),
    "a device that is none": (
        lambda: NET.to("abacus"),
        r"^device='abacus': torch cannot use it",
    ),
    "stops that are one number": (
        lambda: next(sl.descend(NET, regression(), 5)),
        r"^stops=5: must be a sequence of steps",
    ),
    "a step that is a truth value": (lambda: FLOW.at(True), "^step=True: must be a whole number"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_what_has_no_answer_has_an_error_that_names_it(kind: str) -> None:
    call, message = ERRORS[kind]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("rule", [stopping.gcv, stopping.loo, stopping.degrees_of_freedom])
def test_rules_of_a_smoother_refuse_a_flow_that_is_none(rule: Callable[..., object]) -> None:
    flow = FeatureFlow(PROCESS, [regression()], 5, generator=seed())
    with pytest.raises(ValueError, match="^flow='FeatureFlow': must be a KernelFlow"):
        rule(flow)


def test_points_far_from_the_origin_keep_their_distance() -> None:
    a, b = (torch.randn(100, 2, generator=seed(i), dtype=torch.float64) + i / 2 for i in (0, 1))
    near = metrics.energy_distance(a, b)
    assert near == pytest.approx(metrics.energy_distance(a + 1e5, b + 1e5), rel=1e-9)
    assert near == pytest.approx(metrics.energy_distance(a.float(), b.float()), rel=1e-6)


def test_the_same_clouds_have_the_same_distance_in_both_types() -> None:
    a, b = (torch.randn(80, 5, generator=seed(i)) + i / 2 for i in (0, 1))
    single = metrics.sliced_wasserstein(a, b)
    assert single == pytest.approx(metrics.sliced_wasserstein(a.double(), b.double()), rel=1e-5)


def test_any_number_of_steps_can_be_asked_for() -> None:
    data = regression()
    late, limit = (FLOW.at(step)(data.t, data.x_t) for step in (1e20, 10**30))
    assert torch.isfinite(late).all() and torch.isfinite(limit).all()


@pytest.mark.parametrize("step", [1e15, 1e20, 1e300])
def test_rows_that_contradict_each_other_have_a_late_answer(step: float) -> None:
    """Their difference lies in a direction that no query sees; rounding made it 3,779."""
    data, other = regression(), regression()
    pairs = zip((data.t, data.x_t, data.x_0), (other.t, other.x_t, -other.x_0), strict=True)
    flow = sl.KernelFlow(PROCESS, sl.Regression(*(torch.cat(pair) for pair in pairs)))
    late, limit = (flow.at(each)(data.t, data.x_t / 2) for each in (step, math.inf))
    torch.testing.assert_close(late, limit, rtol=0, atol=1e-4)
    # Nothing can be learned of ±Y: all of it is left, is noise, and costs no norm.
    square = float(data.x_0.double().square().mean())
    assert flow.train_loss(step) == pytest.approx(square, rel=1e-9)
    noise, radius = stopping.noise_and_radius(flow, int(step))
    assert noise**2 == pytest.approx(2 * square, rel=1e-6) and radius < 1e-6


def test_double_precision_goes_through_a_single_precision_network() -> None:
    data = regression()
    found = NET(data.t.double(), data.x_t.double())
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, NET(data.t, data.x_t).double())


@pytest.mark.parametrize("far", [1e18, 1e19, 1e30, 1e38])
def test_far_points_belong_to_the_mode_of_their_direction(far: float) -> None:
    """In float32 all squares are infinite there; float64 knows better."""
    law = sl.GaussianMixture([[1.5, 0.0], [0.0, 1.5], [0.0, -1.5]], [0.2, 0.2, 0.1])
    t, x = torch.ones(2), far * torch.tensor([[0.5, 1.0], [1.0, 0.5]])
    for exact in (law.denoiser(PROCESS), lambda t, x: law.posterior_variance(PROCESS, t, x)):
        torch.testing.assert_close(exact(t, x), exact(t.double(), x.double()).float())
    optimum = sl.Empirical(law.means.float()).denoiser(PROCESS)
    torch.testing.assert_close(optimum(t, x), torch.tensor([[0.0, 1.5], [1.5, 0.0]]))
