"""Right and wrong answers to the exercises of notebook 04; see tests/support/tables.py."""

from __future__ import annotations

import math

import numpy as np
import torch

PI = math.pi


def leaky_by_cases(dot, angle, slope):
    """Probabilities of both, neither, one alone and the other alone."""
    both = (PI - angle) / (2 * PI)
    cases = (both, 1.0), (both, slope**2), (0.5 - both, slope), (0.5 - both, slope)
    return dot * sum(probability * product for probability, product in cases)


def leaky_from_the_mean(dot, angle, slope):
    """The derivative is (1 + s)/2 ± (1 − s)/2, and the signs agree with probability 1 − θ/π."""
    mean, half = (1 + slope) / 2, (1 - slope) / 2
    return dot * (mean**2 + half**2 * (1 - 2 * angle / PI))


def residual_one_by_one(values, start, step_size, steps):
    for _ in range(int(steps)):
        start = start - step_size * values * start
    return start


def loss_step_by_step(kernel, labels, step_size, steps):
    residual = -labels
    for _ in range(int(steps)):
        residual = residual - step_size * kernel @ residual / len(kernel)
    return residual.square().sum() / (2 * len(kernel))


def loss_by_power(kernel, labels, step_size, steps):
    one_step = torch.eye(len(kernel)) - step_size * kernel / len(kernel)
    return (torch.linalg.matrix_power(one_step, int(steps)) @ labels).norm() ** 2 / len(kernel) / 2


def loss(kernel, labels, step_size, steps, power=2, n=None):
    values, vectors = np.linalg.eigh(kernel.numpy() / (n or len(kernel)))
    left = (1 - float(step_size) * values) ** (power * int(steps))
    return (left @ (vectors.T @ labels.numpy()) ** 2).sum() / (2 * len(kernel))


def output_by_neurons(z1, z2, w):
    return sum(torch.outer((z1 @ v).relu(), (z2 @ v).relu()) for v in w) / len(w)


def recursion(z1, z2, layers, theta_of=lambda new, old, theta, share: new + theta * share):
    lengths = torch.outer(z1.norm(dim=1), z2.norm(dim=1))
    sigma = theta = z1 @ z2.T
    for _ in range(layers):
        angle, old = torch.arccos((sigma / lengths).clamp(-1, 1)), sigma
        sigma = lengths * (torch.sin(angle) + (PI - angle) * torch.cos(angle)) / PI
        theta = theta_of(sigma, old, theta, (PI - angle) / PI)
    return theta


def recursion_on_unit_vectors(z1, z2, layers):
    z1, z2 = z1.numpy(), z2.numpy()
    lengths = np.linalg.norm(z1, axis=1)[:, None] * np.linalg.norm(z2, axis=1)
    cosine = z1 @ z2.T / lengths
    theta = cosine
    for _ in range(layers):
        angle = np.arccos(np.clip(cosine, -1, 1))
        cosine = (np.sqrt(1 - np.clip(cosine, -1, 1) ** 2) + (PI - angle) * cosine) / PI
        theta = cosine + theta * (1 - angle / PI)
    return lengths * theta


def recursion_of_itself(z1, z2, layers):
    def below(layers):
        if layers == 0:
            return z1 @ z2.T, z1 @ z2.T
        sigma, theta = below(layers - 1)
        lengths = z1.norm(dim=1, keepdim=True) @ z2.norm(dim=1, keepdim=True).T
        angle = (sigma / lengths).clip(-1, 1).acos()
        sigma = lengths / PI * (angle.sin() + (PI - angle) * angle.cos())
        return sigma, sigma + theta * (1 - angle / PI)

    return below(layers)[1]


RIGHT = {
    "leaky_kernel": [
        leaky_by_cases,
        leaky_from_the_mean,
        lambda dot, angle, slope: (
            dot * ((1 + slope**2) * (PI - angle) + 2 * slope * angle) / (2 * PI)
        ),
    ],
    "residual_along": [
        residual_one_by_one,
        lambda values, start, rate, steps: torch.pow(1 - rate * values, steps) * start,
        lambda values, start, rate, steps: (
            np.power(1 - float(rate) * values.numpy(), int(steps)) * start.numpy()
        ),
    ],
    "directions_learned": [
        lambda values, rate, steps: (rate * values * steps > 1).sum(),
        lambda values, rate, steps: sum(float(v) > 1 / float(rate * steps) for v in values),
        lambda values, rate, steps: torch.count_nonzero((values * rate * steps).log() > 0)[None],
    ],
    "flow_loss": [loss_step_by_step, loss_by_power, loss],
    "output_kernel": [
        output_by_neurons,
        lambda z1, z2, w: torch.einsum("ir,jr->ij", (z1 @ w.T).relu(), (z2 @ w.T).relu()) / len(w),
        lambda z1, z2, w: (
            (z1 @ w.T).clamp_min(0) / len(w) ** 0.5 @ ((z2 @ w.T).clamp_min(0) / len(w) ** 0.5).T
        ),
    ],
    "deep_kernel": [recursion, recursion_on_unit_vectors, recursion_of_itself],
}

