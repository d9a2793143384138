"""The two nouns that hold the course together: a denoiser, and a path of denoisers.

A *denoiser* estimates the clean point behind a noisy one. A *path* is a denoiser at every stopping
time: a recorded network or a flow. Where a denoiser's numbers lie on one device, it is a *placed*
one and says where: it takes queries from there alone, and sampling starts there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from . import validate


class Denoiser(Protocol):
    """``f(t, x)`` with t (n,) and x (n, d), returning (n, d): an estimate of E[X_0 | X_t = x]."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """The estimate for every row."""
        ...


def answer(denoiser: Denoiser, t: Tensor, x: Tensor) -> Tensor:
    """f(t, x), which must have the shape of x (n, d): another would be broadcast to a wrong number.

    Raises ValueError with both shapes, or where it is not finite (on a card nobody looks). Every
    function of the package asks denoisers through this.
    """
    validate.require(callable(denoiser), "denoiser", denoiser, "must be a function of (t, x)")
    f = denoiser(t, x)
    shape = tuple(f.shape) if isinstance(f, Tensor) else type(f).__name__
    allowed = f"must be that of x, {tuple(x.shape)}"
    validate.require(shape == tuple(x.shape), "denoiser(t, x).shape", shape, allowed)
    return validate.rows("denoiser(t, x)", f)


@runtime_checkable
class Placed(Denoiser, Protocol):
    """A denoiser that takes t and x on its own device only; any other follows its queries."""

    @property
    def device(self) -> torch.device:
        """Where its numbers lie."""
        ...


class Path(Protocol):
    """A denoiser at every stopping time."""

    @property
    def stops(self) -> tuple[int, ...]:
        """The stops that are recorded, or searched by default: rising step counts."""
        ...

    def at(self, step: int) -> Denoiser:
        """The denoiser after ``step`` steps of gradient descent."""
        ...

    def train_loss(self, step: int) -> float:
        """The training loss L = ‖f − X_0‖² / (2n) after ``step`` steps."""
        ...

    def predict(self, t: Tensor, x: Tensor) -> Tensor:
        """Predictions at queries t (m,), x (m, d) at every stop, shape (T, m, d)."""
        ...

    def replay(self, t: Tensor, x: Tensor) -> Callable[[int], Tensor]:
        """Predictions at fixed queries t (m,), x (m, d) as a function of the step, each (m, d)."""
        ...


def log_stops(last: int, count: int = 60) -> tuple[int, ...]:
    """0, then about ``count`` distinct whole numbers evenly spaced in log from 1 to ``last``."""
    validate.count("last", last)
    validate.count("count", count, least=2, most=10**6)
    spaced = torch.logspace(0, math.log10(last), count, dtype=torch.float64).round().long()
    return (0, *spaced.unique().tolist())
