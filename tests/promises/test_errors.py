"""What has no answer has an error that names it: what once had a wrong answer, or none, by kind."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from small import FLOW, NET, PROCESS, RING, TRUTH, regression, scaled, seed

import scorelab as sl
from scorelab import convex, metrics, stopping
from scorelab.features import FeatureFlow

ANNEALED = convex.annealed(PROCESS, regression(1, 7).x_0, 0.5, 2)
FEATURES = FeatureFlow(PROCESS, [regression()], 4, generator=seed())
PLANE = convex.denoising(torch.eye(2), torch.eye(2), 1.0)

ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "labels whose squares overflow": (
        lambda: FeatureFlow(PROCESS, [scaled(1e155)], 4, generator=seed()),
        r"^the largest of batches\.x_0=.*e\+155: must be below 1e\+120",
    ),
    "labels of a kernel whose squares overflow": (
        lambda: sl.KernelFlow(PROCESS, scaled(1e155)),
        r"^the largest of data\.x_0=.*e\+155: must be below 1e\+120",
    ),
    "other labels whose squares overflow": (
        lambda: FLOW.with_labels(scaled(1e155).x_0),
        r"^the largest of labels=.*e\+155: must be below 1e\+120",
    ),
    "answers whose score overflows": (
        lambda: PROCESS.tweedie(torch.full((1, 2), 3e38), torch.full((1,), 0.1), torch.ones(1, 2)),
        "^the score of the denoiser's answer f='tensor with 2 NaN or inf.*': must be finite",
    ),
    "answers whose score overflows in a sampler": (
        lambda: sl.sample(PROCESS, lambda t, x: torch.full_like(x, 3e38), 4, 2, 5, "langevin"),
        "^the score of the denoiser's answer f='tensor with 8 NaN or inf.*': must be finite",
    ),
    "features beyond single precision": (
        lambda: NET.forward(torch.full((1, 4), 1e155, dtype=torch.float64)),
        r"^the largest of z=inf: must be below",
    ),
    "points beyond the single precision of random features": (
        lambda: FEATURES.predict(torch.ones(1), torch.full((1, 2), 1e155, dtype=torch.float64)),
        r"^the largest of \(t, x\)=inf: must be below",
    ),
    "features whose squares overflow": (
        lambda: NET.empirical_ntk(*[torch.full((2, 4), 1e30)] * 2),
        r"^the largest of z1=1\..*e\+30: must be below",
    ),
    "labels that are not finite": (
        lambda: NET.gradient(torch.ones(1, 4), torch.full((1, 2), math.nan)),
        "^labels='tensor with 2 NaN or infinite values': must be finite",
    ),
    "targets whose squares overflow": (
        lambda: convex.denoising_loss(
            torch.eye(2), 1e155 * torch.eye(2).double(), PLANE.neurons, PLANE.linear, 0
        ),
        r"^the largest of targets=1e\+155: must be below",
    ),
    "a β whose square overflows": (
        lambda: convex.score_matching(torch.randn(4, 2, generator=seed()), 1e300, skip=False),
        r"^beta=1e\+300: must be between 1e-140 and 1e\+140",
    ),
    "a β that rounding hides": (
        lambda: convex.gated(
            torch.tensor([[1e30, 0.0], [1.0, 1.0], [-1.0, 1.0], [0.0, 2.0]]),
            torch.randn(4, 2, generator=seed()),
            1,
            False,
        ),
        r"^beta=1\.0: must be larger on data and labels that are this wide",
    ),
    "times of another level, for autograd": (
        lambda: PLANE.denoiser(PROCESS, 1)(torch.ones(2).mul(2).requires_grad_(), torch.eye(2)),
        r"^t=\[2\.0, 2\.0\]: this denoiser was fitted at the noise level of t = 1",
    ),
    "a negative time": (
        lambda: ANNEALED(torch.tensor([1.0, -1.0]), torch.ones(2, 1)),
        r"^t=-1\.0: times must be above 0",
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
