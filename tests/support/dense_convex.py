"""The programs written out for CVXPY: what the banded form and column generation are held against.

On a line a Lasso over the columns themselves, one for every place of a kink, and not from the beam;
beyond it the program of all activation patterns with their cones.
"""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import torch

from scorelab import convex


def columns(x: np.ndarray, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """(A0, c): every unit neuron with a kink at a datum, and the sum of its derivative there."""
    places = np.unique(x)
    apart = x[:, None] - places
    at_least, above = (apart >= 0).astype(float), (apart > 0).astype(float)
    if activation == "abs":
        a0 = [np.abs(apart)] * 2
        c = [2 * at_least - 1, 2 * above - 1]
    else:
        a0 = [np.maximum(apart, 0)] * 2 + [np.maximum(-apart, 0)] * 2
        c = [at_least, above, at_least - 1, above - 1]
    return np.concatenate(a0, axis=1), np.concatenate(c, axis=1).sum(axis=0)


def optimum(
    x: np.ndarray,
    beta: float,
    activation: str,
    skip: bool,
    labels: np.ndarray | None = None,
) -> float:
    """min ½‖A0 y + V x + b2 − ℓ‖² + [cᵀy + nV] + β‖y‖₁, the bracket for score matching only."""
    a0, c = columns(x, activation)
    y, v, b2 = cp.Variable(a0.shape[1]), cp.Variable(), cp.Variable()
    fit = a0 @ y + v * x + b2
    if labels is None:
        loss = cp.sum_squares(fit) / 2 + c @ y + len(x) * v
    else:
        loss = cp.sum_squares(fit - labels) / 2
    program = cp.Problem(cp.Minimize(loss + beta * cp.norm1(y)), [] if skip else [v == 0])
    program.solve(solver=cp.CLARABEL)
    return float(program.value)


def coordinate_descent(x: np.ndarray, beta: float, activation: str, sweeps: int) -> float:
    """The same without a skip connection and for score matching, by the oldest method there is."""
    a0, b = columns(x, activation)
    used = np.ptp(a0, axis=0) > 0  # a ramp beyond the data does nothing
    a, b = (a0 - a0.mean(axis=0))[:, used], b[used]
    y, fit, square = np.zeros(a.shape[1]), np.zeros(len(x)), np.square(a).sum(axis=0)
    for _ in range(sweeps):
        for j in range(len(y)):
            free = square[j] * y[j] - a[:, j] @ fit - b[j]
            new = np.sign(free) * max(abs(free) - beta, 0) / square[j]
            fit += (new - y[j]) * a[:, j]
            y[j] = new
    return float(fit @ fit / 2 + b @ y + beta * np.abs(y).sum())


def optimum_of_patterns(
    x: np.ndarray,
    y: np.ndarray | None,
    beta: float,
    activation: str,
    skip: bool,
    output: int = 0,
) -> float:
    """The program of all patterns with cones, one output; score matching where there is no y."""
    (n, dim), d = x.shape, convex.patterns(torch.tensor(x)).numpy().astype(float)
    ones, side = np.hstack((x, np.ones((n, 1)))), 2 * d - 1
    shape = d if activation == "relu" else side
    free, b = cp.Variable(dim), cp.Variable()
    value = x @ free + b if skip else b * np.ones(n)
    drift = n * free[output] if skip else 0
    cost, cones = 0, []
    for sign in (1, -1):
        v = cp.Variable((dim + 1, d.shape[1]))  # a neuron of this sign for each pattern
        cones.append(cp.multiply(side, ones @ v) >= 0)
        value = value + sign * cp.sum(cp.multiply(shape, ones @ v), axis=1)
        drift = drift + sign * shape.sum(0) @ v[output]
        cost = cost + beta * cp.sum(cp.norm(v[:dim], axis=0))
    fit = cp.sum_squares(value) / 2 + drift if y is None else cp.sum_squares(value - y) / 2
    problem = cp.Problem(cp.Minimize(fit + cost), cones)
    problem.solve(solver=cp.CLARABEL)
    assert problem.status == "optimal"
    return float(problem.value)
