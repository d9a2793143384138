"""Laws on the line and in the plane: noised density, score and distance to noise, fast on a grid.

All are `targets` of equal parts, mixtures or the rows of a table, whose law at time t is a mixture
with centres m_k and one variance v. With the posterior weights r_k(x) ∝ N(x; m_k, v I) its score is
(E_r[m] − x) / v (standard), and the derivative of the score is Cov_r(m) / v² − I / v (derived in
the course). On a grid all of it comes from sums of products of bells, for 30,000 centres too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from scorelab import credit
from scorelab.explore.figures import Array
from scorelab.explore.replay.setting import CREDIT, MIXTURES, PROCESS
from scorelab.targets import Empirical, GaussianMixture

LINES = {
    "one Gaussian, d = 1": GaussianMixture([[1.0]], 0.5),
    "three modes, d = 1": GaussianMixture.line(),
}
TARGETS = [*MIXTURES, CREDIT, *LINES]
#: The grids. Every fifth point of the plane's, from −2.6 to 2.6, is one of ``plane.GRID``.
STEP = 0.104
XS, YS = (STEP * torch.arange(-k, k + 1, dtype=torch.float64) for k in (35, 29))
LINE = torch.linspace(-3.64, 3.64, 281, dtype=torch.float64)
#: Points of the sample, by dimension.
SAMPLE = {1: 2000, 2: 500}


class Field(NamedTuple):
    """On a grid: the density, the score (…, d), and its least and largest slope.

    The slopes are the eigenvalues of the score's derivative. The grid's shape is (281,) on the
    line and (59, 71), rows along the second axis, in the plane.
    """

    density: Array
    score: Array
    least: Array
    largest: Array

    @property
    def steepness(self) -> Array:
        """The largest slope where it is positive: there the law is not log-concave. Else the least.

        Its sign says which of both, its size how fast the score leads apart, or together.
        """
        return np.where(self.largest > 0, self.largest, self.least)


@dataclass(frozen=True)
class Law:
    """An ``exact`` law of equal parts, sorted by their first coordinate, and a sample of it.

    ``clean`` (n, d) is the sample.
    """

    exact: GaussianMixture | Empirical
    clean: Tensor

    @property
    def centres(self) -> Tensor:
        """The centres of the parts (k, d), float64."""
        return self.exact.x0 if isinstance(self.exact, Empirical) else self.exact.means

    @property
    def dim(self) -> int:
        """The number of dimensions, 1 or 2."""
        return self.centres.shape[1]

    def at(self, t: float) -> tuple[Tensor, float]:
        """Centres (k, d) and variance of the parts of the law of X_t."""
        noised = self.exact.noised(PROCESS, torch.tensor(t, dtype=torch.float64))
        return noised.means, float(noised.stds[0] ** 2)

    def noised(self, t: float) -> Array:
        """The sample at time t, (n, d), with the same noise at all times: it moves, and no more."""
        noise = Generator().manual_seed(3)
        return PROCESS.perturb(self.clean, t, generator=noise).numpy()

    def field(self, t: float) -> Field:
        """Density and score of X_t on the grid."""
        return (line_field if self.dim == 1 else self.plane_field)(*self.at(t))

    @cached_property
    def columns(self) -> list[int]:
        """How many centres have each first coordinate: credit limits are round numbers."""
        return self.centres[:, 0].unique_consecutive(return_counts=True)[1].tolist()

    def plane_field(self, m: Tensor, v: float) -> Field:
        """``field`` for centres m (k, 2) and variance v.

        The density of a part is a product of one bell in x and one in y. So the bells in y, times
        1, m_y and m_y², are added up over the centres that share m_x, once for all x.
        """
        y = m[:, 1]
        powers, fy = torch.stack((y**0, y, y**2)), bells(y, YS, v)
        parts = zip(powers.split(self.columns, 1), fy.split(self.columns), strict=True)
        sums = torch.stack([power @ bell for power, bell in parts], 1)  # (3, columns, rows of YS)
        x = m[:, 0].unique_consecutive()
        fx = bells(XS, x, v)

        def total(i: int, j: int) -> Tensor:
            """Σ_k m_x^i m_y^j N(·; m_k, v), without the factor of the density."""
            return (fx * x**i @ sums[j]).T

        mass = total(0, 0)
        mx, my, mxx, mxy, myy = (
            total(i, j) / mass for i, j in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
        )
        score = torch.stack((mx - XS, my - YS[:, None]), dim=2) / v
        a, b, c = ((mxx - mx**2) / v - 1) / v, (mxy - mx * my) / v**2, ((myy - my**2) / v - 1) / v
        middle, apart = (a + c) / 2, torch.hypot((a - c) / 2, b)  # of the two eigenvalues
        return _arrays(mass / (len(m) * 2 * math.pi * v), score, middle - apart, middle + apart)

    def distances(self, times: Sequence[float]) -> Array:
        """The sliced 1-Wasserstein distance of the law of X_t to N(0, I) at each of some times.

        It is ∫|F − Φ| by quadrature, for the distribution functions F of the projections.
        """
        u = torch.linspace(-6, 6, 121, dtype=torch.float64)
        noise = torch.special.ndtr(u)[:, None]
        found = []
        for t in times:
            alpha, v = float(PROCESS.alpha(t)), self.at(t)[1]
            away = (u[:, None, None] - alpha * self.shadows) / math.sqrt(v)
            apart = (torch.special.ndtr(away).mean(1) - noise).abs()
            found.append(float(torch.trapezoid(apart, u, dim=0).mean()))
        return np.array(found)

    @cached_property
    def shadows(self) -> Tensor:
        """The centres' projections in eight directions of the plane, sorted; on the line, itself.

        For a table 150 averages of neighbours stand for all rows.
        """
        angle = (torch.arange(8, dtype=torch.float64) + 0.5) * (math.pi / 8)
        axes = torch.stack((angle.cos(), angle.sin()))
        shadows = (self.centres @ axes if self.dim == 2 else self.centres).sort(dim=0).values
        if len(shadows) <= 150:
            return shadows
        return torch.stack([part.mean(0) for part in shadows.tensor_split(150)])


def line_field(m: Tensor, v: float) -> Field:
    """``Law.field`` on the line, for centres m (k, 1) and variance v."""
    m = m[:, 0]
    bell = bells(LINE, m, v)
    mass = bell.sum(1)
    mean, square = bell @ m / mass, bell @ m**2 / mass
    density = mass / (len(m) * math.sqrt(2 * math.pi * v))
    slope = ((square - mean**2) / v - 1) / v
    return _arrays(density, ((mean - LINE) / v)[:, None], slope, slope)


def bells(a: Tensor, b: Tensor, v: float) -> Tensor:
    """exp(−(a_i − b_j)² / 2v), (len(a), len(b))."""
    return (a[:, None] - b).square_().mul_(-1 / (2 * v)).exp_()


def _arrays(*fields: Tensor) -> Field:
    return Field(*(field.numpy() for field in fields))


@lru_cache(maxsize=8)
def law(target: str) -> Law:
    """The law of a target, one of ``TARGETS``; the table's is that of all its rows."""
    draws = Generator().manual_seed(0)
    if target == CREDIT:
        rows = credit.limit_and_bill()
        clean = rows[torch.randperm(len(rows), generator=draws)[: SAMPLE[2]]]
        return Law(Empirical(rows[rows[:, 0].argsort(stable=True)].double()), clean)
    mixture = {**MIXTURES, **LINES}[target]
    clean = mixture.sample(SAMPLE[mixture.dim], generator=draws)
    centres = mixture.means[mixture.means[:, 0].argsort(stable=True)]
    return Law(GaussianMixture(centres, mixture.stds), clean)
