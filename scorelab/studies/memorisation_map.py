"""What the samples of a kernel flow are, over points and draws: truth, copies, or off the law.

``python -m scorelab.studies memorisation_map`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from .. import metrics
from ..kernel import KernelFlow
from ..sampling import sample
from ..sweep import Study, grid
from ..targets import Empirical, GaussianMixture
from .memorisation import FRESH, LAWS, PROCESS, SAMPLES, STEPS

AXES = {
    "dim": tuple(LAWS),
    "n": (5, 10, 20, 40),
    "draws": (1.0, 3.0, 10.0, 30.0, math.inf),
    "seed": tuple(range(3)),
}
#: Stops at which samples are drawn.
MILESTONES = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 1_000_000)
#: Rows of a regression whose labels are averaged over infinitely many draws.
ROWS = 1200
#: A sample is off the law where its density is lower, or higher, than that of all but half of this
#: share of fresh data (our choice): in many dimensions what is drawn together is too likely.
RARE = 0.05


def experiment(dim: int, n: int, draws: float, seed: int) -> dict[str, float]:
    """The kernel flow on n points with that many draws, infinity for averaged labels on 1200 rows.

    ``chance``: the memorised fraction of fresh data; ``copies_1`` … and ``off_1`` …, at the
    milestones: the fraction of samples that are memorised, and of those that are not but are off
    the law. What is left is true to it.
    """
    law, generator = LAWS[dim], Generator().manual_seed(10_000 * seed + dim)
    reference = law.sample(2 * FRESH, generator=generator)
    x0 = law.sample(n, generator=generator)
    many = ROWS // n if draws == math.inf else int(draws)
    data = PROCESS.regression(x0, draws=many, times="log", generator=generator)
    flow = KernelFlow(PROCESS, data)
    if draws == math.inf:
        flow = flow.with_labels(Empirical(x0).denoiser(PROCESS)(data.t, data.x_t))
    found = {"chance": metrics.memorized_fraction(reference, x0)}
    usual = law.log_prob(reference).quantile(torch.tensor([RARE / 2, 1 - RARE / 2]))
    for stop in MILESTONES:
        drawn = sample(
            PROCESS,
            flow.at(stop),
            SAMPLES,
            dim,
            STEPS,
            "ancestral",
            schedule="log",
            generator=Generator().manual_seed(seed),
        )
        copies, off = kinds(drawn, x0, law, usual)
        found |= {f"copies_{stop}": float(copies.float().mean())}
        found |= {f"off_{stop}": float(off.float().mean())}
    return found


def kinds(drawn: Tensor, x0: Tensor, law: GaussianMixture, usual: Tensor) -> tuple[Tensor, Tensor]:
    """Which samples (k, d) copy one of x0 (n, d), and which others are off the law, both (k,).

    ``usual`` are the log densities (2,) between which a sample is not.
    """
    copies, density = metrics.memorized(drawn, x0), law.log_prob(drawn)
    return copies, torch.logical_and((density < usual[0]) | (density > usual[1]), ~copies)


STUDY = Study.csv("memorisation_map", experiment, grid(**AXES))
table = STUDY.table
