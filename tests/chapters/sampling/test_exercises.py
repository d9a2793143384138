"""Right and wrong answers to the exercises of notebook 07; see tests/support/tables.py."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import torch
from tables import Made

from scorelab.chapters.sampling import solutions
from scorelab.chapters.sampling.measured import FINE
from scorelab.schedules import times


def mixed_drift(x, f, alpha, h, c):
    score = (alpha * f - x) / h
    return (1 + c) * (x / 2 + score / 2) - c * x / 2  # (2) (1 + c) times, less what is too much


def leap_by_moments(std, at, ht, as_, hs):
    """The true variance, less the spread of X_0 that (4) leaves out."""
    spread = std**2 * ht / (at**2 * std**2 + ht)
    weight = as_ * (1 - (at / as_) ** 2) / ht
    return as_**2 * std**2 + hs - weight**2 * spread


def leap_in_numbers(std, at, ht, as_, hs):
    rows = zip(*(each.tolist() for each in (std, at, ht, as_, hs)), strict=True)
    return [float(leap_by_moments(*row)) for row in rows]


def leap_by_moves(std, at, ht, as_, hs):
    """What the step does to one standard deviation of X_t, and to nothing."""
    x, r = (at**2 * std**2 + ht).sqrt(), at / as_
    f = at * std**2 / x
    moved = (r * hs * x + as_ * (1 - r * r) * f) / ht
    return torch.hypot(moved, (hs * (1 - r * r) / ht).sqrt()) ** 2


def leap_from_t_to_s_exchanged(std, at, ht, as_, hs):
    return solutions.one_leap(std, as_, hs, at, ht)


def leap_r_once(std, at, ht, as_, hs):
    r, v = at / as_, at**2 * std**2 + ht
    slope = (r * hs + as_ * (1 - r) * at * std**2 / v) / ht
    return slope**2 * v + hs * (1 - r**2) / ht


def shares_by_counter(samples, means, weights):
    counts = Counter(int(((means - x) ** 2).sum(1).argmin()) for x in samples)
    return sum(abs(counts[k] / len(samples) - float(w)) for k, w in enumerate(weights)) / 2


def surplus_only(samples, means, weights):
    near = torch.nn.functional.one_hot(torch.cdist(samples, means).argmin(1), len(means))
    return (near.double().mean(0) - weights).clamp(min=0).sum().reshape(1)


def shares_in_numpy(samples, means, weights):
    gaps = ((samples.numpy()[:, None] - means.numpy()) ** 2).sum(2)
    shares = np.bincount(gaps.argmin(1), minlength=len(means)) / len(samples)
    return np.abs(shares - weights.numpy()).sum() / 2


def shares_uncounted(samples, means, weights):
    shares = torch.bincount(torch.cdist(samples, means).argmin(1)) / len(samples)
    return (shares - weights).abs().sum() / 2


def manhattan(samples, means, weights):
    near = (samples[:, None] - means).abs().sum(2).argmin(1)
    return (torch.bincount(near, minlength=len(means)) / len(samples) - weights).abs().sum() / 2


RIGHT = {
    "drift_with_noise": [
        lambda x, f, a, h, c: 0.5 * x + 0.5 * (1 + c) * (a * f - x) / h,
        lambda x, f, a, h, c: x / 2 + ((a * f - x) / h) / 2 + c * (a * f - x) / (2 * h),
        mixed_drift,
    ],
    "one_leap": [leap_by_moments, leap_in_numbers, leap_by_moves],
    "extrapolated": [
        lambda coarse, fine, p: (2**p * fine - coarse) / (2**p - 1),
        lambda coarse, fine, p: fine - (coarse - fine) / (2**p - 1),
        lambda coarse, fine, p: coarse + (fine - coarse) / (1 - 0.5**p),
    ],
    "misplaced_share": [shares_by_counter, surplus_only, shares_in_numpy],
    "better_times": [
        Made(lambda: torch.tensor(solutions.better_times(0.02), dtype=torch.float64)),
        Made(lambda: np.array(solutions.better_times(0.03))),
        Made(lambda: tuple(solutions.better_times(0.07))),
    ],
}
WRONG = {
    "drift_with_noise": {
        "this is \\(1\\)": lambda x, f, a, h, c: x / 2 + (a * f - x) / h,
        "this is \\(2\\)": lambda x, f, a, h, c: x / 2 + (a * f - x) / (2 * h),
        "not c/2": lambda x, f, a, h, c: x / 2 + c * (a * f - x) / (2 * h),
        "the variance of the noise": lambda x, f, a, h, c: (
            x / 2 + (1 + math.sqrt(c)) * (a * f - x) / (2 * h)
        ),
        "^✗ is ": lambda x, f, a, h, c: (1 + c) * (x / 2 + (a * f - x) / (2 * h)),
    },
    "one_leap": {
        "the true variance": lambda std, at, ht, as_, hs: as_**2 * std**2 + hs,
        "is not x/α": lambda std, at, ht, as_, hs: (
            (((at / as_ * hs + as_ * (1 - (at / as_) ** 2) / at) / ht) ** 2) * (at**2 * std**2 + ht)
            + hs * (1 - (at / as_) ** 2) / ht
        ),
        "^✗ is .*": leap_r_once,
        "entry \\[0\\]": leap_from_t_to_s_exchanged,
        "✗ has shape": lambda std, at, ht, as_, hs: leap_by_moments(std, at, ht, as_, hs).mean(),
    },
    "extrapolated": {
        "right for order 1 only": lambda coarse, fine, p: 2 * fine - coarse,
        "from coarse to fine": lambda coarse, fine, p: fine + (coarse - fine) / (2**p - 1),
        "2\\^p instead of": lambda coarse, fine, p: fine + (fine - coarse) * 0.5**p,
        "the mean of the two": lambda coarse, fine, p: coarse + (fine - coarse) / 2,
        "returns fine as it was given": lambda coarse, fine, p: fine,
    },
    "misplaced_share": {
        "size of tensor|must match": shares_uncounted,
        "straight distance": manhattan,
        "counts twice": lambda s, m, w: 2 * shares_by_counter(s, m, w),
        "^✗ is ": lambda s, m, w: shares_by_counter(s, m, w) / 2,
        "not all equal": lambda s, m, w: shares_by_counter(s, m, torch.ones(len(m)) / len(m)),
    },
    "better_times": {
        "as well as Karras": Made(lambda: times(FINE, 20, "karras")),
        "and exponential ones": Made(lambda: times(FINE, 20, "exponential")),
        "as far as log": Made(lambda: times(FINE, 20, "log")),
        "the first step": Made(lambda: solutions.better_times(0.2)),
        "in pieces": Made(lambda: times(FINE, 20, "uniform")),
        "must be 20": Made(lambda: times(FINE, 21, "karras")),
        "must fall": Made(lambda: [3.0, *times(FINE, 19, "karras")]),
        "must go from": Made(lambda: [2 * t for t in times(FINE, 20, "karras")]),
    },
}
