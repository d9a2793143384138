"""One half of the table, to learn from, and the other, to judge by."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Generator, Tensor

from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck
from scorelab.sampling import sample

from .encoding import Encoding
from .framework import T_MAX, T_MIN
from .table import load

#: Steps of the ancestral sampler.
STEPS = 50
PROCESS = OrnsteinUhlenbeck(T_MIN, T_MAX)


class Half:
    """The training half of a seed: its ``rows``, the ``other`` half, the code, and the points.

    For a quick look, ``rows`` of one half and ``others`` of the other. ``x`` (n, 24) are the coded
    rows, of which a tenth, ``holdout``, is put aside and ``fit`` is left. ``generator`` draws all
    that is random afterwards.
    """

    def __init__(self, seed: int, rows: int = 15_000, others: int = 15_000) -> None:
        self.generator, table = Generator().manual_seed(seed), _table()
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
            PROCESS, denoiser, len(self.other), self.code.dim, STEPS, generator=self.generator
        )


_table = lru_cache(maxsize=1)(load)
