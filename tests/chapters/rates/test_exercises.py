"""Right and wrong answers to the exercises of notebook 06; see tests/support/tables.py."""

from __future__ import annotations

import numpy as np
import torch


def least_of_all(values, truth, noise, sizes, steps):
    """Direction by direction and stop by stop."""
    found = []
    for n in sizes.tolist():
        risks = []
        for step in steps.tolist():
            risk = 0.0
            for value, signal, price in zip(values, truth, noise, strict=True):
                left = float(1 - value / values.max()) ** step
                risk += float(signal) * left**2 + float(price) * (1 - left) ** 2 / n
            risks.append(risk)
        found.append(min(risks))
    return found


def in_numpy(values, truth, noise, sizes, steps):
    left = np.power.outer(1 - values.numpy() / float(values[0]), steps.numpy())
    bias, variance = truth.numpy() @ left**2, noise.numpy() @ (1 - left) ** 2
    return (bias + np.outer(1 / sizes.numpy(), variance)).min(1)


def by_size(values, truth, noise, sizes, steps, rate=None, power=2):
    left = (1 - (rate or 1 / values[0]) * values)[:, None] ** steps
    terms = [truth[:, None] * left**power + noise[:, None] * (1 - left) ** power / n for n in sizes]
    return torch.stack([term.sum(0).min() for term in terms])


RIGHT = {
    "decay_behind": [
        lambda slope: -slope / (1 + slope),
        lambda slope: 1 / (1 + slope) - 1,
        lambda slope: [float(-s / (s + 1)) for s in slope],
    ],
    "loglog_slope": [
        lambda x, y: np.polyfit(np.log(x.numpy()), np.log(y.numpy()), 1)[0],
        lambda x, y: torch.cov(torch.stack((x.log(), y.log())))[0, 1] / x.log().var(),
        lambda x, y: torch.linalg.lstsq(
            torch.stack((x.log(), torch.ones_like(x)), 1), y.log()[:, None]
        ).solution[0],
    ],
    "data_to_halve": [
        lambda slope: 2 ** (-1 / slope),
        lambda slope: torch.exp(-torch.tensor(2.0).log() / slope),
        lambda slope: np.exp2(-1 / slope.numpy()),
    ],
    "learning_curve": [least_of_all, in_numpy, by_size],
    "own_truth": [lambda t, x: x / 2, lambda t, x: 0.3 * x + 0.1, lambda t, x: -x.flip(1) / 3],
}

WRONG = {
    "decay_behind": {
        "the sign": lambda slope: slope / (1 + slope),
        "this is −slope": lambda slope: slope.abs(),
        "the other way": lambda slope: -slope / (1 - slope),
        "upside down": lambda slope: (1 + slope) / -slope,
        "so b . 1 = 1/": lambda slope: (1 + slope) ** -1,
    },
    "loglog_slope": {
        "logarithms are missing": lambda x, y: np.polyfit(x.numpy(), y.numpy(), 1)[0],
        "logarithm of x": lambda x, y: np.polyfit(x.numpy(), np.log(y.numpy()), 1)[0],
        "exchanged": lambda x, y: np.polyfit(np.log(y.numpy()), np.log(x.numpy()), 1)[0],
        "first and last": lambda x, y: torch.log(y[-1] / y[0]) / torch.log(x[-1] / x[0]),
        r"has shape \(2,\)": lambda x, y: np.polyfit(np.log(x.numpy()), np.log(y.numpy()), 1),
    },
    "data_to_halve": {
        "upside down": lambda slope: 0.5 ** (-1 / slope),
        "when n doubles": lambda slope: torch.exp2(slope),
        "solve factor": lambda slope: torch.exp2(-slope),
        "raised to 1/slope": lambda slope: 2 / slope.abs(),
        "halved twice": lambda slope: 16 ** (-1 / slope / 2),
    },
    "learning_curve": {
        "not squared": lambda *case: by_size(*case, power=1),
        "and not 1": lambda *case: by_size(*case, rate=1.0),
        "bias does not get cheaper": lambda *case: (
            by_size(*case[:3], torch.ones(1), case[4]) / case[3]
        ),
        "changed places": lambda values, truth, noise, sizes, steps: torch.stack(
            [by_size(values, noise / n, truth * 1, torch.ones(1), steps)[0] for n in sizes]
        ),
        r"has shape \(\)": lambda *case: by_size(*case)[0],
    },
    "own_truth": {
        "measured -0.2.*steeper is more below zero": lambda t, x: x * torch.sin(40 * t)[:, None],
        "measured -0.1.*steeper is more below zero": lambda t, x: x.round(),
        "raises RuntimeError": lambda t, x: x @ x,
        "raises ValueError: own_truth=None": lambda t, x: print(end=""),
        "raises ValueError: own_truth=tensor": lambda t, x: x[:, :1],
        "must be above 0": lambda t, x: 0 * x,
    },
}
