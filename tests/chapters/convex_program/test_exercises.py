"""Right and wrong answers to the exercises of notebook 08; see tests/support/tables.py."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.stats import norm


def counts_one_by_one(x):
    return torch.tensor([[sum(x >= y) for y in x], [sum(x > y) for y in x]])


def counts_by_search(x):
    order = x.sort().values
    return len(x) - torch.stack([torch.searchsorted(order, x, right=r) for r in (False, True)])


def counts(x, left=torch.ge, right=torch.gt):
    return torch.stack([each(x[:, None], x).sum(0) for each in (left, right)])


def neuron(y, tau, sign=torch.sign):
    root = torch.sqrt(torch.abs(y))
    return torch.stack((root, -tau * root, sign(y) * root))


def neurons_one_by_one(y, tau):
    rows = [(math.sqrt(abs(s)), math.copysign(math.sqrt(abs(s)), s)) for s in y.tolist()]
    return torch.tensor([[w, -w * t, a] for (w, a), t in zip(rows, tau.tolist(), strict=True)]).T


def reached(z, inside, A, c, beta):
    """How far one may go, by halving."""
    low, high = 0.0, 1.0
    if (A.T @ z + c).abs().max() <= beta:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        ok = (A.T @ (inside + middle * (z - inside)) + c).abs().max() <= beta
        low, high = (middle, high) if ok else (low, middle)
    return low


def certificate_by_search(z, inside, A, c, beta, last=False):
    reach = reached(z, inside, A, c, beta)
    shares = [reach] if last else np.linspace(0, reach, 20_001)
    a, b, d = (
        float(each) for each in (inside @ inside, inside @ (z - inside), (z - inside).norm())
    )
    return max(-(a + 2 * s * b + (s * d) ** 2) / 2 for s in shares)


def certificate_by_minimiser(z, inside, A, c, beta):
    reach, way = reached(z, inside, A, c, beta), z - inside
    size = lambda s: float((inside + s * way).square().sum())  # noqa: E731
    best = minimize_scalar(size, bounds=(0, reach), options={"xatol": 1e-12}).x
    return -min(map(size, (0.0, reach, best))) / 2


def certificate_by_vertex(z, inside, A, c, beta):
    way = z - inside
    top = float(-(inside @ way) / way.square().sum())
    p = inside + min(max(top, 0.0), reached(z, inside, A, c, beta)) * way
    return -(p @ p) / 2


def wide(x, beta, n=None):
    n = n or len(x)
    return n * ((x - x.mean()) ** 2).mean() / (n - beta)


def settled(slope, step):
    variance = torch.ones_like(step)
    for _ in range(3000):
        variance = (1 - step * slope / 2) ** 2 * variance + step
    return variance


def moved(p, cells, score, step, scale=None, drift=0.5):
    edges = [-np.inf, *((cells[1:] + cells[:-1]) / 2).tolist(), np.inf]
    spread = scale or float(step) ** 0.5
    rows = [
        np.diff(norm.cdf(edges, float(at + drift * step * s), spread))
        for at, s in zip(cells, score, strict=True)
    ]
    return p.numpy() @ np.array(rows)


def moved_by_erf(p, cells, score, step):
    edges = (cells[1:] + cells[:-1]) / 2
    below = torch.erf((edges[:, None] - cells - step * score / 2) / (2 * step) ** 0.5) @ p
    total = torch.cat((-p.sum()[None], below, p.sum()[None]))
    return total.diff() / 2


def moved_in_one_sum(p, cells, score, step):
    law = torch.distributions.Normal(cells + step / 2 * score, torch.sqrt(step))
    inner = law.cdf(((cells[1:] + cells[:-1]) / 2)[:, None]) @ p
    return torch.diff(inner, prepend=torch.zeros(1), append=p.sum()[None])


RIGHT = {
    "slope_counts": [counts_one_by_one, counts_by_search, counts],
    "neuron": [
        neuron,
        neurons_one_by_one,
        lambda y, tau: y.abs() ** 0.5 * torch.stack((tau**0, -tau, y.sign())),
    ],
    "certificate": [certificate_by_search, certificate_by_minimiser, certificate_by_vertex],
    "inflated_variance": [
        wide,
        lambda x, beta: x.var(correction=0) / (1 - beta / len(x)),
        lambda x, beta: (x - x.mean()).square().sum() / (len(x) - beta),
    ],
    "langevin_variance": [
        settled,
        lambda slope, step: 1 / (slope * (1 - step * slope / 4)),
        lambda slope, step: step / (step * slope - (step * slope / 2) ** 2),
    ],
    "law_after_step": [moved, moved_by_erf, moved_in_one_sum],
}

WRONG = {
    "slope_counts": {
        "left and right are exchanged": lambda x: counts(x).flip(0),
        "the other way round": lambda x: counts(x, torch.le, torch.lt),
        "both are the same": lambda x: counts(x, right=torch.ge),
        r"\(2, n\) was asked for": lambda x: counts(x).T,
        "ranks": lambda x: torch.stack(
            [(r := len(x) - x.argsort(stable=True).argsort(stable=True)), r - 1]
        ),
        "the mean, not the number": lambda x: counts(x).double() / len(x),
    },
    "neuron": {
        "the sign of y is lost": lambda y, tau: neuron(y, tau, torch.ones_like),
        "the sign of b": lambda y, tau: neuron(y, tau) * torch.tensor([[1], [-1], [1]]),
        "the kink is at −b/w": lambda y, tau: torch.stack(
            (y.abs() ** 0.5, -tau, neuron(y, tau)[2])
        ),
        "what makes the decay least": lambda y, tau: torch.stack((y / y, -tau, y)),
        "has shape": lambda y, tau: neuron(y, tau)[:2],
    },
    "certificate": {
        "outside the walls": lambda z, *rest: -(z @ z) / 2,
        "the point inside": lambda z, inside, *rest: -(inside @ inside) / 2,
        "may be nearer to 0": lambda *case: certificate_by_search(*case, last=True),
        r"is -\d+\.?\d*, expected": lambda z, inside, A, c, beta: certificate_by_vertex(
            z, inside, A, torch.zeros_like(c), beta
        ),
        "the sign: the bound": lambda *case: -certificate_by_vertex(*case),
        "½ is missing": lambda *case: 2 * certificate_by_vertex(*case),
    },
    "inflated_variance": {
        "upside down": lambda x, beta: x.var(correction=0) * (1 - beta / len(x)),
        "this is the slope": lambda x, beta: 1 / wide(x, beta),
        "not by n − 1": lambda x, beta: x.var() / (1 - beta / len(x)),
        "the mean is not subtracted": lambda x, beta: (x @ x) / (len(x) - beta),
        "n is missing above": lambda x, beta: wide(x, beta) / len(x),
        "nan": lambda x, beta: wide(x, beta) * math.nan,
    },
    "langevin_variance": {
        "limit of small steps": lambda slope, step: 0 * step + 1 / slope,
        "by 1 − ε slope/2": lambda slope, step: step / (1 - (1 - slope * step).square()),
        "must be squared": lambda slope, step: 2 / slope + 0 * step,
        "of variance ε": lambda slope, step: step * settled(slope, step),
        "this is ρ": lambda slope, step: slope * settled(slope, step),
    },
    "law_after_step": {
        "half of ε times": lambda *case: moved(*case, drift=1),
        "this only spreads": lambda *case: moved(*case, drift=0),
        "the sign of the score": lambda *case: moved(*case, drift=-0.5),
        "standard deviation is √ε": lambda *case: moved(*case, scale=float(case[-1])),
        r"has shape": lambda *case: moved(*case)[1:],
    },
}
