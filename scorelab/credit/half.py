"""The table in three parts: one to learn from, one to judge by, one untouched until the end."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck
from scorelab.sampling import sample

from .encoding import Encoding
from .framework import T_MAX, T_MIN
from .table import load

if TYPE_CHECKING:
    import pandas as pd

#: Steps of the ancestral sampler.
STEPS = 50
#: Rows kept for the end, and what their order is drawn from.
KEPT, FINAL = 10_000, 2009
PROCESS = OrnsteinUhlenbeck(T_MIN, T_MAX)


def final() -> pd.DataFrame:
    """The 10,000 rows, the same for all seeds, that no seed learns from or is judged by."""
    return _parts()[1]


class Half:
    """The training half of a seed: its ``rows``, the ``other`` half, the code, and the points.

    The halves are of the 20,000 rows that are not `final`, or of a ``table``. For a quick look,
    ``rows`` of one half and ``others`` of the other. ``x`` (n, 24) are the coded rows, of which a
    tenth, ``holdout``, is put aside and ``fit`` is left. ``generator`` draws all that is random
    afterwards.
    """

    def __init__(
        self,
        seed: int,
        rows: int = 10_000,
        others: int = 10_000,
        table: pd.DataFrame | None = None,
    ) -> None:
        self.generator = Generator().manual_seed(seed)
        table = _parts()[0] if table is None else table
        order = torch.randperm(len(table), generator=self.generator).numpy()
        self.rows, self.other = (
            table.iloc[part].reset_index(drop=True) for part in (order[:rows], order[-others:])
        )
        self.code = Encoding(self.rows)
        self.x = self.code.encode(self.rows, generator=self.generator).float()
        self.holdout, self.fit = self.x[: rows // 10], self.x[rows // 10 :]

    def sample(self, denoiser: Denoiser) -> Tensor:
        """As many synthetic points as there are rows to judge them, (n, 24)."""
        return sample(
            PROCESS,
            denoiser,
            len(self.other),
            self.code.dim,
            STEPS,
            "ancestral",
            schedule="log",
            generator=self.generator,
        )


@lru_cache(maxsize=1)
def _parts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that seeds halve, and the final part, by an order that never changes."""
    table = load()
    order = torch.randperm(len(table), generator=Generator().manual_seed(FINAL)).numpy()
    halved, kept = (
        table.iloc[part].reset_index(drop=True) for part in (order[KEPT:], order[:KEPT])
    )
    return halved, kept
