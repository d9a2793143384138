"""Right and wrong answers to the exercises of notebook 03; see tests/support/tables.py."""

from __future__ import annotations

import numpy as np
import torch


def leaky_by_autograd(z, labels, w, a, slope):
    w = w.clone().requires_grad_()
    f = torch.nn.functional.leaky_relu(z @ w.T, float(slope)) @ a / len(w) ** 0.5
    return torch.autograd.grad((f - labels).square().sum() / (2 * len(z)), w)[0]


def leaky_in_place(z, labels, w, a, slope):
    pre = z @ w.T
    steep = torch.full_like(pre, float(slope))
    steep[pre > 0] = 1
    residual = (pre * steep) @ a / len(w) ** 0.5 - labels
    return torch.einsum("jr,ri,ji,jp->rp", steep, a, residual, z) / (len(z) * len(w) ** 0.5)


def leaky_row_by_row(z, labels, w, a, slope):
    total = torch.zeros_like(w)
    for row, label in zip(z, labels, strict=True):
        steep = torch.tensor([1.0 if w_r @ row > 0 else float(slope) for w_r in w])
        residual = (steep * (w @ row)) @ a / len(w) ** 0.5 - label
        total += ((a @ residual) * steep)[:, None] * row
    return total / (len(z) * len(w) ** 0.5)


def leaky(z, labels, w, a, slope, scale=1.0, low=None):
    return scale * leaky_in_place(z, labels, w, a, slope if low is None else low)


def output_by_autograd(z, labels, w, a):
    a = a.clone().requires_grad_()
    f = (z @ w.T).relu() @ a / len(w) ** 0.5
    return torch.autograd.grad((f - labels).square().sum() / (2 * len(z)), a)[0]


def output_by_rows(z, labels, w, a):
    hidden = np.maximum(z.numpy() @ w.numpy().T, 0)
    residual = hidden @ a.numpy() / np.sqrt(len(w)) - labels.numpy()
    rows = [np.outer(h, e) for h, e in zip(hidden, residual, strict=True)]
    return sum(rows) / (len(z) * np.sqrt(len(w)))


def output(z, labels, w, a, scale=1.0):
    hidden = (z @ w.T).clamp_min(0)
    return scale * hidden.T @ (hidden @ a / len(w) ** 0.5 - labels) / len(z) / len(w) ** 0.5


def switched_by_counting(z, start, now):
    pairs = [(float(row @ old) > 0, float(row @ new) > 0)
             for row in z for old, new in zip(start, now, strict=True)]  # fmt: skip
    return sum(old != new for old, new in pairs) / len(pairs)


def by_halving(errors):
    low, high = 0.01, 100.0
    for _ in range(9):
        guess = (low * high) ** 0.5
        rises = (errors(guess)[2:] > errors(guess)[1:-1]).any()
        low, high = (low, guess) if rises else (guess, high)
    return low


def step_by_step(errors):
    """From below, by five per cent at a time."""
    step = 0.5
    while torch.equal(errors(step), errors(step).sort(descending=True).values):
        step *= 1.05
    return torch.tensor([step / 1.02])


def by_brackets(errors):
    tried = torch.logspace(-2, 2, 41)
    stable = [float(s) for s in tried if errors(s).diff().max() <= 0]
    fine = torch.linspace(stable[-1], 1.3 * stable[-1], 12)
    return max(float(s) for s in fine if errors(s).diff().max() <= 0)


def last_below_first(errors):
    low, high = 0.01, 100.0
    for _ in range(9):
        guess = (low * high) ** 0.5
        low, high = (guess, high) if errors(guess)[-1] < errors(guess)[0] else (low, guess)
    return low


def best_after_forty(errors):
    tried = torch.logspace(-2, 2, 81)
    return tried[torch.stack([errors(s)[-1] for s in tried]).argmin()]


RIGHT = {
    "leaky_gradient": [leaky_by_autograd, leaky_in_place, leaky_row_by_row],
    "output_gradient": [output_by_autograd, output_by_rows, output],
    "largest_stable_step": [
        lambda kernel, rows: 2 / torch.linalg.eigvalsh(kernel / rows)[-1],
        lambda kernel, rows: 2 * rows / torch.linalg.eigvals(kernel).real.max(),
        lambda kernel, rows: 2 * rows / torch.linalg.matrix_norm(kernel, 2),
        lambda kernel, rows: [2 * float(rows) / np.linalg.svd(kernel.numpy())[1][0]],
    ],
    "share_switched": [
        lambda z, start, now: ((z @ start.T > 0) ^ (z @ now.T > 0)).double().mean(),
        lambda z, start, now: ((z @ start.T).gt(0) != (z @ now.T).gt(0)).sum() / len(z) / len(now),
        switched_by_counting,
    ],
    "find_border": [by_halving, step_by_step, by_brackets],
}

