"""Right and wrong answers to the exercises of notebook 05; see tests/support/tables.py."""

from __future__ import annotations

import numpy as np
import torch


def smoothed(kernel, rate, steps):
    """S as steps of descent make it, from labels that are unit vectors."""
    labels = torch.eye(len(kernel))
    now = torch.zeros_like(labels)
    for _ in range(int(steps)):
        now = now - rate * kernel / len(kernel) @ (now - labels)
    return now


def by_power(kernel, rate, steps):
    left = torch.linalg.matrix_power(
        torch.eye(len(kernel)) - rate * kernel / len(kernel), int(steps)
    )
    return [1 - float(entry) for entry in left.diagonal()]


def by_svd(kernel, rate, steps):
    u, values, v = torch.linalg.svd(kernel / len(kernel))
    return torch.einsum("ik,k,ki->i", u, 1 - (1 - rate * values) ** steps, v)


def centred(variances, leverages):
    return 2 * ((variances - variances.mean()) * (leverages - leverages.mean())).mean()


def from_the_rest(smoother, labels, group):
    """The predictions from the other rows' labels, solved for those of the group."""
    rest = torch.tensor([i for i in range(len(labels)) if i not in group.tolist()])
    known = smoother[group][:, rest] @ labels[rest]
    return torch.linalg.inv(torch.eye(len(group)) - smoother[group][:, group]) @ known


def put_back(smoother, labels, group):
    """The group's labels replaced by the answers, again and again."""
    labels = labels.clone()
    for _ in range(2000):
        labels[group] = (smoother @ labels)[group]
    return labels[group]


def in_numpy(smoother, labels, group):
    S, Y, G = smoother.numpy(), labels.numpy(), group.numpy()
    return Y[G] - np.linalg.solve(np.eye(len(G)) - S[np.ix_(G, G)], (Y - S @ Y)[G])


def first(errors, noise):
    for i, error in enumerate(errors):
        if error <= noise:
            return i
    return len(errors) - 1


RIGHT = {
    "leverages": [lambda *case: smoothed(*case).diagonal(), by_power, by_svd],
    "what_gcv_misses": [
        lambda v, s: 2 * ((v * s).mean() - v.mean() * s.mean()),
        centred,
        lambda v, s: 2 * float(np.cov(v.numpy(), s.numpy(), bias=True)[0, 1]),
    ],
    "leave_group_out": [from_the_rest, put_back, in_numpy],
    "discrepancy_stop": [
        first,
        lambda errors, noise: min(int((errors > noise).sum()), len(errors) - 1),
        lambda errors, noise: (errors > noise).sum().clamp_max(len(errors) - 1)[None],
    ],
    "own_noise": [
        lambda t, leverage: leverage**2,
        lambda t, leverage: (leverage.numpy() > np.quantile(leverage.numpy(), 0.6)) + 0.001,
        lambda t, leverage: leverage.log().mul(2.5).exp(),
    ],
}

WRONG = {
    "leverages": {
        "these are 1 − S_ii": lambda kernel, rate, steps: (
            1 - smoothed(kernel, rate, steps).diagonal()
        ),
        "these are the shares": lambda kernel, rate, steps: torch.linalg.eigvalsh(
            smoothed(kernel, rate, steps)
        ),
        "of K/n, not of K": lambda kernel, rate, steps: smoothed(
            kernel * len(kernel), rate, steps
        ).diagonal(),
        "degrees of freedom": lambda kernel, rate, steps: smoothed(kernel, rate, steps).trace(),
        r"has shape \(5, 5\)": smoothed,
    },
    "what_gcv_misses": {
        "the sign is reversed": lambda v, s: -centred(v, s),
        "the 2 is missing": lambda v, s: centred(v, s) / 2,
        "all that must be added": lambda v, s: 2 * (v @ s) / len(v),
        "what GCV adds": lambda v, s: 2 * v.mean() * s.mean(),
        "divided by n − 1": lambda v, s: centred(v, s) * len(v) / (len(v) - 1),
        r"has shape \(6,\)": lambda v, s: 2 * (v * s - v.mean() * s.mean()),
    },
    "leave_group_out": {
        "each row alone": lambda S, Y, G: (Y - (Y - S @ Y) / (1 - S.diagonal())[:, None])[G],
        "nothing was left out": lambda S, Y, G: S[G] @ Y,
        "these are residuals": lambda S, Y, G: Y[G] - from_the_rest(S, Y, G),
        "put to 0": lambda S, Y, G: S[G] @ Y - S[G][:, G] @ Y[G],
        r"has shape \(6, 2\)": lambda S, Y, G: S @ Y,
    },
    "discrepancy_stop": {
        "argmax says 0": lambda errors, noise: torch.argmax(1 * (errors <= noise)),
        "one too soon": lambda errors, noise: int((errors > noise).sum()) - 1,
        "past the end": lambda errors, noise: int((errors > noise).sum()),
        "the nearest": lambda errors, noise: torch.argmin((errors - noise) ** 2),
        "the last one": lambda errors, noise: len(errors) - 1,
        "returns None": lambda errors, noise: print(end=""),
    },
    "own_noise": {
        "nothing to do with the leverage": lambda t, leverage: 1 + 0 * t,
        "1\\.[1-9].* more is possible": lambda t, leverage: leverage**-2,
        "not on too few rows": lambda t, leverage: leverage**8,
        "must be finite variances": lambda t, leverage: leverage - leverage.mean(),
        r"must be \(250,\)": lambda t, leverage: torch.outer(t, leverage),
        "nothing to do": lambda t, leverage: 1 - torch.exp(-t),
    },
}
