"""The exercises of notebook 00, start here."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scorelab import metrics
from scorelab.kernel import KernelFlow
from scorelab.validate import require
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment

from . import solutions
from .measured import PROCESS, RING, halves


def _rows() -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Two pairs of (n, d) tensors with α and h (n, 1), a noise level a row."""
    draw = torch.Generator().manual_seed(0)
    cases = []
    for n, d in ((5, 2), (3, 1)):
        a, b = torch.randn(2, n, d, generator=draw)
        t = torch.linspace(0.2, 1.5, n)[:, None]
        cases.append((a, b, torch.exp(-t / 2), 1 - torch.exp(-t)))
    return cases


def _with_levels() -> Cases:
    return [(a, b, h.sqrt()) for a, b, _, h in _rows()]


def _on_the_line() -> Cases:
    """Noisy points (n,) with α and h (n,): any, then far ones at the smallest noise."""
    t = torch.tensor([0.3, 0.8, 1.5, 3.0])
    small = torch.full((3,), 0.02)
    return [
        (x, torch.exp(-t / 2), 1 - torch.exp(-t))
        for x, t in ((torch.tensor([-0.4, 0.7, 1.2, -2.0]), t), (torch.tensor([4.0, -4, 0]), small))
    ]


def _samples() -> Cases:
    """Two samples (n,) each: of other places, then of the same mean."""
    draw = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 7, generator=draw)
    return [(a, 2 + b), (a, 3 * (b - b.mean()) + a.mean())]


def share_of_the_least(answer: Any) -> float:
    """The held-out error at a reader's stop over the least, for ``(points (n, 2), stop)``."""
    two = isinstance(answer, (tuple, list)) and len(answer) == 2
    require(two, "answer", type(answer).__name__, "must be a pair: points, and a stop")
    points, stop = torch.as_tensor(answer[0], dtype=torch.float32), int(answer[1])
    plane = points.ndim == 2 and points.shape[1] == 2 and len(points) >= 20
    require(plane, "points.shape", tuple(points.shape), "must be (n, 2), with n at least 20")
    train, held_out = halves(points)
    flow = KernelFlow(PROCESS, train)
    at_stop = metrics.holdout_risk(flow.at(stop), held_out)
    least = float(metrics.holdout_risks(flow, held_out).min())
    require(least > 0, "points", "all at 0", "must be at more than one place")
    return at_stop / least


def _example() -> tuple[Tensor, int]:
    points = RING.sample(200, generator=torch.Generator().manual_seed(0))
    return points, solutions.best_stop(points)


EXERCISES = {
    "noising": Exercise(
        solution=solutions.noising,
        cases=_with_levels,
        mistakes={
            "the level is √h, the noise's standard deviation: it is not rooted again": (
                lambda x0, noise, level: (1 - level).sqrt() * x0 + level.sqrt() * noise
            ),
            "the level is squared before the noise: a factor ℓ gives the variance ℓ² = h": (
                lambda x0, noise, level: (1 - level**2).sqrt() * x0 + level**2 * noise
            ),
            "α is not 1 − ℓ: the squares add up to one, α² + ℓ² = 1": (
                lambda x0, noise, level: (1 - level) * x0 + level * noise
            ),
            "this is α² before x0: its root is missing": (
                lambda x0, noise, level: (1 - level**2) * x0 + level * noise
            ),
            "α is missing: the clean point shrinks while the noise grows": (
                lambda x0, noise, level: x0 + level * noise
            ),
            "α and ℓ have changed places: α belongs to the data, ℓ to the noise": (
                lambda x0, noise, level: level * x0 + (1 - level**2).sqrt() * noise
            ),
            "the noise is subtracted: just as random, but by convention it is added": (
                lambda x0, noise, level: (1 - level**2).sqrt() * x0 - level * noise
            ),
        },
    ),
    "denoiser_from_score": Exercise(
        solution=solutions.denoiser_from_score,
        cases=_rows,
        mistakes={
            "the sign is reversed: the score leads from x to αf": (
                lambda x, score, alpha, h: (x - h * score) / alpha
            ),
            "√h instead of h: the score was divided by the variance h": (
                lambda x, score, alpha, h: (x + h**0.5 * score) / alpha
            ),
            "this is αf, the shrunken answer: divide by α": (
                lambda x, score, alpha, h: x + h * score
            ),
            "x is missing: h times the score is the way from x, not the place": (
                lambda x, score, alpha, h: h * score / alpha
            ),
            "α divides the score only: it divides the whole of x + h · score": (
                lambda x, score, alpha, h: x + h * score / alpha
            ),
            "multiplied by α: αf = x + h · score has to be divided by it": (
                lambda x, score, alpha, h: alpha * (x + h * score)
            ),
            "h is missing: the score is a way divided by h": (
                lambda x, score, alpha, h: (x + score) / alpha
            ),
        },
    ),
    "move_and_score": Derivation(),
    "two_points": Exercise(
        solution=solutions.two_points,
        cases=_on_the_line,
        mistakes={
            "2h instead of h: in the difference of the two squares a 2 cancels that of 2h": (
                lambda x, alpha, h: torch.tanh(alpha * x / (2 * h))
            ),
            "α is missing: the noisy point was made from ±α, not from ±1": (
                lambda x, alpha, h: torch.tanh(x / h)
            ),
            "averages ±α: the answer is the average of the clean points ±1": (
                lambda x, alpha, h: alpha * torch.tanh(alpha * x / h)
            ),
            "the nearer point: the best answer in mean square is an average of both": (
                lambda x, alpha, h: x.sign()
            ),
            "√h instead of h: the exponent of a normal density has the variance below": (
                lambda x, alpha, h: torch.tanh(alpha * x / h.sqrt())
            ),
            "this is the probability of +1: the answer is 1 · p − 1 · (1 − p)": (
                lambda x, alpha, h: torch.sigmoid(2 * alpha * x / h)
            ),
        },
    ),
    "distance_on_a_line": Exercise(
        solution=solutions.distance_on_a_line,
        cases=_samples,
        mistakes={
            "not sorted: the i-th of one sample has nothing to do with the i-th of the other": (
                lambda a, b: (a - b).abs().mean()
            ),
            "the difference of the means: samples of the same mean can be far apart": (
                lambda a, b: (a.mean() - b.mean()).abs()
            ),
            "the sign: take absolute values before the mean": (
                lambda a, b: (a.sort().values - b.sort().values).mean()
            ),
            "squared: this is the 2-Wasserstein distance": (
                lambda a, b: (a.sort().values - b.sort().values).square().mean().sqrt()
            ),
            "a sum: divide by the number of points": (
                lambda a, b: (a.sort().values - b.sort().values).abs().sum()
            ),
            "the largest difference: take the mean": (
                lambda a, b: (a.sort().values - b.sort().values).abs().max()
            ),
        },
    ),
    "best_stop": Experiment(
        text="error on the held-out half at your stop, over the least there is",
        measure=share_of_the_least,
        between=(1, 1.02),
        solution=solutions.best_stop,
        example=_example,
    ),
}
