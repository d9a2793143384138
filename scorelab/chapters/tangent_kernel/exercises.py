"""The exercises of notebook 04, the neural tangent kernel."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .deep import from_networks


def _leaks() -> Cases:
    """z·z' and θ between rows (n1, n2), and a slope."""
    draw, cases = Generator().manual_seed(0), []
    for shape, slope in (((4, 3), 0.2), ((2, 5), 0.5)):
        angle = math.pi * torch.rand(shape, generator=draw)
        cases.append((angle.cos() * (1 + torch.rand(shape, generator=draw)), angle, slope))
    return cases


def _directions() -> Cases:
    """Eigenvalues and residuals (k,), a step size (once with ηλ above 1) and a number of steps."""
    draw = Generator().manual_seed(1)
    return [
        (torch.tensor(values), torch.randn(len(values), generator=draw), step_size, steps)
        for values, step_size, steps in (([1.0, 0.3, 0.1], 0.9, 3), ([0.5, 0.2], 3.0, 3))
    ]


def _spectra() -> Cases:
    """Eigenvalues (n,), a step size and a number of steps; once all ηλτ are above 1."""
    values = 2.0 * torch.arange(1, 31).double() ** -1.5
    some = [(values, 0.5, steps) for steps in (10, 70)]
    return [*some, (values[:12], 0.3, 5), (values[:3], 0.5, 70)]


def _fits() -> Cases:
    """Kernels κ (n, n), labels (n, d), a step size and a number of steps."""
    draw, cases = Generator().manual_seed(2), []
    for n, d, steps in ((4, 2, 3), (6, 1, 5)):
        factor = torch.randn(n, n, generator=draw)
        kernel = factor @ factor.T + n * torch.eye(n)
        top = float(torch.linalg.eigvalsh(kernel / n)[-1])
        cases.append((kernel, torch.randn(n, d, generator=draw), 0.3 / top, steps))
    return cases


def _neurons() -> Cases:
    """Features z1 (n1, p) and z2 (n2, p), weights w (m, p)."""
    draw = Generator().manual_seed(3)
    return [
        tuple(torch.randn(rows, p, generator=draw) for rows in (n1, n2, m))
        for n1, n2, m, p in ((3, 4, 8, 3), (2, 2, 5, 2))
    ]


def _both(angle: Tensor) -> Tensor:
    return (math.pi - angle) / (2 * math.pi)


def _loss(kernel: Tensor, labels: Tensor, left: Tensor) -> Tensor:
    """The loss that follows from what is left of each direction, (n,)."""
    vectors = torch.linalg.eigh(kernel).eigenvectors
    return (left[:, None] * (vectors.T @ labels)).square().sum() / (2 * len(kernel))


def _values(kernel: Tensor) -> Tensor:
    return torch.linalg.eigvalsh(kernel / len(kernel))


