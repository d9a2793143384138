"""Right and wrong answers to the exercises of notebook 11; see tests/support/tables.py."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator

import scorelab as sl
from scorelab.studies.memorisation import PROCESS


def both_points(x, alpha, h):
    logits = torch.stack([-((x - alpha * point) ** 2) / (2 * h) for point in (-1, 1)], 1)
    return logits.softmax(1) @ torch.tensor([-1.0, 1.0])


def by_empirical(x, alpha, h):
    time = torch.full((len(x),), -float(torch.log1p(-h)))
    return sl.Empirical(torch.tensor([[-1.0], [1.0]])).denoiser(PROCESS)(time, x[:, None])[:, 0]


def variance_about_the_mean(weights, train):
    apart = train[None] - (weights @ train)[:, None]
    return (weights * apart.square().sum(2)).sum(1)


def variance_of_pairs(weights, train):
    """Half the mean squared distance of two labels drawn for the same input."""
    square = torch.cdist(train, train) ** 2
    return ((weights @ square) * weights).sum(1) / 2


def variance_by_dimension(weights, train):
    return sum(weights @ column**2 - (weights @ column) ** 2 for column in train.T)


def share_by_loop(samples, train):
    found = 0
    for sample in samples.numpy():
        near = np.sort(np.linalg.norm(train.numpy() - sample, axis=1))
        found += near[0] * 3 <= near[1]
    return found / len(samples)


def share_by_topk(samples, train):
    one, two = torch.cdist(samples, train).topk(2, largest=False).values.T
    return (one / two <= 1 / 3).double().mean()


def attacked_at(level, repeats=20, power=2, model=None):
    def attack(denoiser, x):
        draw, t = Generator().manual_seed(1), torch.full((len(x),), PROCESS.time_at(level))
        f, error = model or denoiser, 0
        for _ in range(repeats):
            error = error + (f(t, PROCESS.perturb(x, t, generator=draw)) - x).norm(dim=1) ** power
        return -error

    return attack


RIGHT = {
    "mirrored_pair": [
        both_points,
        by_empirical,
        lambda x, a, h: 2 * torch.sigmoid(2 * a * x / h) - 1,
    ],
    "draw_variance": [variance_about_the_mean, variance_of_pairs, variance_by_dimension],
    "memorised_share": [share_by_loop, share_by_topk, sl.metrics.memorized_fraction],
    "scaled_kernel": [
        lambda first, second, inner, outer: first * outer * outer + second * inner * inner,
        lambda k1, k2, s, q: torch.stack((k1, k2), -1) @ torch.stack((q, s)) ** 2,
        lambda k1, k2, s, q: (q * k1.sqrt()) ** 2 + (s * k2.sqrt()) ** 2,
    ],
    "attack": [
        attacked_at(0.05),
        lambda f, x: attacked_at(0.03, power=1)(f, x).exp(),
        lambda f, x: -(f(torch.full((len(x),), PROCESS.time_at(0.05)), x) - x).norm(dim=1),
    ],
}
WRONG = {
    "mirrored_pair": {
        "off by a factor 2": lambda x, a, h: torch.tanh(2 * a * x / h),
        "half too little": lambda x, a, h: torch.tanh(a * x / h / 2),
        "α is missing": lambda x, a, h: torch.tanh(x / h),
        "h is missing": lambda x, a, h: torch.tanh(x * a),
        "noisy mean": lambda x, a, h: a * both_points(x, a, h),
        "weight of the point 1": lambda x, a, h: (both_points(x, a, h) + 1) / 2,
    },
    "draw_variance": {
        "mean square of a label": lambda p, x: (p[..., None] * x**2).sum((1, 2)),
        "square of the mean: it": lambda p, x: (p @ x).norm(dim=1) ** 2,
        "sign is reversed": lambda p, x: -variance_of_pairs(p, x),
        "same weight": lambda p, x: x.var(0, correction=0).sum().expand(len(p)),
        "mean over dimensions": lambda p, x: variance_of_pairs(p, x) / x.shape[1],
        "standard deviation": lambda p, x: variance_of_pairs(p, x) ** 0.5,
    },
    "memorised_share": {
        "upside down": lambda s, x: sl.metrics.memorized_fraction(s, x, 1 / 3),
        "squared distances": lambda s, x: sl.metrics.memorized_fraction(s, x, 3**0.5),
        "not a share": lambda s, x: share_by_loop(s, x) * len(s),
        "exchanged": lambda s, x: sl.metrics.memorized_fraction(x, s),
        "^✗ has shape": lambda s, x: sl.metrics.memorized(s, x),
    },
    "scaled_kernel": {
        "factors are exchanged": lambda k1, k2, s, q: k1 * s**2 + k2 * q**2,
        "not squared": lambda k1, k2, s, q: k1 * q + k2 * s,
        "both factors in both": lambda k1, k2, s, q: (s * q) ** 2 * (k1 + k2),
        "first term has a factor": lambda k1, k2, s, q: (s * q) ** 2 * k1 + s**2 * k2,
        "second term has a factor": lambda k1, k2, s, q: q**2 * k1 + (s * q) ** 2 * k2,
    },
    "attack": {
        "sign is reversed": lambda f, x: -attacked_at(0.05)(f, x),
        "no better than chance": lambda f, x: torch.zeros(len(x)),
        "noise is lower": attacked_at(0.25),
        "must be \\(20,\\)": lambda f, x: attacked_at(0.05)(f, x)[:, None],
        "^✗ ": lambda f, x: f(x),
    },
}
