"""A denoiser for all times from fits at a few noise levels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from .. import validate
from ..process import OrnsteinUhlenbeck, draw
from .fit import Fit
from .objective import price
from .programs import denoising


@dataclass(frozen=True)
class Annealed:
    """A denoiser f(t, x): the fits' own at their ``times`` (rising), between them linear in log t.

    Before the first and after the last it is theirs. So ``sl.sample`` takes it, with
    ``method="langevin"`` for annealed Langevin sampling, and so do the metrics.
    """

    process: OrnsteinUhlenbeck
    times: tuple[float, ...]
    fits: tuple[Fit, ...] = field(repr=False)

    @property
    def device(self) -> torch.device:
        """Where the weights live."""
        return self.fits[0].neurons[0].device

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        validate.queries(t, x)
        validate.times(t)
        levels = torch.tensor(self.times, dtype=t.dtype, device=t.device).log()
        place = t.log()
        # Not by searchsorted: its threads cost a hundred times what they compute here.
        right = (levels < place[:, None]).sum(1).clamp(1, max(len(levels) - 1, 1))
        result = torch.zeros_like(x)
        for i, (time, fit) in enumerate(zip(self.times, self.fits, strict=True)):
            weight = self._weight(i, levels, place, right)
            if bool((weight > 0).any()):
                alpha, h = self.process.alpha(time).to(x), self.process.h(time).to(x)
                result += weight[:, None] * (x + h * fit.score(x)) / alpha
        return result

    def _weight(self, i: int, levels: Tensor, place: Tensor, right: Tensor) -> Tensor:
        """How much fit i counts at each time: hat functions over log t, flat beyond the ends."""
        if len(levels) == 1:
            return torch.ones_like(place)
        low, high = levels[right - 1], levels[right]
        share = ((place - low) / (high - low)).clamp(0, 1)
        return torch.where(right == i, share, torch.where(right - 1 == i, 1 - share, 0 * share))


def annealed(
    process: OrnsteinUhlenbeck,
    x0: Tensor,
    beta: float,
    levels: int = 8,
    activation: str = "relu",
    skip: bool = True,
    *,
    generator: Generator | None = None,
) -> Annealed:
    """Noise x0 (n, d) to each of ``levels`` log-spaced times and fit the score there.

    At level h the penalty is β/√h (our choice): the fit then predicts the noise, √h s ≈ −ξ, with
    the same β at every level. One noise a row and level, from ``generator``. Raises as
    ``denoising`` does.
    """
    validate.points("x0", x0)
    beta = price(beta)
    validate.count("levels", levels)
    ratio = process.t_max / process.t_min
    times = [process.t_min * ratio ** (i / max(levels - 1, 1)) for i in range(levels)]
    fits = []
    for time in times:
        root = math.sqrt(float(process.h(time)))
        noise = draw(torch.randn, tuple(x0.shape), generator, x0)
        x = process.alpha(time).to(x0) * x0 + root * noise
        fits.append(denoising(x, -noise / root, beta / root, activation, skip))
    return Annealed(process, tuple(times), tuple(fits))
