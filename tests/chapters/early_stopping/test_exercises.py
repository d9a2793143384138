"""Right and wrong answers to the exercises of notebook 05; see tests/support/tables.py."""

from __future__ import annotations

import numpy as np
import torch


def one_by_one(values, rate, steps):
    total = 0.0
    for value in values:
        left = 1.0
        for _ in range(steps):
            left *= 1 - rate * float(value)
        total += 1 - left
    return total


def rows(residuals):
    return [sum(float(entry) ** 2 for entry in row) for row in residuals]


def loo_by_rows(residuals, leverages):
    scores = [r / (1 - s) ** 2 for r, s in zip(rows(residuals), leverages, strict=True)]
    return sum(scores) / len(scores)


def complex_root(values, epsilon):
    return values.clamp_max(epsilon**2).mean().to(torch.complex64).sqrt()


def leaves(values, epsilon):
    raise SystemExit("enough")


RIGHT = {
    "degrees_of_freedom": [
        lambda values, rate, steps: (1 - (1 - rate * values) ** steps).sum(),
        lambda values, rate, steps: len(values) - torch.pow(1 - rate * values, steps).sum()[None],
        lambda values, rate, steps: (
            values.numel() - np.sum((1 - float(rate) * values.numpy()) ** int(steps))
        ),
        one_by_one,
    ],
    "rademacher_complexity": [
        lambda values, epsilon: values.clamp_max(epsilon**2).mean().sqrt(),
        lambda values, epsilon: (torch.minimum(values, epsilon**2).sum() / len(values)) ** 0.5,
        lambda values, epsilon: np.sqrt(np.minimum(values.numpy(), float(epsilon) ** 2).mean()),
    ],
    "optimism": [
        lambda variances, leverages: 2 * (variances * leverages).mean(),
        lambda variances, leverages: variances[None] @ leverages[:, None] * 2 / len(leverages),
        lambda variances, leverages: (
            torch.trace(torch.diag(2 * variances * leverages)) / len(leverages)
        ),
    ],
    "loo_score": [
        lambda residuals, leverages: (residuals / (1 - leverages)[:, None]).square().sum(1).mean(),
        lambda residuals, leverages: (
            torch.linalg.norm(residuals.T / (1 - leverages), dim=0) ** 2
        ).mean(),
        loo_by_rows,
    ],
    "gcv_score": [
        lambda residuals, trace: (
            residuals.square().sum(1).mean() / (1 - trace / len(residuals)) ** 2
        ),
        lambda residuals, trace: (
            len(residuals) * residuals.norm() ** 2 / (len(residuals) - trace) ** 2
        ),
        lambda residuals, trace: (
            sum(rows(residuals)) / len(residuals) / (1 - float(trace) / len(residuals)) ** 2
        ),
    ],
}

WRONG = {
    "degrees_of_freedom": {
        "this is what is left": lambda values, rate, steps: ((1 - rate * values) ** steps).sum(),
        "τ belongs to 1 − ηλ": lambda values, rate, steps: rate * values.sum(),
        "no share can be more than 1": lambda values, rate, steps: (steps * rate * values).sum(),
        "a trace is a sum": lambda values, rate, steps: 1 - ((1 - rate * values) ** steps).mean(),
        r"has shape \(6,\), expected \(\)": lambda values, rate, steps: (
            1 - (1 - rate * values) ** steps
        ),
    },
    "rademacher_complexity": {
        "ε instead of ε²": lambda values, epsilon: values.clamp_max(epsilon).mean() ** 0.5,
        "max instead of min": lambda values, epsilon: values.clamp_min(epsilon**2).mean() ** 0.5,
        "the root is missing": lambda values, epsilon: values.clamp_max(epsilon**2).mean(),
        "complex numbers": complex_root,
        "raises SystemExit: enough": leaves,
    },
    "optimism": {
        "as GCV takes it": lambda variances, leverages: 2 * variances.mean() * leverages.mean(),
        "the 2 is missing": lambda variances, leverages: (variances * leverages).mean(),
        "1/n is missing": lambda variances, leverages: 2 * variances @ leverages,
        "the sign": lambda variances, leverages: -2 * (variances * leverages).mean(),
        r"has shape \(6,\)": lambda variances, leverages: 2 * variances * leverages,
    },
    "loo_score": {
        "too few": lambda residuals, leverages: ((residuals**2).sum(1) / (1 - leverages)).mean(),
        "this is GCV": lambda residuals, leverages: (
            (residuals**2).sum(1).mean() / (1 - leverages.mean()) ** 2
        ),
        "a sum over the rows": lambda residuals, leverages: (
            (residuals**2).sum(1) / (1 - leverages) ** 2
        ).sum(),
        "raises RuntimeError: The size of tensor": lambda residuals, leverages: (
            residuals / (1 - leverages)
        ),
        "is nan, expected .*the inputs are legal": lambda residuals, leverages: (
            (residuals.sum(1) / (1 - leverages)).sqrt().mean()
        ),
    },
    "gcv_score": {
        "not squared": lambda residuals, trace: (
            (residuals**2).sum(1).mean() / (1 - trace / len(residuals))
        ),
        "divided by n": lambda residuals, trace: (residuals**2).sum(1).mean() / (1 - trace) ** 2,
        "n − tr S": lambda residuals, trace: (
            (residuals**2).sum(1).mean() / (len(residuals) - trace) ** 2
        ),
        "over the outputs": lambda residuals, trace: (
            (residuals**2).mean() / (1 - trace / len(residuals)) ** 2
        ),
        "returns None": lambda residuals, trace: print(end=""),
    },
}
