"""Right and wrong answers to the exercises of notebook 09; see tests/support/tables.py."""

from __future__ import annotations

import math
from functools import partial
from itertools import product

import cvxpy as cp
import numpy as np
import torch


def count(n, dim, start=0, factor=2, less=1):
    return factor * sum(math.comb(n - less, k) for k in range(start, dim + 1))


def count_by_recursion(n, dim):
    """A new point cuts in two the patterns of planes through it, which are those in one less."""
    if n == 1 or dim == 0:
        return 2
    return count_by_recursion(n - 1, dim) + count_by_recursion(n - 1, dim - 1)


def count_by_choice(n, dim):
    return 2 * len([c for c in product((0, 1), repeat=int(n) - 1) if sum(c) <= dim])


def balanced(w, b, a, power=0.5):
    q = (torch.linalg.norm(a) / torch.linalg.norm(w)) ** power
    return torch.cat((q * w, (q * b).reshape(1), a / q))


def balanced_by_lengths(w, b, a):
    size = (w.norm() * a.norm()) ** 0.5
    return torch.cat((size * w / w.norm(), size * b[None] / w.norm(), size * a / a.norm()))


def balanced_by_search(w, b, a):
    low, high = 1e-6, 1e6
    for _ in range(200):
        q = math.sqrt(low * high)
        low, high = (q, high) if (q * w).norm() < (a / q).norm() else (low, q)
    return torch.cat((q * w, q * b[None], a / q))


def earns_one_by_one(z, x, w, p):
    total = sum(max(float((y - p) @ w), 0.0) * row for y, row in zip(x, z, strict=True))
    return math.hypot(*total.tolist())


def earns_by_slopes(z, x, w, p):
    ahead = (x - p) @ w > 0
    return torch.linalg.norm(torch.einsum("ik,id->kd", z[ahead], (x - p)[ahead]) @ w)


def bound(z, targets, most, beta, low=0.0):
    inner, square = float((z * targets).sum()), float((z * z).sum())
    c = min(max(inner / square, low), float(beta / most))
    return c * inner - c * c * square / 2


def bound_by_search(z, targets, most, beta):
    inner, square = float((z * targets).sum()), float((z * z).sum())
    c = np.linspace(0, float(beta / most), 2_000_001)
    return float((c * inner - c**2 * square / 2).max())


def bound_by_tensors(z, targets, most, beta):
    inner, square = torch.sum(z * targets), torch.sum(z**2)
    c = torch.minimum(torch.relu(inner / square), beta / most)
    return c * (inner - c * square / 2)


def descended(features, y, beta, steps=3000):
    """The weights of a group lasso, by accelerated descent."""
    if features.shape[1] == 0:
        return torch.zeros(0, 2).double()
    rate = 1 / torch.linalg.matrix_norm(features, 2) ** 2
    a = b = torch.zeros(features.shape[1], 2).double()
    for k in range(steps):
        c = b - rate * features.T @ (features @ b - y)
        new = c * (1 - rate * beta / c.norm(dim=1, keepdim=True).clamp_min(1e-300)).relu()
        a, b = new, new + k / (k + 3) * (new - a)
    return a


def bought(x, labels, beta, w, b, angles=360, priced="residuals", sign=-1, through=True):
    f, y = (x @ w.T + b).relu(), labels - labels.mean(0)
    f = f - f.mean(0)
    z = y if priced == "labels" else y - f @ descended(f, y, beta, 400)
    angle = torch.arange(angles).double() * (2 * math.pi / angles)
    directions = torch.stack((angle.cos(), angle.sin()), dim=1)
    along = x @ directions.T
    kinks = along if through else torch.zeros(1, angles).double()
    earned = torch.einsum("ik,ipa->pak", z, (along[:, None] - kinks).relu()).norm(dim=2)
    pivot, best = divmod(int(earned.argmax()), angles)
    return torch.cat((w, directions[[best]])), torch.cat((b, sign * kinks[[pivot], best]))


def bends(x):
    d, n = 1 / np.diff(x.numpy()), len(x)
    rows, matrix = np.arange(n - 2), np.zeros((n - 2, n))
    matrix[rows, rows], matrix[rows, rows + 2] = d[:-1], d[1:]
    matrix[rows, rows + 1] = -(d[:-1] + d[1:])
    return matrix


def trend_by_cvxpy(x, labels, beta):
    f = cp.Variable(len(x))
    loss = cp.sum_squares(f - labels.numpy()) / 2 + float(beta) * cp.norm1(bends(x) @ f)
    cp.Problem(cp.Minimize(loss)).solve(solver=cp.CLARABEL)
    return torch.tensor(f.value)


def trend_in_the_dual(x, labels, beta):
    matrix = bends(x)
    u = cp.Variable(len(x) - 2)
    loss = cp.sum_squares(matrix.T @ u - labels.numpy())
    cp.Problem(cp.Minimize(loss), [cp.abs(u) <= float(beta)]).solve(solver=cp.CLARABEL)
    return labels.numpy() - matrix.T @ u.value


