"""The neural tangent kernel of the two-layer network, and gradient descent in closed form.

K(z, z') = κ(z, z') I_d with κ = z·z' (π − arccos u) / (2π), u = cos ∠(z, z') (derived, for output
signs with E[a aᵀ] = I). Kernel gradient descent from zero has, with K/n = V Λ Vᵀ, the solution
f_τ(z) = κ(z, Z) V diag((1 − (1 − ηλ)^τ) / λ) Vᵀ Y / n, so that one decomposition serves every τ.
"""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from . import devices, validate
from .devices import algebra_device, has_triton
from .flow import LARGEST, Flow
from .process import FeatureMap, OrnsteinUhlenbeck, Regression

if TYPE_CHECKING:
    from .fused import ntk as fused_ntk

#: Rows of the Gram matrix made at once: small enough to stay in cache through all its passes.
ROWS = 128
#: Bytes for each entry of a matrix in float64 and for what its decomposition needs beside it.
DECOMPOSED = 5 * 8


def ntk(z1: Tensor, z2: Tensor) -> Tensor:
    """κ(z, z') for features z1 (n1, p) and z2 (n2, p); shape (n1, n2), in the type of z1.

    Made row by row with no second array of the result's size. Raises ValueError for features
    that are not finite or of different p. κ(z, z) = ‖z‖²/2 grows without bound.
    """
    validate.same_dim(z1, z2, ("z1", "z2"))
    for name, z in (("z1", z1), ("z2", z2)):
        _usable(name, z)
    return _ntk(z1, z2)


def _ntk(z1: Tensor, z2: Tensor) -> Tensor:
    """``ntk`` of features that were looked at."""
    size = len(z1) * len(z2) * z1.element_size()
    devices.require_memory("len(z1), len(z2)", (len(z1), len(z2)), size, z1.device)
    if z1.device.type == "cpu":
        # Numba and Triton take a while to import: only who calls pays for it.
        from .fused import ntk as fused_ntk

        return fused_ntk.Columns(z2).gram(z1)
    if has_triton(z1.device):
        from .fused import cards_ntk

        return cards_ntk.gram(z1, z2)
    return blockwise_ntk(z1, z2)


def _usable(name: str, z: Tensor) -> None:
    """A ValueError where ‖z‖², which is of the size of κ, is no finite number, and for autograd."""
    validate.require(not z.requires_grad, f"{name}.requires_grad", True, "must be detached")
    norm, most = float(z.abs().max()) * z.shape[1] ** 0.5, torch.finfo(z.dtype).max ** 0.5
    allowed = f"must be below {most:.2g}, for κ grows as its square"
    validate.require(norm < most, f"the largest norm of {name}", norm, allowed)


def blockwise_ntk(z1: Tensor, z2: Tensor) -> Tensor:
    """The reference: ``ntk`` in torch, on any device, in blocks of rows that fit a cache."""
    out = torch.empty(len(z1), len(z2), dtype=z1.dtype, device=z1.device)
    unit2 = _unit(z2).T.contiguous()
    for rows, z, unit in zip(out.split(ROWS), z1.split(ROWS), _unit(z1).split(ROWS), strict=True):
        angle = (unit @ unit2).clamp_(-1, 1).arccos_()
        torch.mm(z, z2.T, out=rows)
        rows.mul_(angle.neg_().add_(math.pi)).mul_(1 / (2 * math.pi))
    return out


def _unit(z: Tensor) -> Tensor:
    norm = z.norm(dim=1, keepdim=True)
    return z / norm.where(norm > 0, torch.ones_like(norm))


def largest_eigenvalue(z: Tensor, tolerance: float = 1e-9) -> float:
    """λ_max of K/n for features z (n, p), by power iteration.

    Gradient descent is stable for η < 2/λ_max. The kernel is all but positive, so that the
    constant vector is close to the leading eigenvector and a few iterations are enough.
    """
    z = z.to(algebra_device(z.device), torch.float64)
    validate.points("z", z)
    _usable("z", z)
    keep = _ntk(z, z) if len(z) <= 4096 else None  # beyond, n² numbers are remade, not stored

    def apply(v: Tensor) -> Tensor:
        if keep is not None:
            return keep @ v / len(z)
        return torch.cat([_ntk(rows, z) @ v for rows in z.split(1024)]) / len(z)

    v = torch.ones(len(z), dtype=z.dtype, device=z.device)
    each = 1 if z.is_cpu else 16  # to look at numbers on a card is to wait for the card
    value, found = v @ v, math.nan
    for i in range(1, 193):
        v = v / v.norm()
        image = apply(v)
        last, value = value, v @ image
        if i % each == 0:
            before, found = torch.stack((last, value)).cpu().tolist()
            if abs(found - before) <= tolerance * found:
                break
        v = image
    return found


