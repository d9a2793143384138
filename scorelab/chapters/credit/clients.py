"""The experiment of notebook 10: rows that share clients, and a hold-out that a reader chooses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from scorelab import metrics
from scorelab.credit import framework, small
from scorelab.kernel import KernelFlow
from scorelab.process import Regression
from scorelab.validate import require

#: Clients that are trained on, and noises of each.
CLIENTS, DRAWS = 54, 10
SEEDS = range(3)


@lru_cache(maxsize=len(SEEDS))
def _rows(seed: int) -> tuple[small.Small, Regression, Regression]:
    """A small run, rows of `CLIENTS`, row i of client i % CLIENTS, and rows of other clients."""
    run = small.Small("independent", 300, 1, seed, others=300)
    people, fresh = run.half.fit[:CLIENTS], run.half.fit[CLIENTS:]
    data, truth = (
        framework.labels(run.band, run.form, x, draws, generator=run.half.generator)
        for x, draws in ((people, DRAWS), (fresh, 3))
    )
    return run, data, truth


def wasted(hold_out: Callable[[Tensor], Any]) -> float:
    """How much more than the least error new clients have at the stop that a hold-out chooses.

    ``hold_out`` gets the client of each row, (540,), and says which rows are put aside, a tenth to
    a third of them. The flow trains on the others. The ratio's mean over `SEEDS`.
    """
    ratios = []
    for seed in SEEDS:
        run, data, truth = _rows(seed)
        aside = torch.as_tensor(hold_out(torch.arange(len(data.t)) % CLIENTS))
        _check(aside, len(data.t))
        flow = KernelFlow(run.band, _only(data, ~aside), features=run.features)
        risks = metrics.holdout_risks(flow, truth)
        chosen = int(metrics.holdout_risks(flow, _only(data, aside)).argmin())
        ratios.append(float(risks[chosen] / risks.min()))
    return sum(ratios) / len(ratios)


def _check(aside: Tensor, n: int) -> None:
    require(aside.dtype == torch.bool, "hold_out(client).dtype", aside.dtype, "must be torch.bool")
    require(aside.shape == (n,), "hold_out(client).shape", tuple(aside.shape), f"must be {(n,)}")
    share = float(aside.double().mean())
    allowed = "must be at least a tenth of the rows, and at most a third"
    require(0.09 <= share <= 0.34, "share put aside", round(share, 3), allowed)


def _only(data: Regression, rows: Tensor) -> Regression:
    return Regression(data.t[rows], data.x_t[rows], data.x_0[rows])
