"""The exercises of notebook 03, a two-layer network and gradient descent."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .border import farthest_border

SHAPES = ((6, 3, 8, 2), (4, 2, 10, 1))  # rows n, features p, neurons m, outputs d


def _networks() -> Cases:
    """Features z (n, p), weights w (m, p) and signs a (m, d)."""
    draw = Generator().manual_seed(0)
    cases = []
    for n, p, m, d in SHAPES:
        z, w = torch.randn(n, p, generator=draw), torch.randn(m, p, generator=draw)
        cases.append((z, w, torch.randn(m, d, generator=draw).sign()))
    return cases


def _fits() -> Cases:
    """The same networks, with labels (n, d) after the features."""
    draw = Generator().manual_seed(1)
    return [(z, torch.randn(len(z), a.shape[1], generator=draw), w, a) for z, w, a in _networks()]


def _leaky_fits() -> Cases:
    """The same, and the slope of a leaky relu."""
    return [(*case, slope) for case, slope in zip(_fits(), (0.2, 0.4), strict=True)]


def _kernels() -> Cases:
    """Kernel matrices (n d, n d) between pairs (row, output), and the number of rows n.

    Chosen so that the largest eigenvalue is not the first that ``eigvals`` lists.
    """
    sizes = ((730, 6, 3), (86, 4, 4), (770, 6, 2))
    return [(_kernel(seed, size), rows) for seed, size, rows in sizes]


def _kernel(seed: int, size: int) -> Tensor:
    """A symmetric, positive definite matrix (size, size)."""
    factor = torch.randn(size, size, generator=Generator().manual_seed(seed))
    return factor @ factor.T + 0.1 * torch.eye(size)


def _moved_weights() -> Cases:
    """Features z (n, p), weights at the start and later, both (m, p)."""
    draw = Generator().manual_seed(3)
    return [(z, w, w + torch.randn(w.shape, generator=draw)) for z, w, _ in _networks()]


def _leaky(pre: Tensor, slope: float) -> Tensor:
    return torch.where(pre > 0, pre, slope * pre)


def _steepness(pre: Tensor, slope: float) -> Tensor:
    return torch.where(pre > 0, 1.0, slope)


def _pull(z: Tensor, labels: Tensor, hidden: Tensor, steepness: Tensor, a: Tensor) -> Tensor:
    """The gradient that follows from what the neurons say and how steep they are, both (n, m)."""
    residual = hidden @ a / len(a) ** 0.5 - labels
    return ((residual @ a.T) * steepness).T @ z / (len(z) * len(a) ** 0.5)


EXERCISES: dict[str, Task] = {
    "leaky_gradient": Exercise(
        solution=solutions.leaky_gradient,
        cases=_leaky_fits,
        mistakes={
            "off by a factor n: the loss is a mean over the rows, so divide by n": (
                lambda z, y, w, a, slope: len(z) * solutions.leaky_gradient(z, y, w, a, slope)
            ),
            "off by a factor √m: the m^(−1/2) of the network stands before its derivative too": (
                lambda z, y, w, a, slope: (
                    len(w) ** 0.5 * solutions.leaky_gradient(z, y, w, a, slope)
                )
            ),
            "off by a factor 2: the loss is ‖f − y‖²/(2n), and the 2 cancels": (
                lambda z, y, w, a, slope: 2 * solutions.leaky_gradient(z, y, w, a, slope)
            ),
            "the sign is reversed: the residual is f − y, and it is the step that subtracts": (
                lambda z, y, w, a, slope: -solutions.leaky_gradient(z, y, w, a, slope)
            ),
            "the slope is missing: each row's pull is multiplied by 1 or by the slope": (
                lambda z, y, w, a, slope: _pull(
                    z, y, _leaky(z @ w.T, slope), torch.ones(len(z), len(w)), a
                )
            ),
            "the slope is the wrong way round: it is 1 where w·z > 0": (
                lambda z, y, w, a, slope: _pull(
                    z, y, _leaky(z @ w.T, slope), _steepness(-z @ w.T, slope), a
                )
            ),
            "this is plain relu's mask: where w·z ≤ 0 the derivative is the slope, not 0": (
                lambda z, y, w, a, slope: _pull(
                    z, y, _leaky(z @ w.T, slope), _steepness(z @ w.T, 0.0), a
                )
            ),
            "the residual is that of a plain relu: f changes with the activation too": (
                lambda z, y, w, a, slope: _pull(
                    z, y, (z @ w.T).relu(), _steepness(z @ w.T, slope), a
                )
            ),
        },
    ),
    "output_gradient": Exercise(
        solution=solutions.output_gradient,
        cases=_fits,
        mistakes={
            "off by a factor n: the loss is a mean over the rows, so divide by n": (
                lambda z, y, w, a: len(z) * solutions.output_gradient(z, y, w, a)
            ),
            "off by a factor √m: the m^(−1/2) of the network stands before its derivative too": (
                lambda z, y, w, a: len(w) ** 0.5 * solutions.output_gradient(z, y, w, a)
            ),
            "off by a factor 2: the loss is ‖f − y‖²/(2n), and the 2 cancels": (
                lambda z, y, w, a: 2 * solutions.output_gradient(z, y, w, a)
            ),
            "off by a factor d: the loss is a mean over rows, and a sum over outputs": (
                lambda z, y, w, a: solutions.output_gradient(z, y, w, a) / a.shape[1]
            ),
            "the sign is reversed: the residual is f − y, and it is the step that subtracts": (
                lambda z, y, w, a: -solutions.output_gradient(z, y, w, a)
            ),
            "this uses the mask: f is linear in a, its derivative is relu(w·z) itself": (
                lambda z, y, w, a: (
                    (z @ w.T > 0).float().T
                    @ ((z @ w.T).relu() @ a / len(w) ** 0.5 - y)
                    / (len(z) * len(w) ** 0.5)
                )
            ),
            "relu is missing: the derivative is relu(w·z), not w·z": (
                lambda z, y, w, a: (
                    (z @ w.T).T
                    @ ((z @ w.T).relu() @ a / len(w) ** 0.5 - y)
                    / (len(z) * len(w) ** 0.5)
                )
            ),
        },
    ),
    "largest_stable_step": Exercise(
        solution=solutions.largest_stable_step,
        cases=_kernels,
        mistakes={
            "divided by the size of the matrix: with d outputs it has n d rows, and the mean is "
            "over n": (lambda kernel, rows: 2 * len(kernel) / torch.linalg.eigvalsh(kernel)[-1]),
            "this is 1/λ_max, the default step: stable up to twice that": (
                lambda kernel, rows: solutions.largest_stable_step(kernel, rows) / 2
            ),
            "off by a factor 1/n: λ_max is that of K/n": (
                lambda kernel, rows: 2 / torch.linalg.eigvalsh(kernel)[-1]
            ),
            "off by a factor n²: K is divided by n once": (
                lambda kernel, rows: 2 / torch.linalg.eigvalsh(kernel)[-1] / rows
            ),
            "this is 2/λ_min: the steepest direction breaks first, and λ_max decides": (
                lambda kernel, rows: 2 * rows / torch.linalg.eigvalsh(kernel)[0]
            ),
            "this takes the first that `eigvals` lists: it sorts nothing, `eigvalsh` does": (
                lambda kernel, rows: 2 * rows / torch.linalg.eigvals(kernel)[0].real
            ),
            "this is λ_max/2: the steeper the loss, the smaller the step": (
                lambda kernel, rows: 1 / solutions.largest_stable_step(kernel, rows)
            ),
            "this is 2/trace: safe, but the trace is the sum of all eigenvalues": (
                lambda kernel, rows: 2 * rows / kernel.trace()
            ),
        },
    ),
    "share_switched": Exercise(
        solution=solutions.share_switched,
        cases=_moved_weights,
        mistakes={
            "this is the share that stayed as it was: 1 minus what is asked": (
                lambda z, start, now: 1 - solutions.share_switched(z, start, now)
            ),
            "only switching off is counted: a neuron that comes on has switched too": (
                lambda z, start, now: ((z @ start.T > 0) & (z @ now.T <= 0)).float().mean()
            ),
            "only switching on is counted: a neuron that goes off has switched too": (
                lambda z, start, now: ((z @ start.T <= 0) & (z @ now.T > 0)).float().mean()
            ),
            "a number of pairs, not a share: divide by rows times neurons": (
                lambda z, start, now: ((z @ start.T > 0) != (z @ now.T > 0)).sum()
            ),
            "this is the share of signs of weights that changed: look at w·z on each row": (
                lambda z, start, now: ((start > 0) != (now > 0)).float().mean()
            ),
        },
    ),
    "twins": Derivation(),
    "find_border": Experiment(
        text="your border over 2/λ_max, where it is farthest off",
        measure=farthest_border,
        between=(0.93, 1.1),
        solution=solutions.find_border,
        mistakes={
            "beyond the border the network recovers, and its last error is below the first again: "
            "ask whether the error rises anywhere": (3, None),
            "the smallest error after 40 steps lies beyond the border: ask where it first rises": (
                (1.1, 2)
            ),
            "this is 1/λ_max, where the steepest direction is learned in one step": (0.45, 0.55),
        },
    ),
}