WRONG = {
    "leaky_kernel": {
        "plain relu's kernel": lambda dot, angle, _: dot * (PI - angle) / (2 * PI),
        "active at neither point is missing": lambda dot, angle, slope: (
            dot * ((PI - angle) / (2 * PI) + slope * angle / PI)
        ),
        "active at exactly one point is missing": lambda dot, angle, slope: (
            dot * (1 + slope**2) * (PI - angle) / (2 * PI)
        ),
        "slope instead of slope²": lambda dot, angle, slope: (
            dot * ((1 + slope) * (PI - angle) / (2 * PI) + slope * angle / PI)
        ),
        "z·z' is missing": lambda dot, *rest: leaky_by_cases(1.0, *rest),
        "raises TypeError": lambda dot, angle: dot,
    },
    "residual_along": {
        "what has been fitted": lambda values, start, rate, steps: (
            (1 - (1 - rate * values) ** steps) * start
        ),
        "limit of many small steps": lambda values, start, rate, steps: (
            start * torch.exp(-rate * steps * values)
        ),
        "subtracts the same": lambda values, start, rate, steps: (
            start - rate * steps * values * start
        ),
        "one step too many": lambda values, start, rate, steps: (
            start * (1 - rate * values) ** (1 + steps)
        ),
        "the step size is missing": lambda values, start, _, steps: start * (1 - values) ** steps,
        "without its sign": lambda values, start, rate, steps: (
            start * torch.exp(steps * (1 - rate * values).abs().log())
        ),
    },
    "directions_learned": {
        "not learned yet": lambda values, rate, steps: (rate * values * steps <= 1).sum(),
        "this is a share": lambda values, rate, steps: (
            (values > 1 / (rate * steps)).double().mean()
        ),
        "the step size is missing": lambda values, _, steps: (values * steps > 1).sum(),
        "the number of steps is missing": lambda values, rate, _: (values * rate > 1).sum(),
        r"has shape \(30,\)": lambda values, rate, steps: rate * values * steps > 1,
        "there may be none": lambda values, rate, steps: torch.argmin(
            1 * (rate * values * steps > 1)
        ),
    },
    "flow_loss": {
        "half the mean square": lambda *case: 2 * loss(*case),
        "mean over the rows": lambda kernel, *rest: len(kernel) * loss(kernel, *rest),
        "those of K": lambda *case: loss(*case, n=1),
        "not squared": lambda *case: loss(*case, power=1),
        "one step too many": lambda kernel, labels, rate, steps: loss(
            kernel, labels, rate, steps + 1
        ),
        "returns None": lambda *case: print(end=""),
    },
    "output_kernel": {
        "kernel of the first layer": lambda z1, z2, w: (
            z1 @ z2.T * ((z1 @ w.T > 0).float() @ (z2 @ w.T > 0).float().T) / len(w)
        ),
        "z·z' does not belong": lambda z1, z2, w: z1 @ z2.T * output_by_neurons(z1, z2, w),
        "factor m": lambda z1, z2, w: len(w) * output_by_neurons(z1, z2, w),
        "factor √m": lambda z1, z2, w: len(w) ** 0.5 * output_by_neurons(z1, z2, w),
        "relu is missing": lambda z1, z2, w: z1 @ w.T @ w @ z2.T / len(w),
        r"has shape \(4, 3\)": lambda z1, z2, w: output_by_neurons(z2, z1, w),
    },
    "deep_kernel": {
        "takes the new Σ": lambda *case: recursion(
            *case, lambda new, old, th, share: old + th * share
        ),
        "Σ is missing in Θ": lambda *case: recursion(*case, lambda new, old, th, share: th * share),
        "this is Σ, of the last layer alone": lambda *case: recursion(*case, lambda new, *_: new),
        "scaled by √2": lambda *case: recursion(*case, lambda n, _, th, share: n + th * share / 2),
        "one layer too many": lambda z1, z2, layers: recursion(z1, z2, layers + 1),
        r"has shape \(30,\)": lambda *case: recursion(*case).diagonal(),
        "measured nan": lambda z1, z2, layers: recursion(z1, z2, layers) * math.nan,
    },
}
