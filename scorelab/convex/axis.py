"""All neurons that can matter for points on a line with several outputs, and the best of them."""

from __future__ import annotations

import numpy as np

from .units import Array, Flags, Offer, Units


class Axis:
    """Units σ(±(x − p)) for points x (n, 1), with a kink at each place p: others are not needed.

    Between two data what a unit earns is a convex function of its kink, as in the plane.
    ``allowed`` are the patterns (n, P) that units may have, with their own place counted as active
    or as inactive; None allows all.
    """

    def __init__(self, x: Array, activation: str, allowed: Flags | None = None) -> None:
        places = np.unique(x)
        w = np.repeat((1.0, -1.0), len(places))[:, None]
        b = -w[:, 0] * np.tile(places, 2)
        self.units = Units(w, b, np.zeros((len(w), 1)))
        self.features = self.units.features(x, activation)
        self.usable = np.ones(len(w), dtype=bool)
        if allowed is not None:
            wanted, pre = {column.tobytes() for column in allowed.T.copy()}, w @ x.T + b[:, None]
            self.usable = np.array([_among(wanted, p > 0, p >= 0) for p in pre])

    def __call__(self, dual: Array) -> Offer:
        """All units, for residuals (n, k)."""
        earned = np.linalg.norm(self.features.T @ dual, axis=1)
        allowed = np.where(self.usable, earned, 0.0)
        return Offer(self.units, allowed, float(allowed.max()), float(earned.max()))


def _among(wanted: set[bytes], *patterns: Flags) -> bool:
    return any(pattern.tobytes() in wanted for pattern in patterns)
