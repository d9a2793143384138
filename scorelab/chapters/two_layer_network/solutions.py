"""Solutions of notebook 03, a two-layer network and gradient descent."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def leaky_gradient(z: Tensor, labels: Tensor, w: Tensor, a: Tensor, slope: float) -> Tensor:
    """∇L (m, p) for a leaky relu, with z (n, p), labels (n, d), w (m, p), a (m, d)."""
    pre = z @ w.T
    leaky = torch.where(pre > 0, pre, slope * pre)
    residual = leaky @ a / len(w) ** 0.5 - labels
    # Row j pulls on neuron r with its residuals, each under the sign of its output, times the
    # slope of the activation there: where it is flatter, moving w_r changes less.
    steepness = torch.where(pre > 0, 1.0, slope)
    return ((residual @ a.T) * steepness).T @ z / (len(z) * len(w) ** 0.5)


def output_gradient(z: Tensor, labels: Tensor, w: Tensor, a: Tensor) -> Tensor:
    """∇L (m, d) with respect to the output weights a, for z (n, p), labels (n, d), w (m, p)."""
    # f is linear in a: its derivative is what the neuron says, relu(w·z), and not the mask, which
    # is the derivative of relu.
    hidden = (z @ w.T).relu()
    residual = hidden @ a / len(w) ** 0.5 - labels
    return hidden.T @ residual / (len(z) * len(w) ** 0.5)


def largest_stable_step(kernel: Tensor, rows: Tensor | int) -> Tensor:
    """2/λ_max of K/n for a symmetric kernel matrix K (n d, n d) over n rows."""
    # Each step multiplies the residual along an eigenvector by 1 − ηλ. That shrinks it while
    # −1 < 1 − ηλ, so η < 2/λ, and the largest eigenvalue is the first to break this.
    return 2 * rows / torch.linalg.eigvalsh(kernel)[-1]


def share_switched(z: Tensor, start: Tensor, now: Tensor) -> Tensor:
    """The share of row-neuron pairs whose activation differs, with z (n, p), weights (m, p)."""
    # A neuron is active on a row where w · z > 0. It counts as switched if it was active and is
    # not any more, and also if it was not and now is.
    return ((z @ start.T > 0) != (z @ now.T > 0)).float().mean()


def find_border(errors: Callable[[float], Tensor]) -> float:
    """The largest stable step size, from the errors (41,) of a training at each step size."""
    stable, lost = 0.01, 100.0
    while lost / stable > 1.02:
        guess = (stable * lost) ** 0.5  # halfway on a logarithmic axis
        after = errors(guess)[1:]
        # Below the border no error is larger than the one before; above it, one is at once.
        if (after[1:] <= after[:-1]).all():
            stable = guess
        else:
            lost = guess
    return (stable * lost) ** 0.5
