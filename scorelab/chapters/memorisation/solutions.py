"""Solutions of notebook 11, memorisation, and beyond the kernel."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from scorelab.path import Denoiser
from scorelab.studies.memorisation import PROCESS


def mirrored_pair(x: Tensor, alpha: float, h: float) -> Tensor:
    """The memorising denoiser of the training points −1 and 1 at x (k,)."""
    # The weights are e^{αx/h} and e^{−αx/h} after all that both have in common is cancelled.
    return (alpha * x / h).tanh()


def draw_variance(weights: Tensor, train: Tensor) -> Tensor:
    """The variance of the noise of a draw, (k,), for weights π (k, n) of points (n, d)."""
    # The label is x_i with probability π_i: the mean square of a label less that of its mean.
    return weights @ train.square().sum(1) - (weights @ train).square().sum(1)


def memorised_share(samples: Tensor, train: Tensor) -> Tensor:
    """The share of samples (k, d) three times nearer to one of train (n, d) than to any other."""
    # The two least distances of each sample are all that is needed.
    nearest = torch.cdist(samples, train).sort(dim=1).values
    return (3 * nearest[:, 0] <= nearest[:, 1]).float().mean()


def scaled_kernel(first: Tensor, second: Tensor, inner: float, outer: float) -> Tensor:
    """The kernel (9), once W is ``inner`` times and A ``outer`` times as large.

    ``first`` and ``second`` are its two terms (n, n) before.
    """
    # A slope in W has a factor from A, and whether a neuron is on does not change; a slope in A
    # has a factor from W.
    return outer**2 * first + inner**2 * second


def attack(denoiser: Denoiser, x: Tensor) -> Tensor:
    """How suspicious points x (k, d) are, (k,): the less, the worse they are denoised."""
    # At a low noise level: at a high one all points near by look alike.
    draw, t = Generator().manual_seed(0), torch.full((len(x),), PROCESS.time_at(0.05))
    noisy = [PROCESS.perturb(x, t, generator=draw) for _ in range(20)]
    told = torch.stack([denoiser(t, each) for each in noisy])
    return -(told - x).square().sum(2).mean(0)
