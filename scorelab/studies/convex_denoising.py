"""Convex denoising in the plane: the optima and samples behind the explorer of notebook 09.

Three laws, 60 points each with one noise a level, seven β and five noise levels, and for each of
these the optimum with more and more activation patterns; samples by annealed Langevin.
``python -m scorelab.studies convex_denoising`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from .. import convex
from ..process import OrnsteinUhlenbeck
from ..sampling import sample
from ..sweep import Study, grid
from ..targets import GaussianMixture

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.floating]
PROCESS = OrnsteinUhlenbeck()
#: The points of the plane at which scores are kept.
GRID = np.stack(np.meshgrid(*[np.linspace(-2.6, 2.6, 11)] * 2), axis=-1).reshape(-1, 2)
N, SAMPLES, STEPS, LEVELS = 60, 300, 200, 8
BETAS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
NOISES = (0.15, 0.3, 0.45, 0.6, 0.8)
ALL = N * N - N + 2
COUNTS = (10, 30, 100, 300, 1000, ALL)
#: Entries of the table that are only drawn.
DRAWN = ("field", "kinks", "samples")
#: Kink lines that are kept of a network: those of its strongest neurons.
KINKS = 24


def _moons(k: int = 20) -> GaussianMixture:
    """Two half circles that reach into each other, as 2k narrow modes."""
    angle = torch.linspace(0, math.pi, k)
    upper = torch.stack((angle.cos(), angle.sin()), dim=1)
    means = torch.cat((upper, torch.tensor([1.0, 0.5]) - upper))
    return GaussianMixture(1.35 * (means - torch.tensor([0.5, 0.25])), 0.12)


LAWS = {
    "circle": GaussianMixture.ring(modes=40, radius=1.5, std=0.1),
    "two moons": _moons(),
    "one Gaussian": GaussianMixture([[0.6, -0.3]], 0.7),
}


class Table(NamedTuple):
    """Arrays over (target, β, noise level, number of patterns), or the first three or two of them.

    ``loss`` the optimum, ``bound`` what no network is below, ``gated`` (…, 3) the optimum of the
    gated network, ``linear`` that of a linear score; ``neurons`` their number; ``field``
    (…, 121, 2) the score on ``GRID``; ``kinks`` (…, KINKS, 3) lines cos, sin, offset, NaN
    where there is none; ``samples`` (target, β, 300, 2).
    """

    loss: Array
    bound: Array
    gated: Array
    linear: Array
    neurons: Array
    field: Array
    kinks: Array
    samples: Array


@lru_cache(maxsize=64)
def rows(target: str, noise: float) -> tuple[Tensor, Tensor, Tensor]:
    """The clean points, the noisy ones and the labels −ξ/√h at a noise level, each (60, 2)."""
    x0 = LAWS[target].sample(N, generator=Generator().manual_seed(0)).double()
    xi = torch.randn(N, 2, generator=Generator().manual_seed(1)).double()
    return x0, PROCESS.alpha(PROCESS.time_at(noise)) * x0 + noise * xi, -xi / noise


def kinks(fit: convex.Fit) -> Array:
    """The kink lines of the strongest neurons: (KINKS, 3), w · x + b = 0 with w of length one."""
    w, b, _ = fit.neurons
    length = w.norm(dim=1)
    strongest = length.argsort(descending=True)[:KINKS]
    lines = torch.cat((w, b[:, None]), dim=1)[strongest] / length[strongest, None]
    return np.pad(lines.numpy(), ((0, KINKS - len(lines)), (0, 0)), constant_values=np.nan)


def optima(target: str, beta: float, noise: float) -> dict[str, Array]:
    """At one noise level: all entries but ``samples``, over the numbers of patterns."""
    _, x, y = rows(target, noise)
    every = convex.patterns(x)
    order = torch.randperm(every.shape[1], generator=Generator().manual_seed(2))
    fits, price = [], beta / noise
    for count in COUNTS[::-1]:  # the largest first: its neurons that are allowed are a start
        allowed = None if count == ALL else every[:, order[:count]]
        fits.insert(0, convex.denoising(x, y, price, patterns=allowed))
    grid = torch.tensor(GRID)
    return {
        "loss": np.array([fit.objective for fit in fits]),
        "bound": np.array([fit.lower_bound for fit in fits]),
        "gated": np.array(convex.gated(x, y, price).objective),
        "linear": np.array(convex.denoising(x, y, 1e6).objective),
        "neurons": np.array([len(fit.neurons[0]) for fit in fits]),
        "field": np.stack([fit.score(grid).numpy() for fit in fits]),
        "kinks": np.stack([kinks(fit) for fit in fits]),
    }


def draws(target: str, beta: float) -> Array:
    """Samples by annealed Langevin with the convex networks of eight noise levels, (300, 2)."""
    x0 = rows(target, NOISES[0])[0].float()
    f = convex.annealed(PROCESS, x0, beta, LEVELS, generator=Generator().manual_seed(3))
    return sample(
        PROCESS,
        f,
        SAMPLES,
        2,
        STEPS,
        "langevin",
        schedule="log",
        generator=Generator().manual_seed(4),
    ).numpy()


def experiment(target: str, beta: float) -> dict[str, Array]:
    """One target and β: the entries of the table, over noise levels and numbers of patterns."""
    levels = [optima(target, beta, noise) for noise in NOISES]
    stacked = {name: np.stack([level[name] for level in levels]) for name in levels[0]}
    return {**stacked, "samples": draws(target, beta)}


def _read(path: Path) -> Table:
    """The arrays of a file, float64."""
    with np.load(path) as kept:
        return Table(**{name: kept[name].astype(np.float64) for name in Table._fields})


def _write(swept: pd.DataFrame, path: Path) -> None:
    """The cells' arrays over target and β; what is only drawn in half precision."""
    arrays: dict[str, Any] = {}
    for name in Table._fields:
        cells = np.stack(list(swept[name])).astype(np.float16 if name in DRAWN else np.float64)
        arrays[name] = cells.reshape(len(LAWS), len(BETAS), *cells.shape[1:])
    np.savez_compressed(path, **arrays)


STUDY = Study("convex_denoising.npz", experiment, grid(target=LAWS, beta=BETAS), _read, _write)
table = lru_cache(maxsize=1)(STUDY.table)