def trend_by_hinges(x, labels, beta):
    """A Lasso with the hinges at the inner data, a straight line being free."""
    hinges = np.maximum(x.numpy()[:, None] - x.numpy()[1:-1], 0)
    y, line = cp.Variable(len(x) - 2), cp.Variable(2)
    f = hinges @ y + np.stack((x.numpy(), np.ones(len(x))), axis=1) @ line
    loss = cp.sum_squares(f - labels.numpy()) / 2 + float(beta) * cp.norm1(y)
    cp.Problem(cp.Minimize(loss)).solve(solver=cp.CLARABEL)
    return torch.tensor(f.value)


def smoothed(x, labels, beta):
    matrix = bends(x)
    system = np.eye(len(x)) + float(beta) * matrix.T @ matrix
    return torch.from_numpy(np.linalg.solve(system, labels.numpy()))


RIGHT = {
    "pattern_count": [count, count_by_recursion, count_by_choice],
    "balanced_neuron": [balanced, balanced_by_lengths, balanced_by_search],
    "neuron_earns": [
        earns_one_by_one,
        earns_by_slopes,
        lambda z, x, w, p: torch.einsum("ik,i->k", z, (x @ w - p @ w).clamp_min(0)).norm(),
    ],
    "certified_bound": [bound, bound_by_search, bound_by_tensors],
    "column_step": [
        bought,
        partial(bought, angles=720),
        lambda *case: bought(*case, angles=540),
    ],
    "trend_filter": [trend_by_cvxpy, trend_in_the_dual, trend_by_hinges],
}

WRONG = {
    "pattern_count": {
        "2ⁿ counts every word": lambda n, dim: 2 ** int(n),
        "the factor 2 is missing": lambda n, dim: count(n, dim, factor=1),
        r"C\(n, k\) in place": lambda n, dim: count(n, dim, less=0),
        "one too early": lambda n, dim: count(n, dim - 1),
        "for the plane only": lambda n, dim: n**2 - n + 2,
        "nothing to choose": lambda n, dim: sum(
            2 * math.factorial(n - 1) / math.factorial(max(n - 1 - k, 0)) / math.factorial(k)
            for k in range(dim + 1)
        ),
    },
    "balanced_neuron": {
        "the root is missing": partial(balanced, power=1),
        "upside down": partial(balanced, power=-0.5),
        "b must be scaled": lambda w, b, a: torch.cat(
            (balanced(w, b, a)[: len(w)], b[None], balanced(w, b, a)[len(w) + 1 :])
        ),
        "both of length one": lambda w, b, a: torch.cat(
            (w / w.norm(), b[None] / w.norm(), a / a.norm())
        ),
        "has shape": lambda w, b, a: balanced(w, b, a)[:-1],
    },
    "neuron_earns": {
        "relu is missing": lambda z, x, w, p: (((x - p) @ w) @ z).norm(),
        "the pivot is missing": lambda z, x, w, p: earns_by_slopes(z, x, w, 0 * p),
        "the sign of w": lambda z, x, w, p: earns_by_slopes(z, x, -w, p),
        "the square of the norm": lambda *case: earns_by_slopes(*case) ** 2,
        "norms before the sum": lambda z, x, w, p: z.norm(dim=1) @ ((x - p) @ w).relu(),
        "has shape": lambda z, x, w, p: z.T @ ((x - p) @ w).relu(),
    },
    "certified_bound": {
        "has a limit below": partial(bound, low=-math.inf),
        "not scaled": lambda z, targets, most, beta: (z * targets).sum() - (z * z).sum() / 2,
        "always scaled to β": lambda z, targets, most, beta: (
            beta / most * (z * targets).sum() - (beta / most) ** 2 * (z * z).sum() / 2
        ),
        "upside down": lambda z, targets, most, beta: (
            most / beta * (z * targets).sum() - (most / beta) ** 2 * (z * z).sum() / 2
        ),
        "nan": lambda *case: bound(*case) * math.nan,
    },
    "column_step": {
        "priced on the labels": partial(bought, priced="labels"),
        "the sign of b": partial(bought, sign=1),
        "not through 0": partial(bought, through=False),
        "one more a step": lambda x, labels, beta, w, b: (w, b),
        "has length one": lambda *case: (2 * bought(*case)[0], bought(*case)[1]),
    },
    "trend_filter": {
        "twice that β": lambda x, labels, beta: trend_by_hinges(x, labels, 2 * beta),
        "half of that β": lambda x, labels, beta: trend_by_hinges(x, labels, beta / 2),
        "squares of the jumps": smoothed,
        "not even": lambda x, labels, beta: trend_by_hinges(
            torch.arange(len(x)).double(), labels, beta
        ),
        "follows the labels": lambda x, labels, beta: labels,
        "must be": lambda x, labels, beta: labels[1:],
    },
}
