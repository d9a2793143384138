"""Activation patterns: on which of the data a neuron 1[w · x + b > 0] can be active.

In general position there are 2 Σ_{k ≤ d} C(n − 1, k) of them (standard), n² − n + 2 in the plane.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from .. import validate
from .plane import Plane

Patterns = NDArray[np.bool_]

#: More patterns than this are not listed, and no more are searched from where they are sampled.
MOST = 100_000
#: Draws for each pattern asked for, before they count as used up.
PATIENCE = 200


def most_patterns(n: int, dim: int) -> int:
    """2 Σ_{k ≤ d} C(n − 1, k): as many as n points of d dimensions can have."""
    return 2 * sum(math.comb(n - 1, k) for k in range(dim + 1))


def patterns(x: Tensor, count: int | None = None, *, generator: Generator | None = None) -> Tensor:
    """Activation patterns of the points x (n, d): bool (n, P), each column another one.

    All of them when ``count`` is None; in the plane whatever the points, in other dimensions for
    points in general position. Else ``count`` of them, of random planes through the neighbourhood
    of a random point. Raises ValueError when there are more than can be listed, or fewer than are
    asked for.
    """
    points = validate.points("x", x).detach().cpu().double().numpy()
    if count is None:
        return torch.from_numpy(_all(points))
    validate.count("count", count)
    return torch.from_numpy(_sampled(points, count, generator))


def _all(x: NDArray[np.float64]) -> Patterns:
    n, dim = x.shape
    total = most_patterns(n, dim)
    validate.require(
        total <= MOST,
        "count",
        None,
        f"{n} points in {dim} dimensions have up to {total} patterns: ask for a "
        f"number of at most {MOST}",
    )
    if dim == 2:
        return Plane(x, "relu").patterns()
    return _distinct(_around_every_vertex(x))


def _around_every_vertex(x: NDArray[np.float64]) -> Patterns:
    """The patterns near each plane through d points, which may lie on either side of it."""
    n, dim = x.shape
    found = [np.zeros((n, 1), bool), np.ones((n, 1), bool)]
    sides = np.array(list(np.ndindex(*[2] * dim)), dtype=bool).T
    for corner in map(list, combinations(range(n), dim)):
        normal = np.linalg.svd(x[corner] - x[corner[0]])[2][-1]
        for sign in (1, -1):
            ahead = sign * ((x - x[corner[0]]) @ normal) > 0
            near = np.repeat(ahead[:, None], sides.shape[1], axis=1)
            near[corner] = sides
            found.append(near)
    return np.concatenate(found, axis=1)


def _sampled(x: NDArray[np.float64], count: int, generator: Generator | None) -> Patterns:
    """Normal directions, a random point just before or just behind each plane."""
    generator = generator or Generator().manual_seed(0)
    n, dim = x.shape
    found = np.zeros((n, 0), bool)
    most = most_patterns(n, dim)
    validate.require(
        count <= min(most, MOST),
        "patterns",
        count,
        f"must be at most {min(most, MOST)}, for {n} points",
    )
    for _ in range(PATIENCE):
        w = torch.randn(2 * count, dim, generator=generator, dtype=torch.float64).numpy()
        near = torch.randint(n, (2 * count,), generator=generator).numpy()
        along = x @ w.T
        edge = along[near, np.arange(len(near))]
        tie = torch.rand(2 * count, generator=generator).numpy() < 0.5
        ahead = (along > edge) | ((along == edge) & tie)
        found = _distinct(np.concatenate((found, ahead), axis=1))
        if found.shape[1] >= count:
            return found[:, :count]
    raise ValueError(f"patterns={count!r}: only {found.shape[1]} were found on these points")


def _distinct(found: Patterns) -> Patterns:
    """Each column once, in the order of their first appearance."""
    _, first = np.unique(np.packbits(found, axis=0), axis=1, return_index=True)
    return found[:, np.sort(first)]


def chosen(x: Tensor, asked: int | Tensor | None, generator: Generator | None) -> Patterns | None:
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
