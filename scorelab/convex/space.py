"""The best neuron in three and more dimensions: a search from many starts, and a safe bound."""

from __future__ import annotations

import numpy as np

from .patterns import some
from .units import Array, Flags, Offer, Units, Whole

#: Starts of the search where patterns are sampled, steps of each, and how many are refined.
STARTS, STEPS, REFINED = 300, 4, 60


class Space:
    """Units for the points x (n, d) of any dimension d ≥ 2, from patterns (n, P) as starts.

    As in the plane, a kink goes through a data point. For a direction the best point is found
    exactly, and the direction climbs, w ← GᵀG w, with the G of its active set. What it finds is a
    local optimum, so that ``bound`` is what says how much more a neuron could earn.
    """

    def __init__(self, x: Array, activation: str, turn: Array | None, starts: Flags | None) -> None:
        self.x, self.activation, self.turn = x, activation, turn
        if starts is None:
            starts = some(x, STARTS)
        self.starts = starts.astype(float)
        self.spread = x - x.mean(0)

    def __call__(self, dual: Array) -> Offer:
        """The units that the starts lead to, for residuals (n, k); the bound is a safe one."""
        gated = np.einsum("ip,ik,id->pkd", self.starts, dual, self.spread)
        w = np.linalg.svd(gated)[2][:, 0]
        w = np.concatenate((w, -w))
        value, rank = self._pivots(dual, w)
        for _ in range(STEPS):
            step = _ascend(self._slopes(dual, w, rank), w)
            better, its_rank = self._pivots(dual, step)
            up = better > value
            w, value, rank = (
                np.where(up[:, None], step, w),
                np.where(up, better, value),
                np.where(up, its_rank, rank),
            )
        _, first = np.unique(np.round(np.c_[w, rank], 7), axis=0, return_index=True)
        best = first[np.argsort(-value[first])[:REFINED]]
        w, value, rank = self._refine(dual, w[best], value[best], rank[best])
        return Offer(self._units(w, rank), value, float(value.max()), self.bound(dual))

    def _refine(
        self, dual: Array, w: Array, value: Array, rank: Whole
    ) -> tuple[Array, Array, Whole]:
        """Where climbing would leave a cell: the best direction of the cell, on its border."""
        for _ in range(3):
            slopes, edge = self._slopes(dual, w, rank), self._edges(w, rank)[0]
            along = self.x @ w.T - edge
            pivot = self.x[np.abs(along).argmin(0)]
            aim = np.einsum("mkd,mke,me->md", slopes, slopes, w)
            walls = np.sign(along.T)[..., None] * (self.x - pivot[:, None])
            step = np.array([_into_cone(*each) for each in zip(aim, walls, w, strict=True)])
            better, its_rank = self._pivots(dual, step)
            up = better > value
            w, value, rank = (
                np.where(up[:, None], step, w),
                np.where(up, better, value),
                np.where(up, its_rank, rank),
            )
        return w, value, rank

    def bound(self, dual: Array) -> float:
        """More than any unit earns: its features vary no more than the data, ‖f − f(x̄)‖ ≤ ‖X − x̄‖.

        So ‖Zᵀf‖ ≤ ‖Z‖ ‖X − x̄‖ in spectral norms, and ≤ Σ ‖z_i‖‖x_i − x̄‖, because 1ᵀZ = 0. The
        slopes of score matching add n ‖turn‖ at most.
        """
        spectral = np.linalg.norm(dual, 2) * np.linalg.norm(self.spread, 2)
        single = (np.linalg.norm(dual, axis=1) * np.linalg.norm(self.spread, axis=1)).sum()
        slopes = 0 if self.turn is None else len(self.x) * np.linalg.norm(self.turn, 2)
        return float(min(spectral, single) + slopes)

    def _pivots(self, dual: Array, w: Array) -> tuple[Array, Whole]:
        """For directions w (m, d) what the best unit earns, and how many data are before its kink.

        Ranks count data from the far end; with slopes, 2 · rank is the copy that leaves the pivot
        out and 2 · rank + 1 the one that takes it in.
        """
        along, order = self._sorted(w)
        z = dual[order]
        before, before_t = (np.cumsum(each, axis=0) - each for each in (z, z * along[..., None]))
        earned = before_t - along[..., None] * before
        if self.activation == "abs":  # |u| = 2 u₊ − u, and 1ᵀZ = 0
            earned = 2 * earned - w @ (self.x.T @ dual)
        if self.turn is not None:
            ranks = np.arange(len(self.x))[:, None] + [0, 1]
            slopes = self._count(ranks)[..., None, None] * (w @ self.turn.T)
            earned = (earned[:, None] - slopes).reshape(-1, *earned.shape[1:])
        size = np.linalg.norm(earned, axis=2)
        return size.max(0), size.argmax(0)

    def _sorted(self, w: Array) -> tuple[Array, Whole]:
        """The data along each direction, the farthest first: where they are, and which, (n, m)."""
        along = self.x @ w.T
        order = np.argsort(-along, axis=0, kind="stable")
        return np.take_along_axis(along, order, axis=0), order

    def _count(self, active: Whole) -> Array:
        """Σ_i σ′ of units with so many active data."""
        return (active if self.activation == "relu" else 2 * active - len(self.x)).astype(float)

    def _edges(self, w: Array, rank: Whole) -> tuple[Array, Whole]:
        """Where the kinks are along their directions, and which number of data is active, (m,)."""
        pivot, taken = (rank, 0) if self.turn is None else np.divmod(rank, 2)
        return self._sorted(w)[0][pivot, np.arange(len(w))], pivot + taken

    def _slopes(self, dual: Array, w: Array, rank: Whole) -> Array:
        """G (m, k, d) of the units."""
        edge = self._edges(w, rank)[0]
        ahead = (self.x @ w.T > edge).astype(float)
        if self.activation == "abs":
            ahead = 2 * ahead - 1
        slopes = np.einsum("im,ik,id->mkd", ahead, dual, self.x)
        # The pivot itself: with 1ᵀZ over the active set it keeps its distance.
        pivot = self.x[np.abs(self.x @ w.T - edge).argmin(0)]
        slopes -= np.einsum("im,ik->mk", ahead, dual)[..., None] * pivot[:, None]
        if self.turn is not None:
            slopes -= self._count(self._edges(w, rank)[1])[:, None, None] * self.turn
        return slopes

    def _units(self, w: Array, rank: Whole) -> Units:
        edge, active = self._edges(w, rank)
        if self.turn is None:
            return Units(w, -edge, np.zeros((len(w), 1)))
        nudge = 1e-12 * np.ptp(self.x) * (2 * (rank % 2) - 1)
        return Units(w, nudge - edge, self._count(active)[:, None] * (w @ self.turn.T))


def _into_cone(aim: Array, walls: Array, w: Array) -> Array:
    """The unit vector v with walls v ≥ 0 and the largest aim · v: a projection; else w itself."""
    from scipy.optimize import nnls

    found = aim + walls.T @ nnls(walls.T, -aim)[0]
    length = np.linalg.norm(found)
    return found / length if length > 1e-12 * np.linalg.norm(aim) else w


def _ascend(slopes: Array, w: Array) -> Array:
    """GᵀG w at length one; where that is zero, w itself."""
    step = np.einsum("mkd,mke,me->md", slopes, slopes, w)
    length = np.linalg.norm(step, axis=1, keepdims=True)
    return np.where(length > 0, step / np.where(length > 0, length, 1), w)
