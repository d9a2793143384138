"""The forward process, and denoising score matching as a regression data set.

Equations: Ornstein–Uhlenbeck dX = −½X dt + dB, so X_t | X_0 ~ N(α X_0, h I) with
α(t) = e^{−t/2} and h(t) = 1 − e^{−t} (standard). Tweedie's formula turns a denoiser into a score.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from . import validate
from .devices import require_memory
from .path import Denoiser, answer


def draw(
    kind: Callable[..., Tensor], shape: tuple[int, ...], generator: Generator | None, like: Tensor
) -> Tensor:
    """Random numbers drawn on the CPU and then moved, so that every device gets the same ones."""
    return kind(shape, generator=validate.seeded(generator), dtype=like.dtype).to(like.device)


#: What a network sees of queries t (n,), x (n, d): features z (n, p).
FeatureMap = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Regression:
    """Denoising score matching as regression: inputs (t, X_t), noisy labels X_0.

    ``t`` (n,), ``x_t`` (n, d), ``x_0`` (n, d). One row is one time and one noise.
    """

    t: Tensor
    x_t: Tensor
    x_0: Tensor

    def __post_init__(self) -> None:
        validate.points("x_t", self.x_t)
        validate.points("x_0", self.x_0, dim=self.x_t.shape[1])
        validate.tensor("t", self.t)
        for name, value in (("t", self.t), ("x_0", self.x_0)):
            shapes = (tuple(value.shape), tuple(self.x_t.shape))
            validate.require(
                value.shape[:1] == self.x_t.shape[:1],
                f"{name}.shape, x_t.shape",
                shapes,
                "must have as many rows as each other",
            )
        validate.points("t", validate.shape("t", self.t, (len(self.x_t),))[:, None])

    def __len__(self) -> int:
        return len(self.t)

    def within(self, radius: float) -> Regression:
        """Only the rows with ‖x_t‖ ≤ radius: regression localised to a ball (our choice).

        Raises ValueError when no row is left.
        """
        norms = self.x_t.norm(dim=1)
        keep = norms <= validate.positive("radius", radius)
        validate.require(
            bool(keep.any()),
            "radius",
            radius,
            f"leaves no data: the smallest ‖x_t‖ is {norms.min():.3g}",
        )
        return Regression(self.t[keep], self.x_t[keep], self.x_0[keep])


@dataclass(frozen=True)
class OrnsteinUhlenbeck:
    """The Ornstein–Uhlenbeck forward process on times [t_min, t_max] (the default range is ours).

    Time has no unit; the noise level a reader sees is √h(t). Raises ValueError unless
    0 < t_min < t_max ≤ 50: by then the signal is e^{−25}, and beyond its square leaves float32.
    """

    t_min: float = 0.02
    t_max: float = 3.0

    def __post_init__(self) -> None:
        validate.positive("t_min", self.t_min)
        validate.positive("t_max", self.t_max)
        validate.require(
            self.t_min < self.t_max, "t_max", self.t_max, f"must be above t_min = {self.t_min}"
        )
        allowed = f"must be at most {validate.LATEST}"
        validate.require(self.t_max <= validate.LATEST, "t_max", self.t_max, allowed)

    def alpha(self, t: Tensor | float) -> Tensor:
        """The signal that is left, α(t) = e^{−t/2}; t of any shape, the result of the same."""
        return torch.exp(-_time(t) / 2)

    def h(self, t: Tensor | float) -> Tensor:
        """The variance of the noise, h(t) = 1 − e^{−t}, so that α² + h = 1; any shape."""
        return -torch.expm1(-_time(t))

    def time_at(self, noise_level: float) -> float:
        """The time at which √h(t) is the given noise level, t = −log(1 − √h²).

        Raises ValueError for a level outside (0, 1).
        """
        ok = validate.real(noise_level) and 0 < noise_level < 1
        validate.require(ok, "noise_level", noise_level, "must be in (0, 1)")
        return -math.log1p(-(noise_level**2))

    def perturb(
        self, x0: Tensor, t: Tensor | float, *, generator: Generator | None = None
    ) -> Tensor:
        """Draw X_t = α X_0 + √h ξ for x0 (n, d) and t a number or (n,); returns (n, d)."""
        validate.points("x0", x0)
        t = validate.numbers("t", t).to(x0)
        t = validate.shape("t", t, (), (len(x0),)).expand(len(x0))[:, None]
        validate.require(bool((t >= 0).all()), "t", float(t.min()), "times must be ≥ 0")
        noise = draw(torch.randn, tuple(x0.shape), generator, x0)
        return self.alpha(t) * x0 + self.h(t).sqrt() * noise

    def regression(
        self,
        x0: Tensor,
        draws: int = 1,
        times: str = "uniform",
        *,
        generator: Generator | None = None,
    ) -> Regression:
        """The regression data of denoising score matching: n·draws rows (t, X_t, X_0).

        ``x0`` (n, d) clean samples. Each row has a time and a noise of its own; row i and row
        i + n share their clean sample. ``times="uniform"`` on [t_min, t_max] is the paper's
        (arXiv 2401.15604), ``"log"`` (uniform in log t) is our choice. Raises ValueError for an
        unknown ``times``, ``draws`` < 1 or data that is not finite.
        """
        validate.one_of("times", times, ("uniform", "log"))
        rows = len(validate.points("x0", x0)) * validate.count("draws", draws)
        needed = rows * (4 * x0.shape[1] + 2) * x0.element_size()
        require_memory("draws", draws, needed, x0.device)
        x_0 = x0.repeat(draws, 1)
        u = draw(torch.rand, (len(x_0),), generator, x_0)
        if times == "uniform":
            t = self.t_min + (self.t_max - self.t_min) * u
        else:
            t = self.t_min * (self.t_max / self.t_min) ** u
        return Regression(t, self.perturb(x_0, t, generator=generator), x_0)

    def features(self, t: Tensor, x: Tensor) -> Tensor:
        """What the network and the kernel see: z = (x, t − t_min, 1), shape (n, d + 2).

        Raises ValueError unless x is (n, d) and t (n,).
        """
        validate.queries(t, x)
        time = (t - self.t_min)[:, None]
        return torch.cat((x, time, torch.ones_like(time)), dim=1)

    def score(self, denoiser: Denoiser) -> Denoiser:
        """Tweedie's formula: the score s(t, x) = (α(t) f(t, x) − x) / h(t) of a denoiser f.

        The result takes t (n,) and x (n, d) and returns (n, d). It raises ValueError at t ≤ 0,
        where h = 0 and the formula has no value.
        """

        def score(t: Tensor, x: Tensor) -> Tensor:
            validate.queries(t, x)
            validate.times(t.cpu())
            return self._tweedie(answer(denoiser, t, x), t, x)

        return score

    def tweedie(self, f: Tensor, t: Tensor, x: Tensor) -> Tensor:
        """The score (α(t) f − x) / h(t) (n, d) for a denoiser's answer f at t (n,), x (n, d).

        Raises ValueError for other shapes, and on the CPU unless t > 0 and all that goes in and
        comes out is finite.
        """
        validate.queries(t, x)
        validate.times(t)
        validate.rows("f", validate.shape("f", f, tuple(x.shape)))
        return self._tweedie(f, t, x)

    def _tweedie(self, f: Tensor, t: Tensor, x: Tensor) -> Tensor:
        """``tweedie`` of what was looked at."""
        t = t.to(x.dtype)
        score = (self.alpha(t)[:, None] * f - x) / self.h(t)[:, None]
        return validate.rows("the score of the denoiser's answer f", score)


def _time(t: Tensor | float) -> Tensor:
    """Times as a tensor of float32, or of float64 where they have it.

    Raises ValueError for what is none or below 0. On a card they are not read.
    """
    if isinstance(t, Tensor) and not t.is_complex():
        found = t
    else:
        found = validate.numbers("t", t).to(torch.as_tensor(t).dtype)
    found = found.to(torch.promote_types(found.dtype, torch.float32))
    validate.times(found, zero=True, most=math.inf)
    return found
