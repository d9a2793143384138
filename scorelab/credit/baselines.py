"""Synthetic rows from no denoiser at all: what every model has to be compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from .half import Half

if TYPE_CHECKING:
    import pandas as pd


def real(half: Half) -> pd.DataFrame:
    """The training rows themselves, as if they were synthetic: what a perfect model would get."""
    return half.rows


def copied(half: Half) -> pd.DataFrame:
    """Training rows drawn with replacement."""
    n = len(half.rows)
    chosen = torch.randint(n, (n,), generator=half.generator).numpy()
    return half.rows.iloc[chosen].reset_index(drop=True)


def independent(half: Half) -> pd.DataFrame:
    """Each column in an order of its own."""
    n = len(half.rows)
    orders = {name: torch.randperm(n, generator=half.generator).numpy() for name in half.rows}
    return half.rows.apply(lambda c: c.iloc[orders[c.name]].reset_index(drop=True))


def copula(half: Half) -> pd.DataFrame:
    """A Gaussian copula: normal scores with the training rows' covariance."""
    root = torch.linalg.cholesky(torch.cov(half.x.T))
    noise = torch.randn(half.x.shape, generator=half.generator)
    return half.code.decode(noise @ root.T)


BASELINES: dict[str, Callable[[Half], pd.DataFrame]] = {
    "real": real,
    "copied rows": copied,
    "independent columns": independent,
    "Gaussian copula": copula,
}
