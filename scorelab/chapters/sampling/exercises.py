"""The exercises of notebook 07, sampling."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from scorelab.targets import GaussianMixture
from scorelab.validate import require
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Answer

from . import solutions
from .measured import FINE, law_quantiles, line_along


def _noisy() -> Cases:
    """Points x (n, d), answers of a denoiser (n, d), α and h (n, 1) of their times, and c."""
    draw = torch.Generator().manual_seed(0)
    cases = []
    for n, d, strength in ((4, 2, 0.0), (3, 1, 0.5), (3, 2, 2.0)):
        x, denoised = torch.randn(2, n, d, generator=draw)
        t = 0.1 + 2 * torch.rand(n, 1, generator=draw)
        cases.append((x, denoised, (-t / 2).exp(), -(-t).expm1(), strength))
    return cases


def _leaps() -> Cases:
    """Standard deviations (n,), and α and h (n,) of times t and of earlier times s."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for n in (4, 3):
        std, t, share = 0.1 + torch.rand(3, n, generator=draw)
        s = 0.6 * share * t
        cases.append((std, (-t / 2).exp(), -(-t).expm1(), (-s / 2).exp(), -(-s).expm1()))
    return cases


def _leap(name: str) -> Answer:
    """The solution of ``one_leap`` with one part of it put wrong."""

    def wrong(std: Tensor, at: Tensor, ht: Tensor, as_: Tensor, hs: Tensor) -> Tensor:
        r, before = at / as_, at**2 * std**2 + ht
        f = {"no f": 0 * r, "x over α": 1 / at}.get(name, at * std**2 / before)
        slope = (r * hs + as_ * (1 - r**2) * f) / ht
        noise = hs * (1 - r**2) / ht
        start = ht if name == "h" else before
        return {
            "no noise": slope**2 * start,
            "no square": slope * start + noise,
            "root": slope**2 * start + noise.sqrt(),
            "truth": as_**2 * std**2 + hs,
        }.get(name, slope**2 * start + noise)

    return wrong


def _results() -> Cases:
    """Results of k and 2k steps of methods of order 1, 2 and 4."""
    exact = torch.tensor([0.5, 1.0, -2.0])
    return [
        (case * exact + error, case * exact + error * 0.5**order, order)
        for case, (error, order) in enumerate(
            ((0.1, 1), (torch.tensor([0.4, -0.2, 0.1]), 2), (0.3, 4)), start=1
        )
    ]


def _clouds() -> Cases:
    """Samples in the plane around three or four modes with weights, some too full, one empty."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for weights, actual in (
        ((0.25, 0.25, 0.5), (0.5, 0.2, 0.3)),
        ((0.25,) * 4, (0.05, 0.45, 0.1, 0.4)),
        ((0.25, 0.25, 0.5), (0.6, 0.4, 0.0)),  # none near the last mode
    ):
        means = 3 * torch.eye(len(weights), 2) + torch.arange(len(weights))[:, None]
        which = torch.multinomial(torch.tensor(actual), 60, replacement=True, generator=draw)
        noise = 0.2 * torch.randn(60, 2, generator=draw)
        cases.append((means[which] + noise, means, torch.tensor(weights)))
    # By the straight distance the first two points are the second mode's, but not by |Δ₁| + |Δ₂|;
    # the last is the first mode's, but not by the larger of |Δ₁| and |Δ₂|.
    between = torch.tensor([[2.3, 0.0], [2.3, 0.0], [0.0, 0.0], [2.2, -0.5]])
    cases.append((between, torch.tensor([[0.0, 0.0], [4.0, 1.3]]), torch.tensor([0.3, 0.7])))
    return cases


def _excess(samples: Tensor, means: Tensor, weights: Tensor, p: float = 2.0) -> Tensor:
    """Share less weight for each mode, (k,); nearest by the distance of order p."""
    nearest = torch.cdist(samples, means, p=p).argmin(1)
    return torch.bincount(nearest, minlength=len(means)) / len(samples) - weights


def distance_at(answer: Any) -> float:
    """How far 3M is from three narrow modes with a reader's times, from 3 down to 1e-4."""
    way = [float(time) for time in answer]
    require(len(way) == 20, "len(times)", len(way), "must be 20")
    ends = (abs(way[0] - 3) < 1e-6, abs(way[-1] - 1e-4) < 1e-9)
    require(all(ends), "times", (way[0], way[-1]), "must go from 3.0 to 0.0001")
    falling = all(t > s for t, s in pairwise(way))
    require(falling, "times", way, "must fall from one to the next")
    law = GaussianMixture.line(std=0.05)
    return float((line_along(FINE, law, "dpmpp3", way) - law_quantiles(law)).abs().mean())


