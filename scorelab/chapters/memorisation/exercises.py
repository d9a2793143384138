"""The exercises of notebook 11, memorisation, and beyond the kernel."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _labels() -> Cases:
    """Labels, truth and memorising denoiser, (n, d) each."""
    draw = torch.Generator().manual_seed(0)
    return [tuple(torch.randn(3, n, d, generator=draw)) for n, d in ((4, 2), (3, 1))]


def _clouds() -> Cases:
    """Samples (k, d), some of them near a training point, and training points (n, d)."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for n, d, copies in ((12, 2, 5), (9, 3, 9)):
        train = torch.randn(n, d, generator=draw)
        near = train[:copies] + 0.05 * torch.randn(copies, d, generator=draw)
        cases.append((torch.cat((near, torch.randn(40, d, generator=draw))), train))
    return cases


def _spectra() -> Cases:
    """Shares g (k,) that fall, the variance of the noise, points and draws."""
    shares = torch.tensor([1.0, 0.9, 0.4, 0.1])
    return [(shares.clone(), 0.5, 20, 50), (shares[:3].clone(), 2.0, 7, 3)]


def _nearest(samples: Tensor, train: Tensor) -> Tensor:
    return torch.cdist(samples, train).sort(dim=1).values


def _copies(samples: Tensor, train: Tensor, ratio: float) -> Tensor:
    nearest = _nearest(samples, train)
    return (ratio * nearest[:, 0] <= nearest[:, 1]).float().mean()


EXERCISES = {
    "label_parts": Exercise(
        solution=solutions.label_parts,
        cases=_labels,
        mistakes={
            "memory and noise are exchanged": (lambda y, f, g: torch.stack((f, y - g, g - f))),
            "the memory has the wrong sign: memorising denoiser less truth": (
                lambda y, f, g: torch.stack((f, f - g, y - g))
            ),
            "the noise is measured from the truth: that is memory and noise together": (
                lambda y, f, g: torch.stack((f, g - f, y - f))
            ),
            "the noise has the wrong sign: label less memorising denoiser": (
                lambda y, f, g: torch.stack((f, g - f, g - y))
            ),
            "these are the three functions: take differences of neighbours": (
                lambda y, f, g: torch.stack((f, g, y))
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
    "memory_exponent": Exercise(
        solution=solutions.memory_exponent,
        cases=lambda: [(torch.tensor([1.0, 2.0, 3.0, 8.0]),), (torch.tensor([5.0, 4.0]),)],
        mistakes={
            "this is the decay in the frequency: the frequency is n^{1/d}": lambda d: d + 2,
            "upside down: the time is one over the eigenvalue": lambda d: -(d + 2) / d,
            "this is b, the decay with the number of the eigenvalue": lambda d: (d + 2) / (d + 1),
            "n points in d dimensions are n^{−1/d} apart, not n^{−1/(d + 1)}": (
                lambda d: (d + 3) / (d + 1)
            ),
            "1 + 1/d: the eigenvalue at frequency k is k^{−(d + 2)}": lambda d: 1 + 1 / d,
        },
    ),
    "draw_noise": Exercise(
        solution=solutions.draw_noise,
        cases=_spectra,
        mistakes={
            "the draws are missing: there are n M rows": lambda g, v, n, m: v * (g @ g) / n,
            "the points are missing: there are n M rows": lambda g, v, n, m: v * (g @ g) / m,
            "g instead of g²: it is a variance": lambda g, v, n, m: v * g.sum() / (n * m),
            "σ² is given: it need not be squared": lambda g, v, n, m: v**2 * (g @ g) / (n * m),
            "the mean over directions instead of the sum": (
                lambda g, v, n, m: v * g.square().mean() / (n * m)
            ),
            "what is left, 1 − g, is bias: noise comes with what is learned": (
                lambda g, v, n, m: v * (1 - g).square().sum() / (n * m)
            ),
        },
    ),
    "start_scale": Exercise(
        solution=solutions.start_scale,
        cases=lambda: [(torch.tensor([0.25, 0.5, 1.0, 2.0]),), (torch.tensor([3.0, 0.1]),)],
        mistakes={
            "only one layer is scaled in this: each kernel value holds two weights": lambda s: s,
            "four weights would be s⁴: count those in one term of the kernel": lambda s: s**4,
            "upside down": lambda s: s**-2.0,
            "each of the two terms falls by s², and so does their sum": lambda s: 2 * s**2,
        },
    ),
}
