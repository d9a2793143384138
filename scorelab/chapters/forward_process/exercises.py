"""The exercises of notebook 01, the forward process."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scorelab.targets import GaussianMixture
from scorelab.validate import require
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment

from . import solutions
from .measured import PROCESS, distance_to_law

#: The law of the experiment, and that of its noised points at the end of the way back.
TWO = GaussianMixture([[-1.0], [1.2]], [0.2, 0.4], [0.3, 0.7])
END = TWO.noised(PROCESS, PROCESS.t_min)


def _pulls() -> Cases:
    return [
        (torch.tensor([0.5, 1.0, 3.0]), torch.tensor([1.0, 0.7, 2.0])),
        (torch.tensor([0.2, 0.8]), torch.tensor([1.5, 0.3])),
    ]


def _pairs_of_times() -> Cases:
    """Variances, times and later times (n,): any, then a start, and a time with itself."""
    draw = torch.Generator().manual_seed(0)
    variance, t, gap = 3 * torch.rand(3, 6, generator=draw)
    zeros = torch.tensor([0.0, 0.9, 0.4])
    return [(variance, t, t + gap), (torch.tensor([2.0, 0.3, 1.0]), zeros, zeros + zeros)]


def _levels() -> Cases:
    return [(torch.tensor([0.05, 0.3, 0.5]),), (torch.tensor([0.7, 0.9, 0.99]),)]


def _clusters() -> Cases:
    return [
        (torch.tensor([1.5, 2.0, 0.8]), torch.tensor([0.25, 0.5, 0.6])),
        (torch.tensor([3.0, 1.0]), torch.tensor([1.0, 0.1])),
    ]


def distance_of_samples(answer: Any) -> float:
    """W_1 of a reader's samples to the law of the experiment at t = 0.02."""
    samples = torch.as_tensor(answer).detach().double().squeeze()
    sized = samples.ndim == 1 and len(samples) >= 20_000 and bool(samples.isfinite().all())
    require(sized, "samples", tuple(samples.shape), "must be (n,), n at least 20000, all finite")
    return distance_to_law(samples, END)


def _example() -> Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return solutions.reverse_process(PROCESS.score(TWO.denoiser(PROCESS)))


EXERCISES = {
    "settled_variance": Exercise(
        solution=solutions.settled_variance,
        cases=_pulls,
        mistakes={
            "the 2 is missing: a variance shrinks twice as fast as a point": (
                lambda pull, strength: strength**2 / pull
            ),
            "c' instead of c'²: a push twice as strong has four times the variance": (
                lambda pull, strength: strength / (2 * pull)
            ),
            "this is the standard deviation: leave the root out": (
                lambda pull, strength: strength / (2 * pull).sqrt()
            ),
            "upside down: a stronger pull leaves less": lambda pull, strength: (
                2 * pull / strength**2
            ),
            "c² instead of c: the integral of exp(−2cu) is 1/(2c)": (
                lambda pull, strength: strength**2 / (2 * pull**2)
            ),
            "half of c'² is right for c = 1 only: how long a push lasts depends on the pull": (
                lambda pull, strength: strength**2 / 2
            ),
        },
    ),
    "covariance_of_times": Exercise(
        solution=solutions.covariance_of_times,
        cases=_pairs_of_times,
        mistakes={
            "the noise is missing: that of time t is in both points": (
                lambda variance, t, later: torch.exp(-(t + later) / 2) * variance
            ),
            "this is the variance at t: from t to t' the path shrinks": (
                lambda variance, t, later: torch.exp(-t) * variance + 1 - torch.exp(-t)
            ),
            "this is the variance at t': only what was there at t is in both": (
                lambda variance, t, later: torch.exp(-later) * variance + 1 - torch.exp(-later)
            ),
            "shrunk too much: a covariance has the factor of one point, e^{−(t'−t)/2}": (
                lambda variance, t, later: (
                    torch.exp(t - later) * (torch.exp(-t) * variance + 1 - torch.exp(-t))
                )
            ),
            "the sign of t' − t: the later point holds less of the earlier one, not more": (
                lambda variance, t, later: (
                    torch.exp((later - t) / 2) * (torch.exp(-t) * variance + 1 - torch.exp(-t))
                )
            ),
            "α instead of α² before ς²: a variance takes the square": (
                lambda variance, t, later: (
                    torch.exp((t - later) / 2) * (torch.exp(-t / 2) * variance + 1 - torch.exp(-t))
                )
            ),
        },
    ),
    "time_at_noise_level": Exercise(
        solution=solutions.time_at_noise_level,
        cases=_levels,
        mistakes={
            "the level is not squared: it is √h, and h = 1 − exp(−t)": (
                lambda level: -torch.log(1 - level)
            ),
            "the sign is reversed: times are positive": lambda level: torch.log(1 - level**2),
            "off by a factor 2: h has exp(−t) in it, α has exp(−t/2)": (
                lambda level: -2 * torch.log(1 - level**2)
            ),
            "this is the time at which α, not √h, has the given value": (
                lambda level: -2 * torch.log(level)
            ),
            "h ≈ t is true at small times only": lambda level: level**2,
        },
    ),
    "one_blob": Exercise(
        solution=solutions.one_blob,
        cases=_clusters,
        mistakes={
            "ς is missing: wide clusters meet sooner": lambda mean, std: torch.log(1 + mean**2),
            "the sign of ς²: wide clusters meet sooner, not later": (
                lambda mean, std: torch.log(1 + mean**2 + std**2)
            ),
            "off by a factor 2: α² = exp(−t), not exp(−2t)": (
                lambda mean, std: torch.log(1 + mean**2 - std**2) / 2
            ),
            "α instead of α²: both sides have α²": (
                lambda mean, std: 2 * torch.log(1 + mean**2 - std**2)
            ),
            "this is α² at that time": lambda mean, std: 1 / (1 + mean**2 - std**2),
            "2μ is the distance of the two; the criterion has μ, from the middle to either": (
                lambda mean, std: torch.log(1 + 4 * mean**2 - std**2)
            ),
            "the 1 is missing: v holds h = 1 − α² as well": (
                lambda mean, std: torch.log(mean**2 - std**2)
            ),
        },
    ),
    "way_back": Derivation(),
    "reverse_process": Experiment(
        text="distance of your samples to the exact law at t = 0.02",
        measure=distance_of_samples,
        between=(0, 0.03),
        solution=solutions.reverse_process,
        example=_example,
        mistakes={
            "samples that far off may have been drawn into one point, or not at all": (0.4, None),
            "nearly: is the push √δ, are steps short at the end, and is T = 5?": (0.03, 0.4),
        },
    ),
}
