"""Whether synthetic rows give away who was trained on: distances, and two membership attacks.

An attacker has the synthetic rows, some rows of people who were certainly not trained on, and
somebody's row; he says how sure he is that it was among the training rows. He may know all but the
model. An attack that finds nothing proves nothing: show that it finds copies (`study` does).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from scorelab.validate import require

from .scores import as_numbers, boosted_trees
from .table import CODES, COLUMNS, NUMERIC, check

if TYPE_CHECKING:
    import pandas as pd

#: Rows of distances that are held at once.
ROWS = 256
#: The share of false alarms that an attacker is allowed, and of real distances that are small.
ALARMS, CLOSE = 0.01, 0.05


class Distance:
    """How far rows are from rows: over columns, the difference in rank, or 1 for codes that differ.

    The rank of a number is its place among the numbers of ``known`` rows, as a share (our choice).
    """

    def __init__(self, known: pd.DataFrame) -> None:
        self.sorted = {name: torch.tensor(known[name].to_numpy()).sort().values for name in NUMERIC}

    def nearest(self, one: pd.DataFrame, other: pd.DataFrame) -> tuple[Tensor, Tensor]:
        """The distance of each row of one table to the nearest of the other, both ways."""
        (ranks, codes), (far_ranks, far_codes) = (self._places(check(f)) for f in (one, other))
        near, back = [], torch.full((len(other),), torch.inf)
        for r, c in zip(ranks.split(ROWS), codes.split(ROWS), strict=True):
            apart = torch.cdist(r, far_ranks, p=1).addmm_(c, far_codes.T, alpha=-1)
            near.append(apart.min(1).values)
            back = torch.minimum(back, apart.min(0).values)
        return _exact(torch.cat(near)), _exact(back)

    def _places(self, frame: pd.DataFrame) -> tuple[Tensor, Tensor]:
        """The numbers as mid-ranks in [0, 1], (n, 14), and the codes, one-hot, (n, all levels)."""
        ranks, codes = [], []
        for name in COLUMNS:
            column = torch.tensor(frame[name].astype("int64").to_numpy())
            if name in CODES:
                codes.append(column[:, None] == torch.tensor(CODES[name]))
            else:
                seen = self.sorted[name]
                low, high = (torch.searchsorted(seen, column, right=r) for r in (False, True))
                ranks.append((low + high) / (2 * len(seen)))
        return torch.stack(ranks, 1).float(), torch.cat(codes, 1).float()


def _exact(less: Tensor) -> Tensor:
    """A distance from what it is less the number of codes, without float32's last digits: a copy
    is at 0.
    """
    return (less + len(CODES)).mul(1e5).round().div(1e5)


def dcr(made: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> float:
    """Distance to closest record: the share of made rows that are nearer to a training row.

    Than to any hold-out row: one half where nothing was copied, 1 where all was. Raises ValueError
    unless ``train`` and ``holdout`` are of the same size: the larger would be nearer by chance.
    """
    sizes = len(train), len(holdout)
    require(sizes[0] == sizes[1], "len(train), len(holdout)", sizes, "must be equal")
    nearest = Distance(train).nearest
    return nearer(nearest(made, train)[0], nearest(made, holdout)[0])[0]


def nearer(near: Tensor, far: Tensor) -> tuple[float, float]:
    """The share of rows whose ``near`` (n,) is below its ``far`` (n,), and its standard error.

    A tie counts half. With the distances to training and hold-out rows it is the DCR.
    """
    require(near.shape == far.shape, "near.shape", tuple(near.shape), f"must be {tuple(far.shape)}")
    closer = (near < far).double() + (near == far).double() / 2
    return float(closer.mean()), float(closer.std() / len(closer) ** 0.5)


def close_share(near: Tensor, real: Tensor) -> float:
    """The share of synthetic rows nearer to a training row than 5 % of fresh real rows are.

    ``near`` (n,) and ``real`` (m,) are distances to the nearest training row. 5 % where synthetic
    rows are as far from training rows as fresh ones are. A few copies are lost in a mean, and in
    DCR; here they are not.
    """
    return float((near <= real.quantile(CLOSE)).double().mean())


@dataclass(frozen=True)
class Attack:
    """How well an attack tells members: ``auc`` (½: not at all) and ``tpr`` at 1 % false alarms.

    ``auc_error`` and ``tpr_error`` are standard errors for these people (not for other models).
    """

    auc: float
    auc_error: float
    tpr: float
    tpr_error: float


def attack(members: Tensor, others: Tensor) -> Attack:
    """Judge an attack by how sure it was of members (n,) and of others (m,): larger is surer."""
    ranked, order = others.double().sort().values, members.double()
    below = torch.searchsorted(ranked, order, right=False)
    upto = torch.searchsorted(ranked, order, right=True)
    wins = (below + upto) / (2 * len(others))  # for each member, the share of others it beats
    mine = members.double().sort().values
    losses = (torch.searchsorted(mine, others.double()) + torch.searchsorted(
        mine, others.double(), right=True
    )) / (2 * len(members))  # fmt: skip
    auc_error = (wins.var() / len(members) + losses.var() / len(others)).sqrt()  # DeLong
    alarm = ranked.quantile(1 - ALARMS)
    tpr = float((order > alarm).double().mean())
    # The threshold is an estimate, too: its error counts as that of as many members.
    tpr_error = (tpr * (1 - tpr) / len(members) + ALARMS * (1 - ALARMS) / len(others)) ** 0.5
    return Attack(float(wins.mean()), float(auc_error), tpr, tpr_error)


def by_distance(to_made: Tensor, to_known: Tensor) -> Tensor:
    """How sure the attacker is of each person (n,): nearer to synthetic rows than to known ones.

    The distance to the nearest row that was certainly not trained on is what he would expect, and
    the calibration takes it away.
    """
    return to_known - to_made


def by_density(
    made: pd.DataFrame, known: pd.DataFrame, people: pd.DataFrame, seed: int = 0
) -> Tensor:
    """How sure he is of each of the people (n,): the log density ratio of synthetic to known rows.

    Boosted trees estimate it, by telling synthetic from known rows (as DOMIAS: van Breugel and
    others, 2023, do with density models).
    """
    import numpy as np

    rows = np.concatenate([as_numbers(made), as_numbers(known)])
    kind = np.repeat((1, 0), (len(made), len(known)))
    with threadpool_limits(1):
        trees = boosted_trees(seed).fit(rows, kind)
        return torch.tensor(trees.decision_function(as_numbers(people)))
