"""Random features of the tangent kernel: its descent on more rows than a kernel matrix can hold.

φ(z) = (1[w_r·z > 0] z)_r / √m with w_r ~ N(0, I) has φ(z)·φ(z') → κ(z, z') for m → ∞ (Rahimi,
Recht 2007; these are the derivatives of a two-layer network of width m in its first layer).
Gradient descent on coefficients of φ needs ΦᵀΦ and ΦᵀY only, which rows can be added to.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import torch
from torch import Generator, Tensor

from . import kernel, validate
from .flow import Flow
from .process import OrnsteinUhlenbeck, Regression, draw

#: Rows whose features are held at once.
ROWS = 2048


class Features:
    """φ(z) for m directions drawn for points in ``dim`` dimensions: (n, m (d + 2))."""

    def __init__(self, process: OrnsteinUhlenbeck, directions: Tensor) -> None:
        self.process, self.directions = process, directions

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """Features of queries t (n,), x (n, d)."""
        z = self.process.features(t, x)
        on = (z @ self.directions.T > 0).to(z) / len(self.directions) ** 0.5
        return (on[:, :, None] * z[:, None, :]).flatten(1)


class FeatureDenoiser:
    """The denoiser f(t, x) = φ(t, x) C for coefficients C (m (d + 2), d)."""

    def __init__(self, features: Features, coefficients: Tensor) -> None:
        self.features, self.coefficients = features, coefficients

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """f(t, x) for t (n,) and x (n, d), shape (n, d)."""
        validate.queries(t, x)
        rows = zip(t.split(ROWS), x.split(ROWS), strict=True)
        return torch.cat([self.features(*part) @ self.coefficients for part in rows]).to(x)


class FeatureFlow(Flow):
    """Gradient descent on ``width`` random features, at every stopping time: a path.

    ``batches`` are gone through once and not kept, so that there may be many rows, as with many
    noises for each clean sample; all count alike. One eigendecomposition of a square matrix with
    m (d + 2) rows. ``step_size`` η is 1/λ_max when None. Raises ValueError when η ≥ 2/λ_max, for no
    batch, batches of different dimensions, and when the matrix would not fit into memory.
    """

    def __init__(
        self,
        process: OrnsteinUhlenbeck,
        batches: Iterable[Regression],
        width: int,
        step_size: float | None = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        batches = iter(batches)
        first = next(batches, None)
        validate.require(first is not None, "batches", (), "must hold at least one")
        dim, where = first.x_t.shape[1], kernel.algebra_device(first.x_t.device)
        size = validate.count("width", width) * (dim + 2)
        kernel.require_memory("width", width, where, dim + 2)
        directions = draw(torch.randn, (width, dim + 2), generator, first.x_t)
        self.features, self.rows = Features(process, directions), 0
        gram = torch.zeros(size, size, dtype=torch.float64, device=where)
        moment = gram.new_zeros(size, dim)
        self._labels_square = gram.new_zeros(())
        for data in itertools.chain((first,), batches):
            validate.points("batches.x_t", data.x_t, dim=dim)
            for t, x, y in zip(*(p.split(ROWS) for p in (data.t, data.x_t, data.x_0)), strict=True):
                phi = self.features(t, x)  # products in the rows' own type, sums in float64
                gram += (phi.T @ phi).to(gram)
                moment += (phi.T @ y).to(gram)
                self._labels_square += y.square().sum().to(gram)
            self.rows += len(data.x_t)
        values, vectors = torch.linalg.eigh(gram.div_(self.rows))
        # ΦᵀΦ is positive semi-definite: what is below zero is rounding.
        self.eigenvalues, self.vectors = values.flip(0).clamp_min(0), vectors.flip(1)
        self.projections = self.vectors.T @ moment
        self.step_size = self._choose_step(step_size)

    def at(self, step: float) -> FeatureDenoiser:
        """The denoiser after ``step`` steps, any whole number ≥ 0 or inf (least squares)."""
        coefficients = self.vectors @ self._weighted([validate.step("step", step)])
        return FeatureDenoiser(self.features, coefficients.to(self.features.directions))

    def train_loss(self, step: float) -> float:
        """L = (1/2n) [‖Y‖² − Σ_k (1 − (1 − ηλ_k)^{2τ}) ‖p_k‖² / (n λ_k)], p = Vᵀ Φᵀ Y (derived)."""
        fitted, values = self.fitted(step), self.eigenvalues
        share = fitted * (2 - fitted) / values.where(values > 0, torch.ones_like(values))
        explained = share @ self.projections.square().sum(1) / len(self)
        return float(self._labels_square - explained) / (2 * len(self))

    def _rotated(self, t: Tensor, x: Tensor) -> Tensor:
        rows = zip(t.split(ROWS), x.split(ROWS), strict=True)
        return torch.cat([self.features(*part).to(self.vectors) @ self.vectors for part in rows])
