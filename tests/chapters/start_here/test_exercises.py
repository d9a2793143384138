"""Right and wrong answers to the exercises of notebook 00; see tests/support/tables.py."""

from __future__ import annotations

import math

import numpy as np
import torch
from tables import Made

from scorelab.chapters.start_here import solutions
from scorelab.targets import GaussianMixture


def noised_by_rows(x0, noise, level):
    return [math.cos(math.asin(ell)) * x + ell * e for x, e, ell in zip(x0, noise, level)]  # noqa: B905


def by_angle(x, alpha, h):
    p = torch.sigmoid(2 * alpha * x / h)
    return p - (1 - p)


def by_softmax(x, alpha, h):
    square = torch.stack(((x - alpha) ** 2, (x + alpha) ** 2))
    return torch.tensor([1.0, -1.0]) @ torch.softmax(-square / (2 * h), dim=0)


def by_exponentials(x, alpha, h):
    up, down = torch.exp(-((x - alpha) ** 2) / (2 * h)), torch.exp(-((x + alpha) ** 2) / (2 * h))
    return (up - down) / (up + down)


def matched(a, b):
    return sum(
        abs(p - q) for p, q in zip(sorted(a.tolist()), sorted(b.tolist()), strict=True)
    ) / len(a)


def own(n, seed, stop=None):
    """A set of one's own and its best stop, or another."""

    def make():
        points = GaussianMixture.spiral().sample(n, generator=torch.Generator().manual_seed(seed))
        return points, solutions.best_stop(points) if stop is None else stop

    return Made(make)


def typed():
    points = [[math.cos(k), math.sin(2 * k)] for k in range(60)]
    return points, torch.tensor(solutions.best_stop(torch.tensor(points)))


RIGHT = {
    "noising": [
        lambda x0, noise, level: (1 - level**2).sqrt() * x0 + level * noise,
        lambda x0, noise, level: torch.sqrt(1 - level * level) * x0 + noise * level,
        noised_by_rows,
        lambda x0, noise, level: (
            np.sqrt(1 - level.numpy() ** 2) * x0.numpy() + (level * noise).numpy()
        ),
    ],
    "denoiser_from_score": [
        lambda x, score, alpha, h: (x + h * score) / alpha,
        lambda x, score, alpha, h: x / alpha + score * h / alpha,
        lambda x, score, alpha, h: torch.addcmul(x, h, score).div(alpha),
        lambda x, score, alpha, h: (x + (1 - alpha**2) * score) / (1 - h).sqrt(),
    ],
    "two_points": [lambda x, alpha, h: torch.tanh(alpha * x / h), by_angle, by_softmax],
    "distance_on_a_line": [
        lambda a, b: (a.sort().values - b.sort().values).abs().mean(),
        matched,
        lambda a, b: np.abs(np.sort(a.numpy()) - np.sort(b.numpy())).mean(),
        lambda a, b: torch.dist(a.sort().values, b.sort().values, p=1)[None] / len(a),
    ],
    "best_stop": [own(80, 1), own(200, 2), Made(typed)],
}

WRONG = {
    "noising": {
        "not rooted again": lambda x0, noise, level: (1 - level).sqrt() * x0 + level.sqrt() * noise,
        "the squares add up": lambda x0, noise, level: (1 - level) * x0 + level * noise,
        "its root is missing": lambda x0, noise, level: (1 - level**2) * x0 + level * noise,
        "α is missing": lambda x0, noise, level: x0 + level * noise,
        "subtracted": lambda x0, noise, level: (1 - level**2).sqrt() * x0 - level * noise,
        "returns None": lambda x0, noise, level: print(end=""),
    },
    "denoiser_from_score": {
        "the sign is reversed": lambda x, score, alpha, h: (x - h * score) / alpha,
        "√h instead of h": lambda x, score, alpha, h: (x + h.sqrt() * score) / alpha,
        "divide by α": lambda x, score, alpha, h: x + h * score,
        "x is missing": lambda x, score, alpha, h: h * score / alpha,
        "h is missing": lambda x, score, alpha, h: (x + score) / alpha,
        "has shape": lambda x, score, alpha, h: ((x + h * score) / alpha).sum(1),
    },
    "two_points": {
        "2h instead of h": lambda x, alpha, h: torch.tanh(alpha * x / (2 * h)),
        "α is missing": lambda x, alpha, h: torch.tanh(x / h),
        "averages ±α": lambda x, alpha, h: alpha * torch.tanh(alpha * x / h),
        "the nearer point": lambda x, alpha, h: x.sign(),
        "is nan at entry .*the inputs are legal": by_exponentials,
        "this is the probability": lambda x, alpha, h: torch.sigmoid(2 * alpha * x / h),
    },
    "distance_on_a_line": {
        "not sorted": lambda a, b: (a - b).abs().mean(),
        "of the means": lambda a, b: (a.mean() - b.mean()).abs(),
        "2-Wasserstein": lambda a, b: (a.sort().values - b.sort().values).square().mean().sqrt(),
        "the largest": lambda a, b: (a.sort().values - b.sort().values).abs().max(),
        r"has shape \(7,\)": lambda a, b: (a.sort().values - b.sort().values).abs(),
    },
    "best_stop": {
        "must be a pair": 300,
        "must be \\(n, 2\\)": (torch.zeros(30, 3), 10),
        "n at least 20": (torch.zeros(5, 2), 10),
        "over the least there is · measured": own(80, 1, stop=1),
        r"step=-1|'step'|step": own(80, 1, stop=-1),
    },
}
