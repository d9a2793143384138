"""Right and wrong answers to the exercises of notebook 10; see tests/support/tables.py."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import torch
from sklearn.metrics import roc_auc_score


def form_by_numpy(covariance, alpha, h):
    c, a = covariance.numpy().astype(float), float(alpha)
    return np.trace(c - a * c @ np.linalg.inv(a * a * c + float(h) * np.eye(len(c))) @ c * a)


def form_by_eigenvalues(covariance, alpha, h):
    values = torch.linalg.eigvalsh(covariance)
    return (values * h / (alpha**2 * values + h)).sum()


def form_by_regression(covariance, alpha, h):
    """The Schur complement of the covariance of (X_t, X_0)."""
    d = len(covariance)
    joint = torch.zeros(2 * d, 2 * d)
    joint[:d, :d] = alpha**2 * covariance + h * torch.eye(d)
    joint[:d, d:] = joint[d:, :d] = alpha * covariance
    joint[d:, d:] = covariance
    return torch.linalg.inv(torch.linalg.inv(joint)[d:, d:]).trace()


def form(covariance, alpha, h, signal=None, divisor=1.0):
    noisy = alpha**2 * covariance + h * torch.eye(len(covariance))
    signal = alpha**2 if signal is None else signal
    left = covariance - signal * covariance @ torch.linalg.inv(noisy) @ covariance
    return left.trace() / divisor


def owned_by_counting(column):
    counts = Counter(column.tolist())
    return torch.tensor([(counts[v] / len(column)) ** 2 / 12 for v in column.tolist()])


def owned_by_unique(column):
    _, place, counts = column.unique(return_inverse=True, return_counts=True)
    return (counts / len(column))[place].square() / 12


def owned_by_edges(column):
    values = np.sort(column.numpy())
    low, high = (np.searchsorted(values, column.numpy(), side=s) for s in ("left", "right"))
    return ((high - low) / len(values)) ** 2 / 12


def share(column):
    return owned_by_unique(column).mul(12).sqrt()


def paired_by_hand(ours, theirs):
    d = ours - theirs
    return ((d - d.mean()).square().sum() / (len(d) - 1) / len(d)).sqrt()


def paired_by_numpy(ours, theirs):
    return np.std((ours - theirs).numpy(), ddof=1) / np.sqrt(len(ours))


def paired_by_covariance(ours, theirs):
    c = torch.stack((ours, theirs)).cov()
    return ((c[0, 0] + c[1, 1] - 2 * c[0, 1]) / len(ours)) ** 0.5


def auc_by_pairs(members, others):
    pairs = itertools.product(members.tolist(), others.tolist())
    return np.mean([(a > b) + (a == b) / 2 for a, b in pairs])


def auc_by_sign(members, others):
    return 0.5 + (members[:, None] - others).sign().mean() / 2


def auc_by_sklearn(members, others):
    truth = np.repeat((1, 0), (len(members), len(others)))
    return roc_auc_score(truth, torch.cat((members, others)))


def some_clients(client):
    draw = torch.Generator().manual_seed(5)
    return torch.isin(client, torch.randperm(54, generator=draw)[:12])


RIGHT = {
    "error_of_the_form": [form_by_numpy, form_by_eigenvalues, form_by_regression],
    "owned": [owned_by_counting, owned_by_unique, owned_by_edges],
    "paired_error": [paired_by_hand, paired_by_numpy, paired_by_covariance],
    "attack_auc": [auc_by_pairs, auc_by_sign, auc_by_sklearn],
    "hold_out": [some_clients, lambda client: client < 8, lambda client: client % 6 == 1],
}
WRONG = {
    "error_of_the_form": {
        "one α is missing": lambda c, alpha, h: form(c, alpha, h, alpha),
        "α is missing: the noisy": lambda c, alpha, h: form(c, alpha, h, 1.0),
        "the variance of the answer": lambda c, alpha, h: c.trace() - form(c, alpha, h),
        "the mean over coordinates": lambda c, alpha, h: form(c, alpha, h, divisor=len(c)),
        "h is squared": lambda c, alpha, h: form(c, alpha, h**2),
        "this is what no denoiser leaves": lambda c, alpha, h: c.trace(),
    },
    "owned": {
        "the length of the interval": share,
        "the standard deviation": lambda column: share(column) / 12**0.5,
        "the square of the length": lambda column: share(column) ** 2,
        "the variance of owning": lambda column: share(column) * (1 - share(column)),
        "counts instead": lambda column: (len(column) * share(column)) ** 2 / 12,
        "^✗ has shape": lambda column: column.unique(),
    },
    "paired_error": {
        "not paired": lambda a, b: (a.var() / len(a) + b.var() / len(b)).sqrt(),
        "the spread of the differences": lambda a, b: (a - b).std(),
        "divided by k": lambda a, b: (a - b).std() / len(a),
        "k − 1": lambda a, b: ((a - b).var(correction=0) / len(a)).sqrt(),
        "the variance of the mean": lambda a, b: (a - b).var() / len(a),
        "the mean difference": lambda a, b: (a - b).mean(),
    },
    "attack_auc": {
        "a tie counts as nothing": lambda m, o: (m[:, None] > o).double().mean(),
        "a tie counts as found": lambda m, o: (m[:, None] >= o).double().mean(),
        "upside down": lambda m, o: auc_by_sign(o, m),
        "only the middle": lambda m, o: (m > o.median()).double().mean(),
        "the difference of the means": lambda m, o: m.mean() - o.mean(),
    },
    "hold_out": {
        "rows of one client": lambda client: torch.arange(len(client)) < len(client) // 5,
        "dtype=torch.int64": lambda client: client % 5,
        r"shape=\(54,\)": lambda client: torch.arange(54) < 10,
        "share put aside=0.0": lambda client: client < 0,
        "share put aside=1.0": lambda client: client >= 0,
    },
}
