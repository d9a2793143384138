"""All neurons that can matter for points in the plane, and the best of them for given residuals.

A neuron σ(w · x + b) with a free bias has an optimal kink line through a data point p: between two
of them what it earns is affine in b, and its length is convex. So b = −w · p, and what is left is
an angle. Turn the line about p: the active set S changes only where it meets another point. A
*cell* is a point and the angles between two such events, n · 2(n − 1) cells in all. In it the
neuron earns Zᵀσ = G w with G = Σ_{i∈S} z_i (x_i − p)ᵀ, and the largest ‖G w‖ over the cell's unit
vectors w has a closed form (derived in the course).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from .units import Array, Flags, Offer, Units, Whole

#: Numbers that one block of the search holds at once (32 MB).
BLOCK = 2**22
#: Narrower cells (radians) exist by rounding alone, where three points lie on a line.
THIN = 1e-8


class Plane:
    """The cells of the points x (n, 2).

    ``allowed``, bool (n, 2n, 2), says which cells may be used, with the pivot counted as inactive
    or as active; None allows all. ``turn`` (k, 2) has the unit vectors of the outputs whose slopes
    count, in score matching; else it is None.
    """

    def __init__(self, x: Array, activation: str, turn: Array | None = None) -> None:
        self.x, self.activation, self.turn = x, activation, turn
        n, self.away = len(x), x[None] - x[:, None]  # [j, i] = x_i − x_j
        angle = np.arctan2(self.away[..., 1], self.away[..., 0])
        # A half turn between the two events of a pair, exactly: so the first active set is right.
        enter = np.mod(angle - math.pi / 2, 2 * math.pi)
        leave = np.where(enter >= math.pi, enter - math.pi, enter + math.pi)
        events = np.concatenate((enter, leave), axis=1)
        order = np.argsort(events, axis=1, kind="stable")
        self.who, self.sign = order % n, np.where(order < n, 1, -1)
        self.low = np.take_along_axis(events, order, axis=1)
        self.high = np.roll(self.low, -1, axis=1)
        self.high[:, -1] += 2 * math.pi
        self.first = enter > leave  # active where the angle is 0
        self.twin = (self.away == 0).all(2)  # the pivot itself and its duplicates
        self.wide = self.high - self.low > THIN
        self.allowed: Flags | None = None

    def running(self, per_point: Whole) -> Whole:
        """Σ_{i∈S} of integers per_point (n,) in every cell, (n, 2n); twins do not count."""
        each = np.where(self.twin, 0, per_point)
        steps = np.take_along_axis(each, self.who, axis=1) * self.sign
        return np.cumsum(steps, axis=1) + (self.first * each).sum(1, keepdims=True)

    def keys(self, hashes: Whole) -> Whole:
        """The sum of the active points' hashes, with the pivot inactive and active, (n, 2n, 2)."""
        inactive = self.running(hashes)
        return np.stack((inactive, inactive + (self.twin @ hashes)[:, None]), axis=2)

    def restrict(self, patterns: Flags) -> None:
        """Use only the cells at the border of one of the patterns (n, P)."""
        hashes = _hashes(len(self.x))
        self.allowed = np.isin(self.keys(hashes), hashes @ patterns) & self.wide[..., None]

    def patterns(self) -> Flags:
        """Every activation pattern 1[x w + b > 0] of a line that meets no point, (n, P)."""
        keys = np.where(self.wide[..., None], self.keys(_hashes(len(self.x))), -1)
        _, first = np.unique(keys, return_index=True)
        pivot, cell, active = np.unravel_index(first, keys.shape)
        real = self.wide[pivot, cell]
        pivot, cell, active = pivot[real], cell[real], active[real]
        w = _unit((self.low[pivot, cell] + self.high[pivot, cell]) / 2)
        ahead = np.einsum("jid,jd->ij", self.away[pivot], w) > 0
        return np.where(self.twin[pivot].T, active == 1, ahead)

    def best(self, dual: Array, cones: bool = True) -> Iterator[tuple[int, Array, Array, Array]]:
        """Blocks of pivots: their first, and in each cell the most that is earned, where, and G."""
        n, k = dual.shape
        rows = max(1, BLOCK // (4 * n * k))
        for start in range(0, n, rows):
            earned = self._slopes(dual, slice(start, start + rows))
            low, high = (a[start : start + rows, :, None] for a in (self.low, self.high))
            yield (start, *steepest(earned, low, high, cones), earned)

    def _slopes(self, dual: Array, rows: slice) -> Array:
        """G in every cell of some pivots, (rows, 2n, copies, k, 2)."""
        away, who, sign = self.away[rows], self.who[rows], self.sign[rows]
        moves = np.take_along_axis(away, who[..., None], axis=1) * sign[..., None]
        total = np.cumsum(dual[who][..., None] * moves[:, :, None], axis=1)
        total += np.einsum("ji,ik,jid->jkd", self.first[rows], dual, away)[:, None]
        if self.activation == "abs":  # |u| = 2 u₊ − u
            total = 2 * total - np.einsum("ik,jid->jkd", dual, away)[:, None]
        if self.turn is None:
            return total[:, :, None]
        return total[:, :, None] - self.counts()[rows][..., None, None] * self.turn

    def counts(self) -> Array:
        """Σ_i σ′ in every cell, with the pivot inactive and active, (n, 2n, 2)."""
        active = self.running(np.ones(len(self.x), dtype=np.int64))
        both = np.stack((active, active + self.twin.sum(1)[:, None]), axis=2)
        return (both if self.activation == "relu" else 2 * both - len(self.x)).astype(float)

    def __call__(self, dual: Array) -> Offer:
        """The best unit about each point for residuals (n, k)."""
        found, bound = [], 0.0
        for start, value, angle, _ in self.best(dual):
            usable = self._usable(slice(start, start + len(value)), value)
            bound = max(bound, float(value.max(where=self._real(start, value), initial=0)))
            value = np.where(usable, value, 0).reshape(len(value), -1)
            cell = value.argmax(1)
            row = np.arange(len(value))
            found.append(
                (start + row, cell, value[row, cell], angle.reshape(len(value), -1)[row, cell])
            )
        pivot, cell, value, angle = (np.concatenate(each) for each in zip(*found, strict=True))
        return Offer(self._units(pivot, cell, angle), value, float(value.max()), bound)

    def _real(self, start: int, value: Array) -> Flags:
        """Which cells exist; where no slopes count, a cell without width does no harm."""
        if self.turn is None:
            return np.ones(value.shape, dtype=bool)
        return np.broadcast_to(self.wide[start : start + len(value), :, None], value.shape)

    def _usable(self, rows: slice, value: Array) -> Flags:
        if self.allowed is None:
            return self._real(rows.start, value)
        allowed = self.allowed[rows]
        return allowed if self.turn is not None else allowed[..., :1] | allowed[..., 1:]

    def _units(self, pivot: Whole, cell: Whole, angle: Array) -> Units:
        """The units at some angles of some cells; a little inside where slopes jump at the edge."""
        if self.turn is None:
            w = _unit(angle)
            return Units(w, -(w * self.x[pivot]).sum(1), np.zeros((len(w), 1)))
        cell, active = np.divmod(cell, 2)
        low, high = self.low[pivot, cell], self.high[pivot, cell]
        inside = np.minimum(1e-9, (high - low) / 4)
        w = _unit(np.clip(angle, low + inside, high - inside))
        nudge = 1e-12 * np.ptp(self.x) * (2 * active - 1)
        slope = self.counts()[pivot, cell, active][:, None] * (w @ self.turn.T)
        return Units(w, nudge - (w * self.x[pivot]).sum(1), slope)


def steepest(earned: Array, low: Array, high: Array, cones: bool) -> tuple[Array, Array]:
    """max ‖G w(θ)‖ over the angles θ of each cell (of the circle without cones), and its θ.

    ``earned`` is G (…, k, 2). ‖G w‖² = m + p cos 2θ + r sin 2θ peaks at half the angle of (p, r),
    and half a turn on; where no peak is in the cell, one of its ends is the best.
    """
    a, b = (earned**2).sum(-2)[..., 0], (earned**2).sum(-2)[..., 1]
    m, p, r = (a + b) / 2, (a - b) / 2, earned.prod(-1).sum(-1)
    past = np.mod(np.arctan2(r, p) / 2 - low, math.pi)
    top = np.sqrt(np.maximum(m + np.hypot(p, r), 0))
    if not cones:
        return top, low + past
    left, right = (
        np.sqrt(np.maximum(m + p * np.cos(2 * t) + r * np.sin(2 * t), 0)) for t in (low, high)
    )
    inside = past <= high - low
    ends = np.where(left >= right, low, high)
    return np.where(inside, top, np.maximum(left, right)), np.where(inside, low + past, ends)


def _unit(angle: Array) -> Array:
    return np.stack((np.cos(angle), np.sin(angle)), axis=-1)


def _hashes(n: int) -> Whole:
    """A random number a point: sums of them tell sets of points apart, but for a chance of 1e-7."""
    return np.random.default_rng(0).integers(2**62, size=n)
