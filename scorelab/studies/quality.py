"""How good samples are against the stopping time: one cell of the sweep, and its table.

``python -m scorelab.studies quality`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from .. import metrics, validate
from ..kernel import KernelFlow
from ..likelihood import log_likelihood
from ..path import Denoiser
from ..process import OrnsteinUhlenbeck, Regression
from ..sampling import sample
from ..sweep import Study, grid
from ..targets import GaussianMixture

LAWS = {4: GaussianMixture.ring(), 8: GaussianMixture.ring(8, radius=2.0, std=0.15)}
AXES = {
    "modes": tuple(LAWS),
    "times": ("uniform", "log"),
    "n": (300, 1000),
    "seed": tuple(range(5)),
}
#: Stops at which samples are made and judged.
STOPS = (10, 30, 100, 200, 300, 600, 1000, 3000, 10_000, 100_000, 10_000_000)
#: Bands of noise levels √h, each about a third of the sampler's steps.
BANDS = {"low": (0.0, 1 / 3), "middle": (1 / 3, 2 / 3), "high": (2 / 3, 1.0)}
SAMPLES, STEPS, TEST, LIKELY = 1000, 40, 2000, 100


def shares(law: GaussianMixture, x: Tensor) -> Tensor:
    """The share of the points x (n, d) that is nearest to each of the k means, (k,)."""
    validate.points("x", x, law.dim)
    nearest = torch.cdist(x, law.means.to(x)).argmin(1)
    return torch.bincount(nearest.cpu(), minlength=len(law.means)).double() / len(x)


def misplaced(law: GaussianMixture, x: Tensor) -> float:
    """The share of the points x (n, d) that is in excess where there are too many, in [0, 1].

    Half the sum of |share − weight| over the modes. It is above 0 for fresh data too.
    """
    return float((shares(law, x) - law.weights).abs().sum()) / 2


def spliced(
    process: OrnsteinUhlenbeck, inside: Denoiser, outside: Denoiser, band: tuple[float, float]
) -> Denoiser:
    """One denoiser at noise levels √h from band[0] up to but not band[1], another at all others.

    For queries of one time, as all samplers make: the first time decides for all rows.
    """

    def denoiser(t: Tensor, x: Tensor) -> Tensor:
        level = float(process.h(t[0]).sqrt())
        return (inside if band[0] <= level < band[1] else outside)(t, x)

    return denoiser


class Judge(NamedTuple):
    """Makes samples of a law, always from the same noise, and says what is wrong with them.

    ``reference`` (m, d), a large sample of the law, on the device where samples are to be made;
    ``seed``, of the noise of samples.
    """

    process: OrnsteinUhlenbeck
    law: GaussianMixture
    reference: Tensor
    seed: int

    def samples(self, denoiser: Denoiser, steps: int = STEPS, method: str = "ancestral") -> Tensor:
        """1000 samples (1000, d), on the device of the reference."""
        noise = Generator().manual_seed(self.seed)
        return sample(
            self.process,
            denoiser,
            SAMPLES,
            self.law.dim,
            steps,
            method,
            schedule="log",
            generator=noise,
            device=self.reference.device,
        )

    def distance(self, x: Tensor) -> float:
        """The sliced Wasserstein distance of x (n, d) to the truth, in units of the data."""
        return metrics.sliced_wasserstein(x, self.reference)

    def shape(self, x: Tensor) -> float:
        """The distance of x to the truth with the proportions of x: the error within the modes."""
        same = GaussianMixture(self.law.means, self.law.stds, shares(self.law, x))
        there = same.sample(len(self.reference), generator=Generator().manual_seed(0))
        return metrics.sliced_wasserstein(x, there)

    def verdict(self, x: Tensor) -> dict[str, float]:
        """What is measured of a sample x (n, d): distance, its parts, and fidelity."""
        return {
            "distance": self.distance(x),
            "shape": self.shape(x),
            "misplaced": misplaced(self.law, x),
            "fidelity": -float(self.law.log_prob(x).mean()),
        }


def experiment(modes: int, times: str, n: int, seed: int) -> dict[str, float]:
    """The kernel flow on n samples of a ring of modes, one noise draw each, and its samples.

    For 1000 samples in 40 ancestral steps at each of the stops: ``distance_…`` to the truth,
    ``shape_…`` (the same to the truth with the samples' proportions), ``misplaced_…``,
    ``fidelity_…`` (mean −log p of the samples), ``surprise_…`` (of fresh data under the ODE's law)
    and ``risk_…``, the excess risk on 2000 fresh rows. The first four are given for ``…_fresh``
    data, the training ``…_data``, the ``…_exact`` denoiser and the risk's ``best_stop``,
    ``…_best``, too. ``only_<band>_…`` and ``but_<band>_…`` are distances with the learned denoiser
    in no band of noise levels but this, and in all but this, at the risk's best stop and the last.
    """
    process, law = OrnsteinUhlenbeck(), LAWS[modes]
    draws = Generator().manual_seed(10_000 * seed + n)  # cells of other n or seed share no draws
    data, test = (
        process.regression(law.sample(rows, generator=draws), times=times, generator=draws)
        for rows in (n, TEST)
    )
    fresh = law.sample(SAMPLES, generator=draws)
    judge = Judge(process, law, law.sample(5 * SAMPLES, generator=draws), seed)
    truth, flow = law.denoiser(process), KernelFlow(process, data)
    best = flow.stops[int(metrics.excess_risks(flow, truth, test).argmin())]
    clouds = {
        "fresh": fresh,
        "data": data.x_0,
        "exact": judge.samples(truth),
        "best": judge.samples(flow.at(best)),
    }
    row = {"best_stop": float(best), "surprise_exact": surprise(process, truth, fresh)}
    for name, cloud in clouds.items():
        row |= {f"{key}_{name}": value for key, value in judge.verdict(cloud).items()}
    for stop in STOPS:
        row |= {f"{k}_{stop}": v for k, v in at_stop(judge, flow.at(stop), test, fresh).items()}
    for name, stop in {"best": best, "last": STOPS[-1]}.items():
        parts = band_distances(judge, flow.at(stop), truth)
        row |= {f"{key}_{name}": value for key, value in parts}
    return row


def at_stop(judge: Judge, denoiser: Denoiser, test: Regression, fresh: Tensor) -> dict[str, float]:
    """What is measured at one stop: of the denoiser, of its samples, and of the ODE's density."""
    return {
        **judge.verdict(judge.samples(denoiser)),
        "surprise": surprise(judge.process, denoiser, fresh),
        "risk": metrics.excess_risk(denoiser, judge.law.denoiser(judge.process), test),
    }


def surprise(process: OrnsteinUhlenbeck, denoiser: Denoiser, fresh: Tensor) -> float:
    """Mean −log density of fresh points (n, d), noised up to t_min, under the ODE's law there.

    Less that of the exact denoiser it is, in the mean over points, the Kullback–Leibler divergence
    of the ODE's law from the truth at t_min.
    """
    x = process.perturb(
        fresh[:LIKELY].double(), process.t_min, generator=Generator().manual_seed(0)
    )
    return -float(log_likelihood(process, denoiser, x, steps=16).mean())


def band_distances(judge: Judge, learned: Denoiser, exact: Denoiser) -> Iterator[tuple[str, float]]:
    """Distances with the learned denoiser in one band only, and in all but one."""
    for name, band in BANDS.items():
        for word, inside, outside in (("only", learned, exact), ("but", exact, learned)):
            denoiser = spliced(judge.process, inside, outside, band)
            yield f"{word}_{name}", judge.distance(judge.samples(denoiser))


STUDY = Study.csv("quality", experiment, grid(**AXES))
table = STUDY.table
