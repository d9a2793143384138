"""Solutions of notebook 04, the neural tangent kernel."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def leaky_kernel(dot: Tensor, angle: Tensor, slope: float) -> Tensor:
    """κ of a leaky relu, for z·z' and the angle θ between z and z', tensors of one shape."""
    # The hand of the clock is in both half circles with probability p = (π − θ)/(2π), in neither
    # with the same, for −w is as likely as w, and in exactly one with what is left, θ/π. The
    # product of the two derivatives is 1, slope² or slope.
    both, one = (math.pi - angle) / (2 * math.pi), angle / math.pi
    return dot * ((1 + slope**2) * both + slope * one)


def residual_along(eigenvalues: Tensor, start: Tensor, step_size: float, steps: int) -> Tensor:
    """v_k · E_τ (k,), for eigenvalues of K/n and v_k · E_0, both (k,)."""
    # Each step multiplies it by 1 − ηλ, exactly: e^{−ηλτ} is the limit of many small steps.
    return (1 - step_size * eigenvalues) ** steps * start


def directions_learned(eigenvalues: Tensor, step_size: float, steps: int) -> Tensor:
    """How many of the eigenvalues (n,) of K/n have ηλτ > 1."""
    # After 1/(ηλ) steps the factor (1 − ηλ)^τ has come down to about 1/e.
    return (step_size * eigenvalues * steps > 1).sum()


def flow_loss(kernel: Tensor, labels: Tensor, step_size: float, steps: int) -> Tensor:
    """L = ‖E_τ‖²/(2n) of the kernel flow, for κ on the rows (n, n) and the labels (n, d)."""
    # V is orthogonal: rotating the residuals into the directions v_k keeps their length.
    values, vectors = torch.linalg.eigh(kernel / len(kernel))
    left = (1 - step_size * values) ** steps
    return (left[:, None] * (vectors.T @ labels)).square().sum() / (2 * len(kernel))


def output_kernel(z1: Tensor, z2: Tensor, w: Tensor) -> Tensor:
    """Σ_r relu(w_r·z) relu(w_r·z') / m, for z1 (n1, p), z2 (n2, p), w (m, p); (n1, n2)."""
    # ∂f^i/∂a_r^i = m^{−1/2} relu(w_r·z): what the neuron says, and not its mask. Two factors
    # m^{−1/2} make 1/m, and no z is left to make a z·z'.
    return (z1 @ w.T).relu() @ (z2 @ w.T).relu().T / len(w)


def deep_kernel(z1: Tensor, z2: Tensor, layers: int) -> Tensor:
    """The tangent kernel Θ (n1, n2) of a relu network with so many hidden layers, all trained."""
    lengths = z1.norm(dim=1)[:, None] * z2.norm(dim=1)  # each layer keeps them
    sigma = theta = z1 @ z2.T
    for _ in range(layers):
        angle = (sigma / lengths).clamp(-1, 1).arccos()
        sigma = lengths * (angle.sin() + (math.pi - angle) * angle.cos()) / math.pi
        theta = sigma + theta * (math.pi - angle) / math.pi
    return theta