WRONG = {
    "leaky_gradient": {
        "factor 2": lambda *case: leaky(*case, scale=2),
        "the sign is reversed": lambda *case: leaky(*case, scale=-1),
        "plain relu's mask": lambda z, y, w, a, slope: (
            (
                (((z @ w.T).maximum(slope * (z @ w.T)) @ a / len(w) ** 0.5 - y) @ a.T)
                * (z @ w.T > 0)
            ).T
            @ z
            / (len(z) * len(w) ** 0.5)
        ),
        "factor n": lambda z, *rest: leaky(z, *rest, scale=len(z)),
        "factor √m": lambda z, y, w, *rest: leaky(z, y, w, *rest, scale=len(w) ** 0.5),
        r"has shape \(3, 8\)": lambda *case: leaky(*case).T,
        "at entry": lambda *case: leaky(*case, low=0.1),
    },
    "output_gradient": {
        "factor 2": lambda *case: output(*case, scale=2),
        "the sign is reversed": lambda *case: output(*case, scale=-1),
        "factor √m": lambda z, y, w, a: output(z, y, w, a, scale=len(w) ** 0.5),
        "factor d: the loss is a mean over rows": lambda *case: output(*case) / case[3].shape[1],
        "this uses the mask": lambda z, y, w, a: (
            (z @ w.T > 0).float().T
            @ ((z @ w.T).relu() @ a / len(w) ** 0.5 - y)
            / (len(z) * len(w) ** 0.5)
        ),
        "relu is missing": lambda z, y, w, a: (
            w @ z.T @ ((z @ w.T).relu() @ a / len(w) ** 0.5 - y) / (len(z) * len(w) ** 0.5)
        ),
        r"has shape \(2, 8\)": lambda *case: output(*case).T,
    },
    "largest_stable_step": {
        "divided by the size of the matrix": lambda kernel, _: (
            2 / torch.linalg.eigvalsh(kernel / len(kernel))[-1]
        ),
        "it sorts nothing": lambda kernel, rows: 2 * rows / torch.linalg.eigvals(kernel)[0].real,
        "the default step": lambda kernel, rows: rows / torch.linalg.eigvalsh(kernel)[-1],
        "factor 1/n": lambda kernel, _: 2 / torch.linalg.eigvalsh(kernel)[-1],
        "2/λ_min": lambda kernel, rows: 2 * rows / torch.linalg.eigvalsh(kernel).min(),
        "2/trace": lambda kernel, rows: 2 * rows / kernel.diagonal().sum(),
        "λ_max/2": lambda kernel, rows: torch.linalg.eigvalsh(kernel / rows)[-1] / 2,
        "complex": lambda kernel, rows: 2 * rows / torch.linalg.eigvals(kernel),
        r"has shape \(6,\)": lambda kernel, rows: 2 * rows / torch.linalg.eigvalsh(kernel),
    },
    "share_switched": {
        "stayed as it was": lambda z, start, now: (
            ((z @ start.T > 0) == (z @ now.T > 0)).float().mean()
        ),
        "only switching off": lambda z, start, now: (
            ((z @ start.T > 0) & ~(z @ now.T > 0)).float().mean()
        ),
        "only switching on": lambda z, start, now: (
            (~(z @ start.T > 0) & (z @ now.T > 0)).float().mean()
        ),
        "a number of pairs": lambda z, start, now: ((z @ start.T > 0) != (z @ now.T > 0)).sum(),
        "signs of weights": lambda z, start, now: (start.sign() != now.sign()).float().mean(),
        r"has shape \(6, 8\)": lambda z, start, now: (z @ start.T > 0) != (z @ now.T > 0),
    },
    "find_border": {
        "ask whether the error rises anywhere": last_below_first,
        "ask where it first rises": best_after_forty,
        "this is 1/λ_max": lambda errors: by_halving(errors) / 2,
        r"measured 0\.\d+, expected 0.93 to 1.1$": lambda errors: 2.0,
        "raises IndexError": lambda errors: errors(1.0)[41],
    },
}
