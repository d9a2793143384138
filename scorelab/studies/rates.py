"""How the excess risk falls with the number of samples: one cell of the sweep, and its table.

``python -m scorelab.studies.rates`` remakes the table (``table`` reads it); a run that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Generator, Tensor

from .. import metrics, stopping, sweep, validate
from ..kernel import KernelFlow
from ..process import OrnsteinUhlenbeck
from ..targets import GaussianMixture

if TYPE_CHECKING:
    import pandas as pd

PATH = Path(__file__).parents[1] / "data" / "rates.csv"
AXES = {
    "dim": (1, 2, 3),
    "times": ("uniform", "log"),
    "n": (125, 177, 250, 354, 500, 707, 1000, 1414, 2000),  # a factor √2 from one to the next
    "seed": tuple(range(10)),
}
#: Stops at which the table holds the risk too, for drawing whole curves; few where they are flat.
MILESTONES = KernelFlow.stops[1:66:4] + KernelFlow.stops[68::12]
#: Noise levels √h that part the rows into low, middle and high ones.
LEVELS = (1 / 3, 2 / 3)
TEST = 2000


def experiment(dim: int, times: str, n: int, seed: int) -> dict[str, float]:
    """The kernel flow on n samples of three modes in ``dim`` dimensions, one noise draw each.

    Excess risks on 2000 fresh rows: ``best`` over all stops, at ``best_stop``; ``loo`` at the
    ``loo_stop`` of the leave-one-out rule; ``never``, after ten million steps; ``risk_1`` … at the
    milestones. At the best stop, too: ``bias``, the excess risk for exact labels; ``freedom``,
    tr S; and ``low``, ``middle`` and ``high``, the risk on rows of such noise levels.
    """
    process, law = OrnsteinUhlenbeck(), GaussianMixture.line(dim=dim)
    generator = Generator().manual_seed(10_000 * seed + n)  # cells share no draws
    data, fresh = (
        process.regression(law.sample(rows, generator=generator), times=times, generator=generator)
        for rows in (n, TEST)
    )
    truth, flow = law.denoiser(process), KernelFlow(process, data)
    errors = (flow.predict(fresh.t, fresh.x_t) - truth(fresh.t, fresh.x_t)).square().sum(2).double()
    risks, loo = errors.mean(1), stopping.loo(flow)
    best = int(risks.argmin())
    without_noise = flow.with_labels(truth(data.t, data.x_t)).at(flow.stops[best])
    level = torch.bucketize(process.h(fresh.t).sqrt(), torch.tensor(LEVELS))
    parts = {name: errors[best, level == k] for k, name in enumerate(("low", "middle", "high"))}
    return {
        "best": float(risks[best]),
        "best_stop": flow.stops[best],
        "loo": float(risks[flow.stops.index(loo)]),
        "loo_stop": loo,
        "never": float(risks[-1]),
        "bias": metrics.excess_risk(without_noise, truth, fresh),
        "freedom": float(flow.fitted(flow.stops[best]).sum()),
        **{name: float(part.mean()) for name, part in parts.items()},
        **{f"risk_{m}": float(risks[flow.stops.index(m)]) for m in MILESTONES},
    }


def guaranteed_slope(dim: int) -> float:
    """−(d + 2)/(2d + 3): the excess risk at the right stop falls at least like n to this power.

    For a truth in the kernel's space. Derived from the eigenvalue decay i^{−(d+2)/(d+1)} of the
    kernel (Li, Yu, Chen, Lin 2023); the right stop grows like n to minus this power. Raises
    ValueError unless d is a whole number of at least 1.
    """
    validate.count("dim", dim)
    return -(dim + 2) / (2 * dim + 3)


class Fit(NamedTuple):
    """y = e^{intercept} · x^{slope}; ``margin`` is the half width of the slope's 95 % band."""

    slope: float
    margin: float
    intercept: float

    def __call__(self, x: Tensor | float) -> Tensor:
        """The y of the fitted line at x > 0, in the shape of x."""
        return torch.as_tensor(x).double() ** self.slope * math.exp(self.intercept)


def fit(x: Tensor, y: Tensor) -> Fit:
    """The straight line through log y against log x by least squares, for x and y (n,) above 0.

    The band takes the scatter around the line as normal and equal everywhere, with n − 2 degrees
    of freedom (standard). Raises ValueError for fewer than three points, shapes that do not match,
    or numbers that are not above 0.
    """
    from scipy.stats import t  # it takes a while to import: only who fits pays for it

    x, y = (torch.as_tensor(values).double() for values in (x, y))
    validate.shape("y", y, (len(x),))
    validate.require(len(x) > 2, "len(x)", len(x), "must be at least 3")
    for name, values in (("x", x), ("y", y)):
        validate.require(bool((values > 0).all()), name, float(values.min()), "must be above 0")
    x, y = x.log(), y.log()
    across = x - x.mean()
    slope = float(across @ y / across.square().sum())
    intercept = float(y.mean() - slope * x.mean())
    scatter = float((y - intercept - slope * x).square().sum()) / (len(x) - 2)
    error = math.sqrt(scatter / float(across.square().sum()))
    return Fit(slope, float(t.ppf(0.975, len(x) - 2)) * error, intercept)


def table() -> pd.DataFrame:
    """The precomputed table: a row for each dim, times, n and seed."""
    import pandas as pd

    return pd.read_csv(PATH)


if __name__ == "__main__":
    sweep.remake("scorelab.studies.rates")
