"""How the excess risk falls with the number of samples: one cell of the sweep, and its table.

``python -m scorelab.studies rates`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

import torch
from torch import Generator

from .. import metrics, stopping, validate
from ..kernel import KernelFlow
from ..process import OrnsteinUhlenbeck
from ..sweep import Study, grid
from ..targets import GaussianMixture

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


STUDY = Study.csv("rates", experiment, grid(**AXES))
table = STUDY.table
