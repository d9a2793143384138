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

from . import devices, kernel, validate
from .flow import LARGEST, Flow
from .process import FeatureMap, OrnsteinUhlenbeck, Regression, draw

#: Rows whose features are held at once.
ROWS = 2048


class RandomFeatures:
    """φ(z) of what a network sees, z = ``features(t, x)`` (n, p), for ``directions`` w (m, p)."""

    def __init__(self, features: FeatureMap, directions: Tensor) -> None:
        self.features, self.directions = features, directions

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """φ for queries t (n,), x (n, d): shape (n, m p)."""
        z = self.features(t, x).to(self.directions)
        validate.shape("z", z, (len(x), self.directions.shape[1]))
        validate.moderate("(t, x)", z)
        on = (z @ self.directions.T > 0).to(z) / len(self.directions) ** 0.5
        return (on[:, :, None] * z[:, None, :]).flatten(1)


class FeatureDenoiser:
    """The denoiser f(t, x) = φ(t, x) C for coefficients C (m p, d)."""

    def __init__(self, phi: RandomFeatures, coefficients: Tensor) -> None:
        self.phi, self.coefficients = phi, coefficients

    @property
    def device(self) -> torch.device:
        """Where the coefficients lie, and where queries must."""
        return self.coefficients.device

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """f(t, x) for t (n,) and x (n, d), shape (n, d); ValueError for x on another device."""
        validate.queries(t, x)
        validate.on_device("x", x, self.device, "the denoiser's")
        rows = zip(t.split(ROWS), x.split(ROWS), strict=True)
        return torch.cat([self.phi(*part) @ self.coefficients for part in rows]).to(x)


class FeatureFlow(Flow):
    """Gradient descent on ``width`` random features, at every stopping time: a path.

    ``batches`` are gone through once and not kept, so that there may be many rows, as with many
    noises for each clean sample; all count alike. What a network sees of them is
    ``features(t, x_t)`` (n, p), those of the process when None: p = d + 2. One eigendecomposition
    of a square matrix with m p rows. ``step_size`` η is 1/λ_max when None. Raises ValueError when
    η ≥ 2/λ_max, for no batch, batches of different dimensions, labels beyond 1e120, and when the
    matrix would not fit into memory.
    """

    def __init__(
        self,
        process: OrnsteinUhlenbeck,
        batches: Iterable[Regression],
        width: int,
        step_size: float | None = None,
        *,
        features: FeatureMap | None = None,
        generator: Generator | None = None,
    ) -> None:
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            raise ValueError("batches=(): must hold at least one")
        features = features or process.features
        dim, where = first.x_t.shape[1], kernel.algebra_device(first.x_t.device)
        columns = features(first.t[:1], first.x_t[:1]).shape[1]
        size = validate.count("width", width) * columns
        devices.require_memory("width", width, kernel.DECOMPOSED * size**2, where, "width")
        directions = draw(torch.randn, (width, columns), generator, first.x_t)
        self.phi, self.rows = RandomFeatures(features, directions), 0
        gram = torch.zeros(size, size, dtype=torch.float64, device=where)
        moment = gram.new_zeros(size, dim)
        self._labels_square = gram.new_zeros(())
        for data in itertools.chain((first,), batches):
            validate.points("batches.x_t", data.x_t, dim=dim)
            validate.sized("batches.x_0", data.x_0, LARGEST)
            for t, x, y in zip(*(p.split(ROWS) for p in (data.t, data.x_t, data.x_0)), strict=True):
                phi, y = self.phi(t, x).to(gram), y.to(gram)  # in float32 its rank would be lost
                gram += phi.T @ phi
                moment += phi.T @ y
                self._labels_square += y.square().sum()
            self.rows += len(data.x_t)
        values, vectors = torch.linalg.eigh(gram.div_(self.rows))
        devices.share(where)  # the decomposition took several times what stays
        # ΦᵀΦ is positive semi-definite: what is below zero is rounding.
        self.eigenvalues, self.vectors = values.flip(0).clamp_min(0), vectors.flip(1)
        self.projections = self.vectors.T @ moment
        self.step_size = self._choose_step(step_size)

    def at(self, step: float) -> FeatureDenoiser:
        """The denoiser after ``step`` steps, any whole number ≥ 0 or inf (least squares)."""
        coefficients = self.vectors @ self._weighted([validate.step("step", step)])
        return FeatureDenoiser(self.phi, coefficients.to(self.phi.directions))

    def train_loss(self, step: float) -> float:
        """L = (1/2n) [‖Y‖² − Σ_k (1 − (1 − ηλ_k)^{2τ}) ‖p_k‖² / (n λ_k)], p = Vᵀ Φᵀ Y (derived)."""
        fitted = self.fitted(step)
        # Roots first: ‖p_k‖² alone may overflow where ‖Y‖² does not.
        parts = self.projections * (self.inverses / len(self)).sqrt()[:, None]
        explained = (fitted * (2 - fitted)) @ parts.square().sum(1)
        # In this order NaN stays NaN.
        return max(float(self._labels_square - explained) / (2 * len(self)), 0.0)

    def _rotated(self, t: Tensor, x: Tensor) -> Tensor:
        rows = zip(t.split(ROWS), x.split(ROWS), strict=True)
        return torch.cat([self.phi(*part).to(self.vectors) @ self.vectors for part in rows])
