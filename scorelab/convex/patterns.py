"""Activation patterns: on which of the data a neuron 1[w · x + b > 0] can be active.

In general position there are 2 Σ_{k ≤ d} C(n − 1, k) of them (standard), n² − n + 2 in the plane.
Of points in a subspace d counts its dimensions, and of points that coincide one counts.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import torch
from torch import Generator, Tensor

from .. import validate
from .frame import Frame
from .plane import Plane
from .units import Array, Flags

#: More patterns than this are not listed, and no more are searched from where they are sampled.
MOST = 100_000
#: Draws for each pattern asked for, before they count as used up.
PATIENCE = 200
#: Points this near a plane are on it, in units of the data: what is left is rounding.
NEAR = 1e-9


def most_patterns(n: int, dim: int) -> int:
    """2 Σ_{k ≤ d} C(n − 1, k): as many as n points of d dimensions can have."""
    return 2 * sum(math.comb(n - 1, k) for k in range(dim + 1))


def patterns(x: Tensor, count: int | None = None, *, generator: Generator | None = None) -> Tensor:
    """Activation patterns of the points x (n, d): bool (n, P), each column another one.

    All of them when ``count`` is None. Else ``count`` of them, of random planes through the
    neighbourhood of a random point. Raises ValueError when there are more than can be listed, or
    fewer than are asked for.
    """
    points = validate.points("x", x).detach().cpu().double().numpy()
    if count is None:
        y, most = _within(points)
        n, dim = y.shape
        allowed = (
            f"{n} points in {dim} dimensions have up to {most} patterns: ask for a number of at "
            f"most {MOST}"
        )
        validate.require(most <= MOST, "count", None, allowed)
        return torch.from_numpy(_all(y))
    most = min(_within(points)[1], MOST)
    allowed = f"must be at most {most}, for {len(x)} points"
    validate.require(validate.count("patterns", count) <= most, "patterns", count, allowed)
    found = _sampled(points, count, generator)
    allowed = f"only {found.shape[1]} were found on these points"
    validate.require(found.shape[1] == count, "patterns", count, allowed)
    return torch.from_numpy(found)


def some(x: Array, count: int) -> Flags:
    """All patterns of points x (n, d) if these are at most ``count``, else about as many (n, P)."""
    y, most = _within(x)
    return _all(y) if most <= count else _sampled(x, count, None)


def _within(x: Array) -> tuple[Array, int]:
    """Points (n, d) in coordinates of the subspace that they span, (n, r), and `most_patterns`."""
    distinct = len(np.unique(x, axis=0))
    if distinct == 1:
        return x[:, :0], 2
    frame = Frame.of(x)
    return frame.inside(x)[:, : frame.rank], most_patterns(distinct, frame.rank)


def _all(x: Array) -> Flags:
    """All patterns of points x (n, r) that span r dimensions.

    A plane with some points in front of it can be moved until points that span a plane lie on it:
    these have one of their own patterns, the others are on the same sides as before.
    """
    n, rank = x.shape
    if rank == 0:
        return np.array([[False, True]] * n)
    if rank == 2:
        return Plane(x, "relu").patterns()
    found, seen = [], set[bytes]()
    for corner in map(list, combinations(range(n), rank)):
        values, turned = np.linalg.svd(x[corner[1:]] - x[corner[0]])[1:]
        if len(values) and values[-1] < NEAR:
            continue
        along = (x - x[corner[0]]) @ turned[-1]
        on = np.abs(along) < NEAR
        if on.tobytes() not in seen:
            seen.add(on.tobytes())
            found += [_beside(x, on, side * along > 0) for side in (1, -1)]
    return _distinct(np.concatenate(found, axis=1))


def _beside(x: Array, on: Flags, ahead: Flags) -> Flags:
    """The patterns of a plane that has the points ``on`` it, and of the others those ``ahead``."""
    own = _all(_within(x[on])[0])
    near = np.repeat(ahead[:, None], own.shape[1], axis=1)
    near[on] = own
    return near


def _sampled(x: Array, count: int, generator: Generator | None) -> Flags:
    """Normal directions, a random point just before or just behind each plane, up to ``count``."""
    generator = validate.seeded(generator) or Generator().manual_seed(0)
    n, dim = x.shape
    found = np.zeros((n, 0), bool)
    for _ in range(PATIENCE):
        w = torch.randn(2 * count, dim, generator=generator, dtype=torch.float64).numpy()
        near = torch.randint(n, (2 * count,), generator=generator).numpy()
        along = x @ w.T
        edge = along[near, np.arange(len(near))]
        tie = torch.rand(2 * count, generator=generator).numpy() < 0.5
        ahead = (along > edge) | ((along == edge) & tie)
        found = _distinct(np.concatenate((found, ahead), axis=1))
        if found.shape[1] >= count:
            break
    return found[:, :count]


def _distinct(found: Flags) -> Flags:
    """Each column once, in the order of their first appearance."""
    _, first = np.unique(np.packbits(found, axis=0), axis=1, return_index=True)
    return found[:, np.sort(first)]


def chosen(x: Tensor, asked: int | Tensor | None, generator: Generator | None) -> Flags | None:
    """The patterns that a caller asks for: None for all, a number of them, or a list (n, P)."""
    if asked is None:
        return None
    if not isinstance(asked, Tensor):
        return patterns(x, validate.count("patterns", asked), generator=generator).numpy()
    ok = asked.dtype == torch.bool and asked.dim() == 2 and len(asked) == len(x)
    validate.require(
        ok,
        "patterns",
        (asked.dtype, tuple(asked.shape)),
        f"must be a number, or a bool tensor ({len(x)}, P)",
    )
    return asked.cpu().numpy()
