"""Solutions of notebook 09, convex denoising."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor


def pattern_count(n: int, dim: int) -> int:
    """How many activation patterns n points of general position in ``dim`` dimensions have."""
    # The bias makes it dim + 1 dimensions and planes through 0: twice a sum of dim + 1 terms.
    return 2 * sum(math.comb(n - 1, k) for k in range(dim + 1))


def balanced_neuron(w: Tensor, b: Tensor, a: Tensor) -> Tensor:
    """The same neuron with ‖w‖ = ‖a‖, as one vector (w, b, a); w (d,), b (), a (k,)."""
    # relu(c u) = c relu(u) for c > 0: what w and b are multiplied by, a is divided by.
    c = (a.norm() / w.norm()).sqrt()
    return torch.cat((c * w, c * b[None], a / c))


def neuron_earns(z: Tensor, x: Tensor, w: Tensor, p: Tensor) -> Tensor:
    """‖Zᵀ relu((x − p) · w)‖ of residuals z (n, k) for points x (n, d), a unit w and a pivot p."""
    return (z.T @ ((x - p) @ w).relu()).norm()


def certified_bound(z: Tensor, targets: Tensor, most: float, beta: float) -> Tensor:
    """The largest dual value of c z, 0 ≤ c ≤ β/most, for residuals z (n, k)."""
    # c⟨z, ℓ⟩ − c²‖z‖²/2 is largest at its vertex, or at the end that is nearest to it: c = 0 where
    # ⟨z, ℓ⟩ < 0. Without that end c z may earn more than β.
    inner, square = (z * targets).sum(), z.square().sum()
    c = (inner / square).clamp_max(beta / most).clamp_min(0)
    return c * inner - c**2 * square / 2


def column_step(
    x: Tensor, labels: Tensor, beta: float, w: Tensor, b: Tensor
) -> tuple[Tensor, Tensor]:
    """The unit neurons w (m, 2), b (m,), and the one that earns most beside them: m + 1."""
    from scorelab.convex.columns import weights

    features, y = (x @ w.T + b).relu(), labels - labels.mean(0)
    features = features - features.mean(0)
    a = weights(features.numpy(), y.numpy(), np.zeros((len(w), y.shape[1])), float(beta))
    z = y - features @ torch.from_numpy(a)  # their column sums vanish
    angle = torch.arange(720, dtype=x.dtype) * (2 * math.pi / 720)
    directions = torch.stack((angle.cos(), angle.sin()), dim=1)
    along = x @ directions.T
    units = (along[:, None] - along).relu()  # (n, pivots, angles)
    earned = torch.einsum("ik,ipa->pak", z, units).norm(dim=2)
    pivot, best = divmod(int(earned.argmax()), 720)
    return torch.cat((w, directions[[best]])), torch.cat((b, -along[[pivot], best]))


def trend_filter(x: Tensor, labels: Tensor, beta: float) -> Tensor:
    """The optimal f (n,) at rising x (n,) for labels (n,), by banded Newton steps in the dual."""
    from scipy.linalg import solveh_banded

    d, y, n, beta = 1 / np.diff(x.numpy()), labels.numpy(), len(x), float(beta)
    left, middle, right = d[:-1], -(d[:-1] + d[1:]), d[1:]  # the rows of D: jumps of the slope

    def jumps(f: np.ndarray) -> np.ndarray:
        return left * f[:-2] + middle * f[1:-1] + right * f[2:]

    def spread(u: np.ndarray) -> np.ndarray:
        return np.pad(left * u, (0, 2)) + np.pad(middle * u, 1) + np.pad(right * u, (2, 0))

    band = np.zeros((3, n - 2))  # D Dᵀ: its diagonal below, and two more above it
    band[2] = left**2 + middle**2 + right**2
    band[1, 1:] = middle[:-1] * left[1:] + right[:-1] * middle[1:]
    band[0, 2:] = right[:-2] * left[2:]
    u = np.zeros(n - 2)  # min ½‖Dᵀu − y‖² over |u| ≤ β, kept inside by −μ Σ log(β² − u²)
    for mu in np.repeat(beta * np.logspace(2, -10, 60), 3):
        above, below, hessian = beta - u, beta + u, band.copy()
        hessian[2] += mu * (1 / above**2 + 1 / below**2)
        move = -solveh_banded(hessian, jumps(spread(u) - y) + mu * (1 / above - 1 / below))
        room = np.where(move > 0, above, below) / np.maximum(np.abs(move), 1e-300)
        u = u + min(1.0, 0.9 * room.min()) * move
    return torch.from_numpy(y - spread(u))
