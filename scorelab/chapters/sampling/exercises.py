"""The exercises of notebook 07, sampling."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _noisy() -> Cases:
    """Points x (n, d), answers of a denoiser (n, d), and α and h (n, 1) of their times."""
    draw = torch.Generator().manual_seed(0)
    cases = []
    for n, d in ((4, 2), (3, 1)):
        x, denoised = torch.randn(2, n, d, generator=draw)
        t = 0.1 + 2 * torch.rand(n, 1, generator=draw)
        cases.append((x, denoised, (-t / 2).exp(), -(-t).expm1()))
    return cases


def _steps() -> Cases:
    """The same, with α and h of an earlier time s as well."""
    cases = []
    for x, denoised, alpha, h in _noisy():
        s = -0.6 * torch.log1p(-h)
        cases.append((x, denoised, alpha, h, (-s / 2).exp(), -(-s).expm1()))
    return cases


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
    """Samples in the plane around three or four modes with weights, some modes too full."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for weights, actual in (
        ((0.25, 0.25, 0.5), (0.5, 0.2, 0.3)),
        ((0.25,) * 4, (0.05, 0.45, 0.1, 0.4)),
    ):
        means = 3 * torch.eye(len(weights), 2) + torch.arange(len(weights))[:, None]
        which = torch.multinomial(torch.tensor(actual), 60, replacement=True, generator=draw)
        noise = 0.2 * torch.randn(60, 2, generator=draw)
        cases.append((means[which] + noise, means, torch.tensor(weights)))
    return cases


def _excess(samples: Tensor, means: Tensor, weights: Tensor) -> Tensor:
    """Share less weight for each mode, (k,)."""
    nearest = torch.cdist(samples, means).argmin(1)
    return torch.bincount(nearest, minlength=len(means)) / len(samples) - weights


EXERCISES = {
    "reverse_drift": Exercise(
        solution=solutions.reverse_drift,
        cases=_noisy,
        mistakes={
            "the drift of the forward process, x/2, is missing": (
                lambda x, f, alpha, h: (alpha * f - x) / h
            ),
            "half the score: that is the ODE, which has no noise to make up for": (
                lambda x, f, alpha, h: x / 2 + (alpha * f - x) / (2 * h)
            ),
            "the sign of x/2: backwards in time a point moves away from 0": (
                lambda x, f, alpha, h: -x / 2 + (alpha * f - x) / h
            ),
            "the sign of the score: it points to where data are likely": (
                lambda x, f, alpha, h: x / 2 - (alpha * f - x) / h
            ),
            "α is missing: the noisy point comes from α X_0": (
                lambda x, f, alpha, h: x / 2 + (f - x) / h
            ),
            "√h instead of h": lambda x, f, alpha, h: x / 2 + (alpha * f - x) / h.sqrt(),
        },
    ),
    "flow_slope": Exercise(
        solution=solutions.flow_slope,
        cases=_noisy,
        mistakes={
            "x is not divided by α: y = x/α": lambda x, f, alpha, h: (x - f) / (h.sqrt() / alpha),
            "σ is √h/α, not √h": lambda x, f, alpha, h: (x / alpha - f) / h.sqrt(),
            "the sign: as σ falls, y must move to f": (
                lambda x, f, alpha, h: (f - x / alpha) / (h.sqrt() / alpha)
            ),
            "σ² instead of σ": lambda x, f, alpha, h: (x / alpha - f) / (h / alpha**2),
            "multiplied by σ, not divided": (
                lambda x, f, alpha, h: (x / alpha - f) * (h.sqrt() / alpha)
            ),
            "this is the slope of x in t: equation (2), not (3)": (
                lambda x, f, alpha, h: -(x / 2 + (alpha * f - x) / (2 * h))
            ),
        },
    ),
    "ancestral_mean": Exercise(
        solution=solutions.ancestral_mean,
        cases=_steps,
        mistakes={
            "upside down: r = α(t)/α(s) is below 1": (
                lambda x, f, at, ht, as_, hs: (
                    (as_ / at * hs * x + as_ * (1 - (as_ / at) ** 2) * f) / ht
                )
            ),
            "the square of r is missing: 1 − r² is the variance of the noise from s to t": (
                lambda x, f, at, ht, as_, hs: (at / as_ * hs * x + as_ * (1 - at / as_) * f) / ht
            ),
            "h(s) and h(t) are exchanged": (
                lambda x, f, at, ht, as_, hs: (
                    (at / as_ * ht * x + as_ * (1 - (at / as_) ** 2) * f) / hs
                )
            ),
            "not divided by h(t): the weights do not add up": (
                lambda x, f, at, ht, as_, hs: at / as_ * hs * x + as_ * (1 - (at / as_) ** 2) * f
            ),
            "α(t) instead of α(s) before the denoiser's answer": (
                lambda x, f, at, ht, as_, hs: (
                    (at / as_ * hs * x + at * (1 - (at / as_) ** 2) * f) / ht
                )
            ),
            "this is the noised answer, α(s) f: what is known of the noise is in x": (
                lambda x, f, at, ht, as_, hs: as_ * f
            ),
        },
    ),
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
        },
    ),
}
