"""Rows of a table as points with normal coordinates, and back.

A column's values are sorted, and each owns the interval of ranks that it holds in the table the
code was made from: a value that 17.6 % of the rows have, as the zero of a payment has, owns 17.6 %
of [0, 1]. A row's coordinate is Φ⁻¹ of a rank drawn at random from its value's interval. So every
coordinate is N(0, 1), spikes included, and Φ of it lies in one interval only, which gives the value
back. It is the randomised probability integral transform (standard); to use one code for
numbers, for ordered codes and for unordered ones, whose order is then arbitrary, is our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from scorelab.validate import points, seeded

from .table import CATEGORICAL, CODES, COLUMNS, check

if TYPE_CHECKING:
    import pandas as pd

#: A rank stays this share of its interval away from the ends, so that rounding cannot move it over.
MARGIN = 1e-3


class Ranks:
    """The intervals of ranks of one column: ``values`` (k,) rising, ``edges`` (k + 1,) from 0 to 1.

    Value i owns [edges[i], edges[i + 1]).
    """

    def __init__(self, column: Tensor) -> None:
        self.values, counts = column.unique(return_counts=True)
        ends = counts.cumsum(0).double() / len(column)
        self.edges = torch.cat((ends.new_zeros(1), ends))

    def encode(self, column: Tensor, u: Tensor) -> Tensor:
        """Φ⁻¹ of a rank in each value's interval, at the share ``u`` (n,) of it; (n,) float64.

        A value that has no interval takes that of the next larger one, or of the largest.
        """
        i = torch.searchsorted(self.values, column).clamp_max(len(self.values) - 1)
        low, high = self.edges[i], self.edges[i + 1]
        return torch.special.ndtri(low + (high - low) * (MARGIN + (1 - 2 * MARGIN) * u))

    def decode(self, scores: Tensor) -> Tensor:
        """The values whose intervals hold Φ(scores), (n,) int64."""
        i = torch.searchsorted(self.edges, torch.special.ndtr(scores), right=True) - 1
        return self.values[i.clamp(0, len(self.values) - 1)]


class Encoding:
    """A code for the columns of a credit table, made from the rows of ``frame``.

    Points have one coordinate for each of `COLUMNS`, in that order: d = 24. Raises ValueError as
    `check` does, and for a frame without rows.
    """

    dim = len(COLUMNS)

    def __init__(self, frame: pd.DataFrame) -> None:
        self.ranks = [Ranks(column) for column in _columns(frame)]

    def encode(self, frame: pd.DataFrame, *, generator: Generator | None = None) -> Tensor:
        """Points (n, 24), float64, for the rows of a frame; ``generator`` draws ranks inside ties.

        `decode` gives rows of the frame that the code was made from back exactly. Of other rows a
        number comes back as its neighbour in rank; a code that was never seen has no place, and
        is a ValueError.
        """
        columns = _columns(frame)
        for name, column, ranks in zip(COLUMNS, columns, self.ranks, strict=True):
            if name in CODES and not (known := torch.isin(column, ranks.values)).all():
                value = int(column[~known][0])
                raise ValueError(f"frame[{name!r}] holds {value}: the encoding never saw it")
        u = torch.rand((len(frame), self.dim), generator=seeded(generator), dtype=torch.float64)
        coded = (r.encode(c, s) for r, c, s in zip(self.ranks, columns, u.T, strict=True))
        return torch.stack(list(coded), 1)

    def decode(self, x: Tensor) -> pd.DataFrame:
        """The rows that points (n, 24) stand for, as `load` gives them. Any finite point does.

        Raises ValueError for another shape or numbers that are not finite.
        """
        import pandas as pd

        columns = points("x", x, dim=self.dim).cpu().double().T
        decoded = {
            name: ranks.decode(column.contiguous()).numpy()
            for name, column, ranks in zip(COLUMNS, columns, self.ranks, strict=True)
        }
        return pd.DataFrame(decoded).astype(dict.fromkeys(CATEGORICAL, "category"))


def normal_scores(x: Tensor) -> Tensor:
    """Points (n, d) with each coordinate's values replaced by the normal scores of their ranks.

    Φ⁻¹((rank + ½)/n), ranks from 0. The coordinates of an `Encoding` are N(0, 1), which a sampler
    reaches only about; this gives the margins back and keeps all orders. The points are then no
    longer independent of each other. Its use here is our choice. Raises ValueError unless x is
    finite.
    """
    ranks = points("x", x).argsort(dim=0, stable=True).argsort(0)
    return torch.special.ndtri((ranks + 0.5).double() / len(x)).to(x)


def _columns(frame: pd.DataFrame) -> list[Tensor]:
    """The columns as int64 tensors (n,), checked."""
    check(frame)
    return [torch.tensor(frame[name].astype("int64").to_numpy()) for name in COLUMNS]