EXERCISES = {
    "drift_with_noise": Exercise(
        solution=solutions.drift_with_noise,
        cases=_noisy,
        mistakes={
            "this is (1), whatever the noise: for c = 0 it must be (2)": (
                lambda x, f, alpha, h, c: x / 2 + (alpha * f - x) / h
            ),
            "this is (2), whatever the noise: noise spreads the points, and the score must hold "
            "them together": lambda x, f, alpha, h, c: x / 2 + (alpha * f - x) / (2 * h),
            "half the score is there without any noise: (1 + c)/2, not c/2": (
                lambda x, f, alpha, h, c: x / 2 + c / 2 * (alpha * f - x) / h
            ),
            "(1 + c)/2, not 1/2 + c: for c = 1 it must be (1)": (
                lambda x, f, alpha, h, c: x / 2 + (0.5 + c) * (alpha * f - x) / h
            ),
            "c is the variance of the noise per time; √c is its strength": (
                lambda x, f, alpha, h, c: x / 2 + (1 + c**0.5) / 2 * (alpha * f - x) / h
            ),
            "the sign of x/2: backwards in time a point moves away from 0": (
                lambda x, f, alpha, h, c: -x / 2 + (1 + c) / 2 * (alpha * f - x) / h
            ),
            "the sign of what noise needs: more noise needs more of the score": (
                lambda x, f, alpha, h, c: x / 2 + (1 - c) / 2 * (alpha * f - x) / h
            ),
            "α is missing: the noisy point comes from α X_0": (
                lambda x, f, alpha, h, c: x / 2 + (1 + c) / 2 * (f - x) / h
            ),
        },
    ),
    "one_leap": Exercise(
        solution=solutions.one_leap,
        cases=_leaps,
        mistakes={
            "this is the true variance at s: the step leaves less": _leap("truth"),
            "the noise of the step is missing": _leap("no noise"),
            "the slope is not squared": _leap("no square"),
            "a variance is wanted: the factor of ξ has to be squared": _leap("root"),
            "f depends on x too, and adds to the slope": _leap("no f"),
            "f is not x/α: the denoiser shrinks, by α ς²/(α²ς² + h) in place of 1/α": (
                _leap("x over α")
            ),
            "before the step the variance is α²ς² + h, not h": _leap("h"),
        },
    ),
    "half_a_step": Derivation(),
    "extrapolated": Exercise(
        solution=solutions.extrapolated,
        cases=_results,
        mistakes={
            "this is right for order 1 only": lambda coarse, fine, order: 2 * fine - coarse,
            "the sign: go on from coarse to fine, not back": (
                lambda coarse, fine, order: fine - (fine - coarse) / (2**order - 1)
            ),
            "from the coarse result on: the fine one is nearer": (
                lambda coarse, fine, order: coarse + (fine - coarse) / (2**order - 1)
            ),
            "2^p instead of 2^p − 1": (
                lambda coarse, fine, order: fine + (fine - coarse) / 2**order
            ),
            "the mean of the two: both are wrong in the same direction": (
                lambda coarse, fine, order: (coarse + fine) / 2
            ),
            "p instead of 2^p − 1": lambda coarse, fine, order: fine + (fine - coarse) / order,
        },
    ),
    "misplaced_share": Exercise(
        solution=solutions.misplaced_share,
        cases=_clouds,
        mistakes={
            "without the half each misplaced sample counts twice": (
                lambda samples, means, weights: _excess(samples, means, weights).abs().sum()
            ),
            "without the absolute value, surplus and lack cancel": (
                lambda samples, means, weights: _excess(samples, means, weights).sum() / 2
            ),
            "the largest surplus only: all modes count": (
                lambda samples, means, weights: _excess(samples, means, weights).abs().max()
            ),
            "the mean over the modes instead of half the sum": (
                lambda samples, means, weights: _excess(samples, means, weights).abs().mean()
            ),
            "the weights are not all equal": (
                lambda samples, means, weights: (
                    _excess(samples, means, torch.ones(len(means)) / len(means)).abs().sum() / 2
                )
            ),
            "squares instead of absolute values: those are no shares": (
                lambda samples, means, weights: _excess(samples, means, weights).square().sum() / 2
            ),
            "the nearest mean is found by |Δ₁| + |Δ₂|: take the straight distance": (
                lambda samples, means, weights: (
                    _excess(samples, means, weights, p=1.0).abs().sum() / 2
                )
            ),
        },
    ),
    "better_times": Experiment(
        text="3M with your 20 times: distance to the narrow modes",
        measure=distance_at,
        between=(0, 0.0025),
        solution=solutions.better_times,
        example=solutions.better_times,
        mistakes={
            "these do as well as Karras' times and exponential ones: now beat them": (
                0.0025,
                0.006,
            ),
            "as far as log times: look at the first step in log σ, and at how many of the times "
            "lie below the width of a mode, 0.05": (0.006, 0.05),
            "too few steps at low noise: the modes come out too wide, or in pieces": (0.05, 10),
        },
    ),
}
