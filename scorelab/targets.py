"""Distributions whose denoiser is known exactly: Gaussian mixtures and empirical laws."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from . import validate
from .devices import require_memory
from .path import Denoiser
from .process import OrnsteinUhlenbeck, draw

#: Rows times centres that one block of a denoiser holds at once (64 MB in float32).
BLOCK = 2**24
#: Standard deviations from here on, and centres up to here, have squares in float32.
SMALLEST, LARGEST = 1e-12, 1e12


class GaussianMixture:
    """Σ_k π_k N(μ_k, s_k² I) in d dimensions.

    ``means`` (k, d); ``stds`` (k,) or one number; ``weights`` (k,), equal when None, scaled to
    sum to one. Raises ValueError for shapes that do not match, a standard deviation below 1e-12,
    a mean beyond 1e12, or weights that are negative or all zero.
    """

    def __init__(
        self,
        means: Tensor | Sequence,
        stds: Tensor | Sequence[float] | float,
        weights: Tensor | Sequence[float] | None = None,
    ) -> None:
        self.means = validate.points("means", validate.numbers("means", means))
        k = len(self.means)
        self.stds = _per_mode("stds", stds, k)
        ok = bool((self.stds >= SMALLEST).all())
        validate.require(ok, "stds", stds, f"must all be above 0, at least {SMALLEST:g}")
        validate.sized("means", self.means, LARGEST)
        self.weights = _per_mode("weights", 1.0 if weights is None else weights, k)
        ok = bool((self.weights >= 0).all() and self.weights.sum() > 0)
        validate.require(ok, "weights", weights, "must be ≥ 0 and not all 0")
        self.weights = self.weights / self.weights.sum()

    @property
    def dim(self) -> int:
        """The number of dimensions d."""
        return self.means.shape[1]

    @classmethod
    def ring(cls, modes: int = 4, radius: float = 1.5, std: float = 0.25) -> GaussianMixture:
        """Equal modes, evenly spaced on a circle in the plane."""
        angle = torch.arange(validate.count("modes", modes, most=10**6)) * (2 * math.pi / modes)
        circle = torch.stack((angle.cos(), angle.sin()), dim=1)
        return cls(validate.positive("radius", radius) * circle, std)

    @classmethod
    def line(
        cls, modes: int = 3, spacing: float = 1.5, std: float = 0.25, dim: int = 1
    ) -> GaussianMixture:
        """Equal modes, evenly spaced along the first axis of ``dim`` dimensions, centred at 0."""
        place = torch.arange(validate.count("modes", modes, most=10**6)) - (modes - 1) / 2
        means = torch.zeros(modes, validate.count("dim", dim, most=10**6))
        means[:, 0] = validate.positive("spacing", spacing) * place
        return cls(means, std)

    @classmethod
    def spiral(
        cls, modes: int = 10, turns: float = 1.5, radius: float = 2.4, std: float = 0.15
    ) -> GaussianMixture:
        """Equal modes, evenly spaced along an Archimedean spiral in the plane, with mean 0."""
        # Equal steps in √s make equal steps of length, since the length grows like the angle².
        s = torch.linspace(0.05, 1, validate.count("modes", modes, least=2, most=10**6)).sqrt()
        angle = 2 * math.pi * validate.positive("turns", turns) * s
        spiral = torch.stack((s * angle.cos(), s * angle.sin()), dim=1)
        return cls(validate.positive("radius", radius) * (spiral - spiral.mean(0)), std)

    def sample(self, n: int, *, generator: Generator | None = None) -> Tensor:
        """``n`` independent draws, (n, d), float32 on the CPU."""
        shape = (validate.count("n", n), self.dim)
        require_memory("n", n, 8 * n * (4 * self.dim + 2), self.means.device)
        validate.seeded(generator)
        mode = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        noise = draw(torch.randn, shape, generator, self.means)
        return (self.means[mode] + self.stds[mode, None] * noise).float()

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) for x (n, d), shape (n,). ValueError for x so far away that it is no number."""
        validate.points("x", x, dim=self.dim)
        found = self._log_joint(x, self.means.to(x), self.stds.to(x) ** 2).logsumexp(dim=1)
        bad = f"{int((~found.isfinite()).sum())} of {len(x)} points too far for {x.dtype}"
        validate.require(bool(found.isfinite().all()), "x", bad, "log p must be a number there")
        return found

    def noised(self, process: OrnsteinUhlenbeck, t: Tensor | float) -> GaussianMixture:
        """The law of X_t at one time: a mixture with means α μ_k and variances α² s_k² + h."""
        alpha, h = _signal(process, t, zero=True)
        return GaussianMixture(
            alpha * self.means, (alpha**2 * self.stds**2 + h).sqrt(), self.weights
        )

    def denoiser(self, process: OrnsteinUhlenbeck) -> Denoiser:
        """The exact f*(t, x) = Σ_k r_k [μ_k + (α s_k² / v_k)(x − α μ_k)], v_k = α² s_k² + h.

        r_k ∝ π_k N(x; α μ_k, v_k I) are the posterior weights of the modes (standard).
        """

        def denoiser(t: Tensor, x: Tensor) -> Tensor:
            t = self._times(t, x)
            alpha, means, signal, v, r = self._posterior(process, t, x)
            gain = r * signal / v
            return r @ means + gain.sum(1, keepdim=True) * x - alpha * (gain @ means)

        return denoiser

    def posterior_variance(self, process: OrnsteinUhlenbeck, t: Tensor, x: Tensor) -> Tensor:
        """tr Cov(X_0 | X_t = x) for t (n,) and x (n, d), shape (n,): the label noise at x.

        Within mode k, X_0 given x is Gaussian with mean m_k = μ_k + (α s_k²/v_k)(x − α μ_k) and
        variance s_k² h/v_k, v_k = α² s_k² + h; the rest is the spread of the m_k (total variance).
        Raises ValueError for shapes that are no denoiser's, and times outside [0, 50].
        """
        t = self._times(t, x)
        alpha, means, signal, v, r = self._posterior(process, t, x)
        x = _in_sight(x, torch.minimum(alpha[:, 0], v.amin(1).sqrt()))
        m = means + (signal / v)[:, :, None] * (x[:, None] - alpha[:, :, None] * means)
        between = (m - (r[:, :, None] * m).sum(1, keepdim=True)).square().sum(2)
        within = self.dim * self.stds.to(x) ** 2 * process.h(t)[:, None] / v
        return (r * (within + between)).sum(1)

    def _times(self, t: Tensor, x: Tensor) -> Tensor:
        """The times of queries in the type of these, or a ValueError."""
        validate.queries(t, x, self.dim)
        validate.times(t, zero=True)
        return t.to(x.dtype)

    def _posterior(
        self, process: OrnsteinUhlenbeck, t: Tensor, x: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """α (n, 1), μ_k (k, d), α s_k² and v_k (n, k), and the posterior weights r_k (n, k)."""
        alpha, means = process.alpha(t)[:, None], self.means.to(x)
        signal = alpha * self.stds.to(x) ** 2
        v = alpha * signal + process.h(t)[:, None]
        y = _in_sight(x, torch.minimum(alpha[:, 0], v.amin(1).sqrt())) / alpha
        return alpha, means, signal, v, self._log_joint(y, means, v / alpha**2).softmax(1)

    def _log_joint(self, x: Tensor, means: Tensor, v: Tensor) -> Tensor:
        """log π_k N(x; μ_k, v_k I), (n, k), for variances v that broadcast to (n, k)."""
        # Not by cdist: torch.func.jacrev through it is wrong (torch 2.13).
        square = (x[:, None] - means).square().sum(2)
        norm = torch.log(2 * math.pi * v) * (self.dim / 2)
        return self.weights.to(x).log() - square / (2 * v) - norm


class Empirical:
    """The law that puts mass 1/n on each of n training points ``x0`` (n, d)."""

    def __init__(self, x0: Tensor) -> None:
        self.x0 = validate.sized("x0", validate.points("x0", x0), LARGEST)

    def noised(self, process: OrnsteinUhlenbeck, t: Tensor | float) -> GaussianMixture:
        """The law of X_t at one time t > 0: equal Gaussians N(α x_i, h I)."""
        alpha, h = _signal(process, t)
        return GaussianMixture(alpha * self.x0.cpu(), math.sqrt(h))

    def denoiser(self, process: OrnsteinUhlenbeck) -> Denoiser:
        """The memorising optimum f(t, x) = Σ_i softmax_i(−‖x − α x_i‖² / (2h)) x_i (standard).

        It is the best fit of the denoising loss on the training points, and what sampling with
        it gives back is the training points.
        """

        def block(t: Tensor, x: Tensor) -> Tensor:
            alpha, h, x0 = process.alpha(t)[:, None], process.h(t)[:, None], self.x0.to(x)
            x = _in_sight(x, h[:, 0])
            logits = alpha * (x @ x0.T - alpha / 2 * (x0**2).sum(1)) / h
            return logits.softmax(dim=1) @ x0

        def denoiser(t: Tensor, x: Tensor) -> Tensor:
            validate.queries(t, x, self.x0.shape[1])
            validate.times(t)
            rows = max(1, BLOCK // len(self.x0))
            parts = zip(t.to(x.dtype).split(rows), x.split(rows), strict=True)
            return torch.cat([block(*part) for part in parts])

        return denoiser


def _signal(
    process: OrnsteinUhlenbeck, t: Tensor | float, zero: bool = False
) -> tuple[float, float]:
    """α and h at one time."""
    one = validate.shape("t", validate.numbers("t", t), ())
    validate.times(one, zero)
    return float(process.alpha(one)), float(process.h(one))


def _in_sight(x: Tensor, unit: Tensor) -> Tensor:
    """Points x (n, d), on their rays from 0 no farther than where squares are numbers.

    So far away, in ``unit`` (n,), only the direction tells which centre is nearest.
    """
    far = torch.finfo(x.dtype).max ** 0.5 / 1e3
    return x * (far * unit / x.abs().amax(1).clamp_min(1e-30)).clamp(max=1)[:, None]


def _per_mode(name: str, value: Tensor | Sequence[float] | float, k: int) -> Tensor:
    value = validate.numbers(name, value)
    ok = value.shape in ((), (k,)) and bool(torch.isfinite(value).all())
    validate.require(ok, name, value.tolist(), f"must be one finite number or {k} of them")
    return value.expand(k)