EXERCISES: dict[str, Task] = {
    "leaky_kernel": Exercise(
        solution=solutions.leaky_kernel,
        cases=_leaks,
        mistakes={
            "this is plain relu's kernel: where it is not active, a leaky relu still has a slope": (
                lambda dot, angle, slope: dot * _both(angle)
            ),
            "active at neither point is missing: as likely as at both, and it counts slope²": (
                lambda dot, angle, slope: dot * (_both(angle) + slope * angle / math.pi)
            ),
            "active at exactly one point is missing: probability θ/π, and it counts slope": (
                lambda dot, angle, slope: dot * (1 + slope**2) * _both(angle)
            ),
            "active at exactly one point is θ/π, not θ/(2π): it may be either of the two": (
                lambda dot, angle, slope: (
                    dot * ((1 + slope**2) * _both(angle) + slope * angle / (2 * math.pi))
                )
            ),
            "slope instead of slope² at neither point: both derivatives are the slope there": (
                lambda dot, angle, slope: (
                    dot * ((1 + slope) * _both(angle) + slope * angle / math.pi)
                )
            ),
            "z·z' is missing: the probabilities are multiplied by it": (
                lambda dot, angle, slope: (1 + slope**2) * _both(angle) + slope * angle / math.pi
            ),
            "the probability of both is (π − θ)/(2π), not (π − θ)/π: the hand has 2π to choose": (
                lambda dot, angle, slope: (
                    dot * ((1 + slope**2) * 2 * _both(angle) + slope * angle / math.pi)
                )
            ),
        },
    ),
    "residual_along": Exercise(
        solution=solutions.residual_along,
        cases=_directions,
        mistakes={
            "this is what has been fitted: left of the residual is one minus that": (
                lambda values, start, step_size, steps: (
                    start - solutions.residual_along(values, start, step_size, steps)
                )
            ),
            "this is the limit of many small steps: a step multiplies by 1 − ηλ, not by e^(−ηλ)": (
                lambda values, start, step_size, steps: (
                    torch.exp(-step_size * values * steps) * start
                )
            ),
            "this subtracts the same from each step: each step multiplies what is left": (
                lambda values, start, step_size, steps: (1 - step_size * values * steps) * start
            ),
            "the sign is reversed: the residual itself, not the prediction, is asked for": (
                lambda values, start, step_size, steps: (
                    -solutions.residual_along(values, start, step_size, steps)
                )
            ),
            "one step too many": (
                lambda values, start, step_size, steps: (
                    (1 - step_size * values) ** (steps + 1) * start
                )
            ),
            "the step size is missing: a step multiplies by 1 − ηλ": (
                lambda values, start, step_size, steps: (1 - values) ** steps * start
            ),
            "1 − ηλ without its sign: a step with ηλ > 1 goes too far, and the residual turns": (
                lambda values, start, rate, steps: (1 - rate * values).abs() ** steps * start
            ),
        },
    ),
    "directions_learned": Exercise(
        solution=solutions.directions_learned,
        cases=_spectra,
        mistakes={
            "these are the directions not learned yet: those with ηλτ ≤ 1": (
                lambda values, step_size, steps: (step_size * values * steps <= 1).sum()
            ),
            "this is a share: count them": (
                lambda values, step_size, steps: (step_size * values * steps > 1).double().mean()
            ),
            "the step size is missing: the condition is ηλτ > 1": (
                lambda values, step_size, steps: (values * steps > 1).sum()
            ),
            "the number of steps is missing: the condition is ηλτ > 1": (
                lambda values, step_size, steps: (step_size * values > 1).sum()
            ),
            "where the first is that is not learned: there may be none, and then this is 0": (
                lambda values, step_size, steps: (step_size * values * steps <= 1).int().argmax()
            ),
            "this adds up the fitted shares: a good count too, but here count those above one": (
                lambda values, step_size, steps: (1 - (1 - step_size * values) ** steps).sum()
            ),
        },
    ),
    "flow_loss": Exercise(
        solution=solutions.flow_loss,
        cases=_fits,
        mistakes={
            "off by a factor 2: the loss is half the mean square": (
                lambda kernel, labels, step_size, steps: (
                    2 * solutions.flow_loss(kernel, labels, step_size, steps)
                )
            ),
            "off by a factor n: the loss is a mean over the rows": (
                lambda kernel, labels, step_size, steps: (
                    len(kernel) * solutions.flow_loss(kernel, labels, step_size, steps)
                )
            ),
            "the eigenvalues are those of K: divide the matrix by n first": (
                lambda kernel, labels, step_size, steps: _loss(
                    kernel, labels, (1 - step_size * torch.linalg.eigvalsh(kernel)) ** steps
                )
            ),
            "(1 − ηλ)^τ is not squared: the residual shrinks by it, the loss by its square": (
                lambda kernel, labels, step_size, steps: _loss(
                    kernel, labels, (1 - step_size * _values(kernel)) ** (steps / 2)
                )
            ),
            "this is the size of what has been fitted: the residual is what is left": (
                lambda kernel, labels, step_size, steps: _loss(
                    kernel, labels, 1 - (1 - step_size * _values(kernel)) ** steps
                )
            ),
            "one step too many": (
                lambda kernel, labels, step_size, steps: solutions.flow_loss(
                    kernel, labels, step_size, steps + 1
                )
            ),
        },
    ),
    "output_kernel": Exercise(
        solution=solutions.output_kernel,
        cases=_neurons,
        mistakes={
            "this is the kernel of the first layer: f is linear in a, and its derivative is relu": (
                lambda z1, z2, w: (
                    (z1 @ z2.T) * ((z1 @ w.T > 0).float() @ (z2 @ w.T > 0).float().T) / len(w)
                )
            ),
            "z·z' does not belong here: the derivative with respect to a is a number": (
                lambda z1, z2, w: (z1 @ z2.T) * solutions.output_kernel(z1, z2, w)
            ),
            "off by a factor m: two factors m^(−1/2) make 1/m": (
                lambda z1, z2, w: len(w) * solutions.output_kernel(z1, z2, w)
            ),
            "off by a factor √m: each of the two derivatives has its m^(−1/2)": (
                lambda z1, z2, w: len(w) ** 0.5 * solutions.output_kernel(z1, z2, w)
            ),
            "relu is missing: the derivative is relu(w·z), not w·z": (
                lambda z1, z2, w: (z1 @ w.T) @ (z2 @ w.T).T / len(w)
            ),
            "this has a mask in place of relu: that is the derivative of relu, not of f": (
                lambda z1, z2, w: (z1 @ w.T > 0).float() @ (z2 @ w.T > 0).float().T / len(w)
            ),
        },
    ),
    "early_ridge": Derivation(),
    "deep_kernel": Experiment(
        text="three layers: distance from the kernels of real networks",
        measure=from_networks,
        between=(0, 0.025),
        solution=solutions.deep_kernel,
        mistakes={
            "the angle is that of the old Σ in both formulas: compute it once a layer": (
                0.03,
                0.05,
            ),
            "Σ + Θ (π − θ)/π takes the new Σ": (0.195, 0.235),
            "one layer too many, or one too few: the loop runs once for each": (0.25, 0.285),
            "(π − θ)/π, not (π − θ)/(2π): the layers are scaled by √2": (0.42, 0.46),
            "the lengths are missing: Σ is ‖z‖ ‖z'‖ times a function of the angle": (0.57, 0.61),
            "this is Σ, of the last layer alone: Θ adds up what all of them learn": (0.63, 0.67),
            "Σ is missing in Θ: each layer adds its own part": (0.82, 0.88),
        },
    ),
}