class KernelDenoiser:
    """The denoiser f(t, x) = κ(z, Z) C for coefficients C (n, d) on the training features Z.

    Queries are on ``device``, that of the data; Z (n, p) and C in float64, where algebra runs.
    """

    def __init__(
        self, features: FeatureMap, z: Tensor, coefficients: Tensor, device: torch.device
    ) -> None:
        self.features, self.z, self.coefficients, self.device = features, z, coefficients, device

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """f(t, x) for t (n,) and x (n, d), shape (n, d), in x's type.

        Raises ValueError for another d, for x on another device, and on the CPU for x that is not
        finite.
        """
        validate.on_device("x", x, self.device, "the denoiser's")
        query = self.features(t, x).to(self.z)
        validate.shape("z", query, (len(x), self.z.shape[1]))
        if x.is_cpu:  # to look at numbers on a card is to wait for the card
            _usable("(t, x)", query)
        return self._product(query).to(x)

    def _product(self, query: Tensor) -> Tensor:
        if self.z.device.type != "cpu":
            return _ntk(query, self.z) @ self.coefficients
        return self._columns.product(query, self.coefficients)

    @cached_property
    def _columns(self) -> fused_ntk.Columns:
        from .fused import ntk as fused_ntk

        return fused_ntk.Columns(self.z)


class KernelFlow(Flow):
    """Gradient descent in the NTK's function space, at every stopping time: a path.

    ``data`` gives n rows, of which the kernel sees ``features(t, x_t)`` (n, p), those of the
    process when None; ``step_size`` η is 1/λ_max when None. One eigendecomposition in
    float64 at the start, O(n³); afterwards any stop costs one small product. ``eigenvalues``
    (n,) are those of K/n, descending. Raises ValueError when η ≥ 2/λ_max, where it diverges, and
    when the matrix would not fit into memory, saying what n would, and for labels beyond 1e120.
    """

    def __init__(
        self,
        process: OrnsteinUhlenbeck,
        data: Regression,
        step_size: float | None = None,
        *,
        features: FeatureMap | None = None,
    ) -> None:
        self.features, self.device = features or process.features, data.x_t.device
        where = algebra_device(self.device)
        devices.require_memory("len(data)", len(data), DECOMPOSED * len(data) ** 2, where, "n")
        self.z = self.features(data.t, data.x_t).to(where, torch.float64)
        self.labels = validate.sized("data.x_0", data.x_0, LARGEST).to(where, torch.float64)
        values, vectors = torch.linalg.eigh(ntk(self.z, self.z).div_(len(self.z)))
        devices.share(where)  # the decomposition took several times what stays
        # K is positive semi-definite: what is below zero is rounding.
        self.eigenvalues, self.vectors = values.flip(0).clamp_min(0), vectors.flip(1)
        self.projections = self.vectors.T @ self.labels
        self.rows, self.step_size = len(data), self._choose_step(step_size)

    def with_labels(self, labels: Tensor) -> KernelFlow:
        """The flow for other labels (n, d) on the same inputs, at the cost of one product.

        The decomposition is of the inputs alone. Raises ValueError for labels of another shape or
        beyond 1e120.
        """
        other = copy(self)
        validate.shape("labels", validate.rows("labels", labels), tuple(self.labels.shape))
        other.labels = validate.sized("labels", labels, LARGEST).to(self.labels)
        other.projections = self.vectors.T @ other.labels
        return other

    def at(self, step: float) -> KernelDenoiser:
        """The denoiser after ``step`` steps, any whole number ≥ 0 or inf (the interpolant)."""
        coefficients = self.vectors @ self._weighted([validate.step("step", step)])
        return KernelDenoiser(self.features, self.z, coefficients, self.device)

    def _rotated(self, t: Tensor, x: Tensor) -> Tensor:
        return ntk(self.features(t, x).to(self.z), self.z) @ self.vectors

    def train_loss(self, step: float) -> float:
        """L = (1/2n) Σ_k (1 − ηλ_k)^{2τ} ‖v_kᵀ Y‖² after ``step`` steps, with rounded λ as 0."""
        left = self._log_left([validate.step("step", step)])[0][:, 0].exp()
        left = left.where(self.inverses > 0, torch.ones_like(left))
        return float(left.square() @ self.projections.square().sum(1)) / (2 * len(self))
