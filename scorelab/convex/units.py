"""Neurons of unit length, and what a search for the best of them offers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Units:
    """Neurons σ(w · x + b) of unit length: w (m, d) and b (m,).

    ``slope`` (m, k), or zeros (m, 1): with weights a it adds slope · a to Σ_i div s(x_i).
    """

    w: Array
    b: Array
    slope: Array

    def features(self, x: Array, activation: str) -> Array:
        """σ(x w + b) for x (n, d), shape (n, m)."""
        pre = x @ self.w.T + self.b
        return np.maximum(pre, 0) if activation == "relu" else np.abs(pre)


class Offer(NamedTuple):
    """Units, what each of them earns (m,), the most that an allowed unit earns, and that any can.

    What a unit earns for residuals Z (n, k) is ‖Zᵀσ − slope‖.
    """

    units: Units
    earned: Array
    most: float
    bound: float


U = TypeVar("U", bound=Units)


def join(*parts: U) -> U:
    """Several sets of units as one."""
    names = [each.name for each in fields(parts[0])]
    return type(parts[0])(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def pick(units: U, which: Flags | Whole) -> U:
    """Some of the units."""
    return type(units)(*(getattr(units, each.name)[which] for each in fields(units)))


def size(values: Array) -> float:
    """The power of two next to the spread of values (n, k) about their means; 1 where all agree."""
    if not np.ptp(values, axis=0).any():
        return 1.0
    away = values - values.mean(0)
    most = np.abs(away).max()  # whose square may be no number
    return float(2.0 ** np.round(np.log2(most) + np.log2((away / most).std())))
