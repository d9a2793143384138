"""Right and wrong answers to the exercises of notebook 01; see tests/support/tables.py."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from tables import Made

from scorelab.chapters.forward_process import solutions
from scorelab.chapters.forward_process.exercises import END, TWO
from scorelab.chapters.forward_process.measured import PROCESS

SCORE = PROCESS.score(TWO.denoiser(PROCESS))


def summed(pull, strength):
    age = torch.linspace(0, 60, 200_001, dtype=torch.float64)
    left = torch.exp(-2 * pull.double()[:, None] * age)
    return strength.double() ** 2 * torch.trapezoid(left, age)


def through_the_noise(variance, t, later):
    alpha, beta = torch.exp(-t / 2), torch.exp(-later / 2)
    return alpha * beta * variance + beta / alpha * (1 - alpha**2)


def by_bisection(mean, std):
    found = []
    for m, s in zip(mean.tolist(), std.tolist(), strict=True):
        low, high = 0.0, 20.0
        for _ in range(60):
            t = (low + high) / 2
            valley = math.exp(-t) * m**2 > math.exp(-t) * s**2 + 1 - math.exp(-t)
            low, high = (t, high) if valley else (low, t)
        found.append(low)
    return found


def back(n=20_000, steps=100, score=1.0, push=1.0, even=False):
    def make():
        draws = torch.Generator().manual_seed(1)
        u = torch.linspace(0, 1, steps + 1)
        times = 5 - 4.98 * u if even else 5 * (0.02 / 5) ** u
        x = torch.randn(n, 1, generator=draws)
        for t, earlier in pairwise(times):
            noise = push * (t - earlier).sqrt() * torch.randn(n, 1, generator=draws)
            x = x + (x / 2 + score * SCORE(t.expand(n), x)) * (t - earlier) + noise
        return x[:, 0]

    return Made(make)


RIGHT = {
    "settled_variance": [
        lambda pull, strength: strength**2 / (2 * pull),
        summed,
        lambda pull, strength: [[0.5 * g * g / c] for c, g in zip(pull, strength, strict=True)],
    ],
    "covariance_of_times": [
        lambda variance, t, later: (
            torch.exp((t - later) / 2) * (1 + torch.exp(-t) * (variance - 1))
        ),
        through_the_noise,
        lambda variance, t, later: (
            (-(later - t) / 2).exp() * ((-t).exp() * variance - torch.expm1(-t))
        ),
    ],
    "time_at_noise_level": [
        lambda level: -torch.log(1 - level**2),
        lambda level: -torch.log1p(-level.square()),
        lambda level: [-math.log(1 - float(each) ** 2) for each in level],
        lambda level: (1 / (1 - level**2)).log()[:, None],
    ],
    "one_blob": [
        lambda mean, std: torch.log(1 + mean**2 - std**2),
        lambda mean, std: torch.log1p((mean - std) * (mean + std)),
        by_bisection,
    ],
    "reverse_process": [
        Made(lambda: solutions.reverse_process(SCORE, steps=60)),
        back(),
        back(steps=200, even=True),
        Made(lambda: END.sample(20_000, generator=torch.Generator().manual_seed(4)).tolist()),
    ],
}

WRONG = {
    "settled_variance": {
        "the 2 is missing": lambda pull, strength: strength**2 / pull,
        "instead of c'²": lambda pull, strength: strength / (2 * pull),
        "standard deviation": lambda pull, strength: strength / (2 * pull).sqrt(),
        "upside down": lambda pull, strength: 2 * pull / strength**2,
        "c² instead of c": lambda pull, strength: strength**2 / (2 * pull**2),
    },
    "covariance_of_times": {
        "the noise is missing": lambda v, t, later: torch.exp(-(t + later) / 2) * v,
        "the variance at t:": lambda v, t, later: torch.exp(-t) * v + 1 - torch.exp(-t),
        "the variance at t':": lambda v, t, later: torch.exp(-later) * v + 1 - torch.exp(-later),
        "shrunk too much": lambda v, t, later: torch.exp(t - later) * (torch.exp(-t) * (v - 1) + 1),
        "the sign of": lambda v, t, later: (
            torch.exp((later - t) / 2) * (torch.exp(-t) * (v - 1) + 1)
        ),
        "has shape": lambda v, t, later: v[0],
    },
    "time_at_noise_level": {
        "not squared": lambda level: -torch.log(1 - level),
        "the sign": lambda level: torch.log(1 - level**2),
        "a factor 2": lambda level: -2 * torch.log(1 - level**2),
        "at which α": lambda level: -2 * torch.log(level),
        "at small times only": lambda level: level**2,
        "is nan": lambda level: torch.log(level**2 - 1),
    },
    "one_blob": {
        "ς is missing": lambda mean, std: torch.log(1 + mean**2),
        "the sign of ς²": lambda mean, std: torch.log(1 + mean**2 + std**2),
        "a factor 2": lambda mean, std: torch.log(1 + mean**2 - std**2) / 2,
        "this is α²": lambda mean, std: 1 / (1 + mean**2 - std**2),
        "2μ is the distance": lambda mean, std: torch.log(1 + 4 * mean**2 - std**2),
    },
    "reverse_process": {
        "n at least 20000": torch.zeros(5000),
        "must be \\(n,\\)": torch.zeros(20_000, 2),
        "drawn into one point": back(push=0),
        "nearly: is the push": back(push=0.9),
        "are steps short": back(steps=25, even=True),
        "measured 0.0[6-9].*nearly": back(score=0.9),
        "expected 0 to 0.03: samples": Made(
            lambda: torch.randn(20_000, generator=torch.Generator().manual_seed(0))
        ),
        "all finite": torch.full((20_000,), torch.nan),
    },
}
