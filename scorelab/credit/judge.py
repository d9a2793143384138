"""All scores of one synthetic table, against one part of the rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from torch import Tensor

from . import privacy, scores
from .half import Half

if TYPE_CHECKING:
    import pandas as pd


def quality(real: pd.DataFrame, made: pd.DataFrame) -> dict[str, float]:
    """The scores of quality against real rows: shape, trend, information, c2st, tstr."""
    return {
        "shape": scores.shape_error(real, made),
        "trend": scores.trend_error(real, made),
        "information": scores.information_error(real, made),
        "c2st": scores.c2st(real, made),
        "tstr": scores.tstr_auc(made, real),
    }


class Attacked:
    """A half whose members an attacker looks for: what does not depend on the synthetic rows.

    ``members`` were trained on, ``others`` are as many of the judging half, or half of it, and
    ``known`` is the rest of it, which the attacker has.
    """

    def __init__(self, half: Half) -> None:
        part, first = len(half.other) // 2, len(half.holdout)
        self.half, self.distance = half, privacy.Distance(half.rows)
        self.people = slice(first, first + part)
        self.known = half.other.tail(len(half.other) - part)
        self.members, self.others = half.rows.iloc[self.people], half.other.head(part)

    @cached_property
    def fresh(self) -> Tensor:
        """The distances of the judging half to the nearest training row, (n,)."""
        return self.distance.nearest(self.half.other, self.half.rows)[0]

    @cached_property
    def expected(self) -> tuple[Tensor, Tensor]:
        """The distances of members and others to the nearest known row."""
        people = (self.members, self.others)
        members, others = (self.distance.nearest(each, self.known)[0] for each in people)
        return members, others

    def scores(self, made: pd.DataFrame) -> dict[str, float]:
        """What synthetic rows give away: dcr, close (shares), both attacks; errors in ``_se``."""
        near, to_rows = self.distance.nearest(made, self.half.rows)
        far, to_other = self.distance.nearest(made, self.half.other)
        share, error = privacy.nearer(near, far)
        members, others = to_rows[self.people], to_other[: len(self.others)]
        sure = [
            privacy.by_distance(*pair)
            for pair in zip((members, others), self.expected, strict=True)
        ]
        guessed = [privacy.by_density(made, self.known, p) for p in (self.members, self.others)]
        return {
            "dcr": share,
            "dcr_se": error,
            "close": privacy.close_share(near, self.fresh),
            **_named("distance", privacy.attack(*sure)),
            **_named("density", privacy.attack(*guessed)),
        }


def _named(name: str, found: privacy.Attack) -> dict[str, float]:
    return {
        f"{name}_auc": found.auc,
        f"{name}_auc_se": found.auc_error,
        f"{name}_tpr": found.tpr,
        f"{name}_tpr_se": found.tpr_error,
    }
