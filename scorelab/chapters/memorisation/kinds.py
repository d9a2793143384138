"""What samples are, over all numbers of points and draws: the shipped map, at any stop."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from scorelab.explore.figures import Array
from scorelab.studies import memorisation_map as study

#: What a sample may be, from the lowest in a square of the map to the highest.
KINDS = ("copies", "off the law", "on the law")
#: Truth, memory and noise, by the names of their colours, with an opacity each: parts of a stack
#: differ in lightness, too, for those who do not see red. And what the kinds are made of.
SHADES = {"truth": 0.2, "overfit": 0.85, "noise": 0.5}
MADE_OF = ("overfit", "noise", "truth")


class Kinds(NamedTuple):
    """Over n and M: the shares of the kinds (3, 4, 5), and the memorised share of fresh data."""

    shares: Array
    chance: Array


def kinds_at(dim: int, stop: float) -> Kinds:
    """The map of a dimension at a stop, between two milestones linear in the step's logarithm."""
    known, chance = _measured(dim)
    at = np.interp(np.log(stop), np.log(study.MILESTONES), np.arange(len(study.MILESTONES)))
    low = min(int(at), len(study.MILESTONES) - 2)
    copies, off = (1 - at + low) * known[low] + (at - low) * known[low + 1]
    return Kinds(np.stack((copies, off, 1 - copies - off)), chance)


@cache
def _measured(dim: int) -> tuple[Array, Array]:
    """Copies and off the law at the milestones, (T, 2, 4, 5); chance (4, 5); means of seeds."""
    table = study.table()
    mean = table[table["dim"] == dim].groupby(["n", "draws"], sort=True).mean()
    shape = len(study.AXES["n"]), len(study.AXES["draws"])
    known = [
        [np.asarray(mean[f"{kind}_{stop}"]).reshape(shape) for kind in ("copies", "off")]
        for stop in study.MILESTONES
    ]
    return np.array(known), np.asarray(mean["chance"]).reshape(shape)
