"""Two-layer networks in more than one dimension, trained to the global optimum.

The weight decay (β/2)(‖W‖² + ‖A‖²) of a network is least, for the function it computes, when every
neuron's ‖w_j‖ equals its ‖a_j‖. It is then β Σ ‖w_j‖‖a_j‖, so that w_j may be taken of length one
and the loss is convex in the a_j: a group lasso over all unit neurons, which ``columns`` solves.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch
from torch import Generator, Tensor

from .. import kernel, validate
from .bound import least
from .columns import Bought, Problem, solve
from .fit import ACTIVATIONS, Fit, denoising_loss, score_matching_loss
from .line import Line
from .patterns import chosen
from .plane import Array, Plane, Units
from .solver import Unbounded
from .space import Space

OUTPUTS = ("joint", "separate")
Solved: TypeAlias = tuple[Problem, Bought]


def denoising(
    x_noisy: Tensor,
    targets: Tensor,
    beta: float,
    activation: str = "relu",
    patterns: int | Tensor | None = None,
    *,
    outputs: str = "joint",
    skip: bool = False,
    start: Fit | None = None,
    generator: Generator | None = None,
) -> Fit:
    """min ½ Σ_i ‖s(x_i) − ℓ_i‖² + (β/2)(‖W‖² + ‖A‖²), for x_noisy (n, d), d ≥ 2, targets (n, k).

    ``outputs="joint"`` is the network with neurons that feed all outputs, ``"separate"`` the one
    whose neurons feed one output each; their ``lower_bound`` is that of networks of their kind.
    ``patterns`` None allows every neuron; a number, or a bool tensor (n, P) of
    ``convex.patterns``, only neurons whose activations on the data are among so many, drawn from
    ``generator``, or among those; then the value is an upper bound, and ``gap`` still compares it
    with all networks. ``start`` is a fit with a neighbouring β to begin with. Raises ValueError
    for bad input and RuntimeError with the status of a solver that stops early.
    """
    x = checked(x_noisy, beta, activation)
    y = labels(targets, len(x))
    validate.one_of("outputs", outputs, OUTPUTS)
    oracle = _oracle(x, activation, None, chosen(x_noisy, patterns, generator))
    parts = [y] if outputs == "joint" else np.split(y, y.shape[1], axis=1)
    solved = []
    for k, part in enumerate(parts):
        problem = Problem(x, part, np.zeros_like(part), float(beta), activation, skip)
        solved.append((problem, solve(problem, oracle, _start(start, k, outputs))))
    fit = _assemble(solved, activation, float(beta), x_noisy)
    return _with_loss(fit, denoising_loss, x_noisy, targets)


def score_matching(
    x: Tensor,
    beta: float,
    activation: str = "relu",
    skip: bool = True,
    patterns: int | Tensor | None = None,
    *,
    outputs: str = "joint",
    generator: Generator | None = None,
) -> Fit:
    """min Σ_i [tr ∇s(x_i) + ½‖s(x_i)‖²] + (β/2)(‖W‖² + ‖A‖²), for x (n, d), d ≥ 2.

    ``outputs`` and ``patterns`` as in ``denoising``; with patterns, and for d ≥ 3, the gap is
    infinite where the bound does not hold. Raises ValueError for a β so small that the loss has
    no minimum; in the plane it names the least one.
    """
    points = checked(x, beta, activation)
    validate.one_of("outputs", outputs, OUTPUTS)
    allowed, solved = chosen(x, patterns, generator), []
    if x.shape[1] > 2:
        _require_minimum_along_axes(x, beta, activation, skip)
    for turn in _turns(x.shape[1], outputs):
        problem = _matching(points, turn, float(beta), activation, skip)
        oracle = _oracle(points, activation, turn, allowed)
        try:
            solved.append((problem, solve(problem, oracle)))
        except (Unbounded, RuntimeError) as error:
            raise _explained(error, problem, oracle) from None
    fit = _assemble(solved, activation, float(beta), x)
    return _with_loss(fit, score_matching_loss, x)


def least_beta(
    x: Tensor, activation: str = "relu", skip: bool = True, *, outputs: str = "joint"
) -> float:
    """The β below which score matching on x (n, 2) has no minimum, to 1/1000 and rather above."""
    points = checked(x, 1.0, activation)
    validate.one_of("outputs", outputs, OUTPUTS)
    return max(
        least(_matching(points, turn, 1.0, activation, skip), Plane(points, activation, turn))[1]
        for turn in _turns(2, outputs)
    )


def _turns(dim: int, outputs: str) -> list[Array]:
    """The unit vectors (k, dim) of the outputs that are solved for together."""
    each = np.eye(dim)
    return [each] if outputs == "joint" else list(each[:, None])


def _explained(error: Exception, problem: Problem, oracle: Plane | Space) -> Exception:
    """What to raise where score matching could not be solved: ValueError where β is too small."""
    beta, why = problem.beta, (
        "the loss has no minimum: neurons of opposite sign with nearly the same kink change the "
        "slope at a data point and nothing else, and earn more than they cost"
    )  # fmt: skip
    if isinstance(oracle, Plane) and beta < (bound := least(problem, oracle)[1]):
        return ValueError(
            f"beta={beta!r}: must be at least {bound:.5g} for {problem.activation}, "
            f"{'with' if problem.skip else 'without'} a skip connection, on these data: below "
            f"that {why}"
        )
    if isinstance(error, Unbounded):
        return ValueError(
            f"beta={beta!r}: must be larger on these data; {_enough(problem, oracle):g} is "
            f"enough. With this one {why}"
        )
    return RuntimeError(f"{error}; beta={beta!r} may be too small for a minimum")


def _enough(problem: Problem, oracle: Plane | Space) -> float:
    """The first of 2β, 4β, … at which there is a minimum that the solver finds."""
    while True:
        problem = replace(problem, beta=2 * problem.beta)
        with suppress(Unbounded, RuntimeError):
            solve(problem, oracle)
            return problem.beta


def _require_minimum_along_axes(x: Tensor, beta: float, activation: str, skip: bool) -> None:
    """Networks that look along one axis are networks on a line, and have a minimum first of all."""
    for column in x.split(1, dim=1):
        if len(column.unique()) > 1:
            Line(column, None, activation, skip).require(beta)


def _matching(x: Array, turn: Array, beta: float, activation: str, skip: bool) -> Problem:
    """Score matching of the outputs with unit vectors ``turn`` (k, d); their target is zero.

    With a skip connection the sum of divergences contains n tr V. Least over the free part Φ B,
    this adds ⟨drift, f⟩ with drift = −n Q R^{−T} E, where Φ = Q R and E has the unit vectors
    (derived in the course).
    """
    zero = np.zeros((len(x), len(turn)))
    problem = Problem(x, zero, zero, beta, activation, skip, rigid=True)
    if not skip:
        return problem
    q, r = problem.free
    unit = np.vstack((turn.T, np.zeros(len(turn))))
    return replace(problem, drift=-len(x) * (q @ np.linalg.solve(r.T, unit)))


def checked(x: Tensor, beta: float, activation: str) -> Array:
    """The points (n, d) as float64 on the CPU; a ValueError for them, β or the activation."""
    validate.points("x", x)
    validate.positive("beta", beta)
    validate.one_of("activation", activation, ACTIVATIONS)
    distinct = len(x.unique(dim=0))
    validate.require(distinct > 1, "x", f"{distinct} distinct point", "must hold at least two")
    return x.detach().cpu().double().numpy()


def labels(targets: Tensor, rows: int) -> Array:
    """The targets (n, k) as float64 on the CPU, or a ValueError."""
    shape = tuple(validate.points("targets", targets).shape)
    validate.require(len(targets) == rows, "targets.shape", shape, f"must have {rows} rows")
    return targets.detach().cpu().double().numpy()


def _oracle(x: Array, activation: str, turn: Array | None, allowed: Array | None) -> Plane | Space:
    """What finds the best neuron: exact in the plane, a search from many starts beyond."""
    if x.shape[1] != 2:
        return Space(x, activation, turn, allowed)
    plane = Plane(x, activation, turn)
    if allowed is not None:
        plane.restrict(allowed)
    return plane


def _start(fit: Fit | None, output: int, outputs: str) -> Units | None:
    """The neurons of an earlier fit, at length one; with separate outputs those of one output."""
    if fit is None:
        return None
    w, b, a = (each.detach().cpu().double().numpy() for each in fit.neurons)
    if outputs == "separate":
        w, b = w[a[:, output] != 0], b[a[:, output] != 0]
    length = np.linalg.norm(w, axis=1)
    return Units(w / length[:, None], b / length, np.zeros((len(w), 1)))


def _assemble(solved: list[Solved], activation: str, beta: float, like: Tensor) -> Fit:
    """One network of one or several solutions, each for its own outputs; its loss comes later."""
    blocks, linear = [], []
    for problem, bought in solved:
        features = bought.units.features(problem.x, activation)
        linear.append(problem.linear(features, bought.a))
        blocks.append(bought.a)
    w, b = (np.concatenate([getattr(bought.units, name) for _, bought in solved]) for name in "wb")
    a = _diagonal(blocks)
    root = np.sqrt(np.linalg.norm(a, axis=1))
    neurons = w * root[:, None], b * root, a / root[:, None]
    free = (np.concatenate(parts) for parts in zip(*linear, strict=True))
    bound = sum(bought.bound for _, bought in solved)
    tensors = [tuple(_tensor(each, like) for each in group) for group in (neurons, free)]
    return Fit(bound, 0.0, *tensors, activation, beta)


def _diagonal(blocks: list[Array]) -> Array:
    """Blocks (m_i, k_i) along a diagonal, zero elsewhere."""
    widths = np.cumsum([0, *(block.shape[1] for block in blocks)])
    padded = [np.pad(block, ((0, 0), (left, widths[-1] - left - block.shape[1])))
              for block, left in zip(blocks, widths, strict=False)]  # fmt: skip
    return np.concatenate(padded)


def _tensor(values: Array, like: Tensor) -> Tensor:
    """float64 on the device of ``like``, or on the CPU where that has no float64."""
    return torch.from_numpy(values).to(kernel.algebra_device(like.device))


def _with_loss(fit: Fit, loss: Callable[..., Tensor], *data: Tensor) -> Fit:
    """The fit with the loss of its network on the data, and how far that is from the bound."""
    data = [each.detach().to(fit.neurons[0]) for each in data]
    value = float(loss(*data, fit.neurons, fit.linear, fit.beta, fit.activation))
    return replace(fit, objective=value, gap=max(value - fit.objective, 0.0))
