"""The exercises of notebook 11, memorisation, and beyond the kernel."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .attacked import told_apart


def _places() -> Cases:
    """Places x (k,), and α and h, of which α² + h = 1."""
    draw = torch.Generator().manual_seed(0)
    return [(torch.randn(k, generator=draw), (1 - h) ** 0.5, h) for k, h in ((5, 0.3), (4, 0.8))]


def _weights() -> Cases:
    """Weights π (k, n), rows of which add up to 1, and training points (n, d)."""
    draw, cases = torch.Generator().manual_seed(3), []
    for k, n, d in ((4, 3, 2), (3, 5, 1)):
        weights = torch.randn(k, n, generator=draw).softmax(1)
        cases.append((weights, 1 + torch.randn(n, d, generator=draw)))
    return cases


def _clouds() -> Cases:
    """Samples (k, d), some of them near a training point, and training points (n, d)."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for n, d, copies in ((12, 2, 5), (9, 3, 9)):
        train = torch.randn(n, d, generator=draw)
        near = train[:copies] + 0.05 * torch.randn(copies, d, generator=draw)
        cases.append((torch.cat((near, torch.randn(40, d, generator=draw))), train))
    return cases


def _terms() -> Cases:
    """The two terms of the kernel (n, n), and factors of W and of A."""
    draw = torch.Generator().manual_seed(2)
    return [
        (*torch.rand(2, n, n, generator=draw), inner, outer)
        for n, inner, outer in ((3, 0.25, 1.0), (2, 0.5, 3.0), (2, 1.0, 0.5))
    ]


def _nearest(samples: Tensor, train: Tensor) -> Tensor:
    return torch.cdist(samples, train).sort(dim=1).values


def _copies(samples: Tensor, train: Tensor, ratio: float) -> Tensor:
    nearest = _nearest(samples, train)
    return (ratio * nearest[:, 0] <= nearest[:, 1]).float().mean()


def _mean_square(weights: Tensor, train: Tensor) -> Tensor:
    return weights @ train.square().sum(1)


EXERCISES: dict[str, Task] = {
    "mirrored_pair": Exercise(
        solution=solutions.mirrored_pair,
        cases=_places,
        mistakes={
            "off by a factor 2 in the argument: the squares differ by 4αx, over 2h that is 2αx/h,"
            " and tanh takes half of it": lambda x, a, h: (2 * a * x / h).tanh(),
            "half too little in the argument: e^u/(e^u + e^−u) has u = αx/h": (
                lambda x, a, h: (a * x / (2 * h)).tanh()
            ),
            "α is missing: the points are at ±α when the noise has come": (
                lambda x, a, h: (x / h).tanh()
            ),
            "h is missing: the exponent is over 2h": lambda x, a, h: (a * x).tanh(),
            "√h instead of h: the exponent has the variance": lambda x, a, h: (
                a * x / h**0.5
            ).tanh(),
            "this is the noisy mean: the answer is one of clean points": lambda x, a, h: (
                a * (a * x / h).tanh()
            ),
            "this is the weight of the point 1: the mean also has −1 in it": lambda x, a, h: (
                2 * a * x / h
            ).sigmoid(),
        },
    ),
    "draw_variance": Exercise(
        solution=solutions.draw_variance,
        cases=_weights,
        mistakes={
            "this is the mean square of a label: the square of its mean must go": _mean_square,
            "this is the square of the mean: it must go from the mean square": (
                lambda weights, train: (weights @ train).square().sum(1)
            ),
            "the sign is reversed: a variance is not negative": (
                lambda weights, train: -solutions.draw_variance(weights, train)
            ),
            "the weights are squared: a label is x_i with probability π_i": (
                lambda weights, train: solutions.draw_variance(weights**2, train)
            ),
            "all points have the same weight in this: use π": (
                lambda weights, train: solutions.draw_variance(
                    torch.full_like(weights, 1 / weights.shape[1]), train
                )
            ),
            "a mean over dimensions: add them up": (
                lambda weights, train: solutions.draw_variance(weights, train) / train.shape[1]
            ),
            "this is a standard deviation": (
                lambda weights, train: solutions.draw_variance(weights, train).sqrt()
            ),
        },
    ),
    "memorised_share": Exercise(
        solution=solutions.memorised_share,
        cases=_clouds,
        mistakes={
            "the ratio is upside down: the nearest must be three times nearer": (
                lambda samples, train: _copies(samples, train, 1 / 3)
            ),
            "squared distances are compared: three times nearer is nine times in squares": (
                lambda samples, train: _copies(samples, train, 3**0.5)
            ),
            "the nearest is compared with the farthest, not with the second": (
                lambda samples, train: (
                    (3 * _nearest(samples, train)[:, 0] <= _nearest(samples, train)[:, -1])
                    .float()
                    .mean()
                )
            ),
            "a number of samples, not a share": (
                lambda samples, train: _copies(samples, train, 3) * len(samples)
            ),
            "samples and training points are exchanged": (
                lambda samples, train: _copies(train, samples, 3)
            ),
        },
    ),
    "scaled_kernel": Exercise(
        solution=solutions.scaled_kernel,
        cases=_terms,
        mistakes={
            "the factors are exchanged: the slope in W has A in it, and the slope in A has W": (
                lambda first, second, inner, outer: inner**2 * first + outer**2 * second
            ),
            "the factors are not squared: a kernel has two slopes in it": (
                lambda first, second, inner, outer: outer * first + inner * second
            ),
            "both factors in both terms": lambda first, second, inner, outer: (
                (inner * outer) ** 2 * (first + second)
            ),
            "the first term has a factor of W: whether a neuron is on does not depend on length": (
                lambda first, second, inner, outer: (inner * outer) ** 2 * first + inner**2 * second
            ),
            "the second term has a factor of A: the slope in A has no A in it": (
                lambda first, second, inner, outer: outer**2 * first + (inner * outer) ** 2 * second
            ),
        },
    ),
    "averaged_risk": Derivation(),
    "attack": Experiment(
        text="how often a training point is more suspicious than a fresh one, at a million steps",
        measure=told_apart,
        between=(0.85, 1),
        solution=solutions.attack,
        mistakes={
            "the sign is reversed: more must mean more suspicious": (0, 0.4),
            "no better than chance: does it depend on the denoiser?": (0.4, 0.58),
            "better than chance, but what if the noise is lower?": (0.58, 0.85),
        },
    ),
}
