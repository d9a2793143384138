"""Samplers: from noise to data with nothing but a denoiser.

Each starts from N(0, I), the law of X_t for t → ∞, goes down log-spaced times from t_max to t_min,
and ends with half a denoising step (``last_step``). A step is a flat function of two neighbouring
times t > s; what it needs beyond the denoiser is one noise of the shape of x.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from . import validate
from .path import Denoiser, Placed
from .process import OrnsteinUhlenbeck, draw

#: ``step(process, denoiser, x, t, s, noise)`` takes x (n, d) at times t (n,) to times s (n,).
Step = Callable[[OrnsteinUhlenbeck, Denoiser, Tensor, Tensor, Tensor, Tensor], Tensor]


def ancestral(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """The exact step given X_0 = f(t, x): with r = α(t)/α(s),

    x_s = [r h(s) x + α(s)(1 − r²) f] / h(t) + √(h(s)(1 − r²)/h(t)) · noise (Ho, Jain, Abbeel 2020).
    """
    a, b = process.alpha(s)[:, None], process.alpha(t)[:, None]
    hs, ht, r = process.h(s)[:, None], process.h(t)[:, None], b / a
    mean = (r * hs * x + a * (1 - r**2) * denoiser(t, x)) / ht
    return mean + (hs * (1 - r**2) / ht).sqrt() * noise


def ode(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """Heun's step of the probability-flow ODE, second order, two denoiser calls.

    In y = x/α and σ = √h/α the ODE is dy/dσ = (y − f)/σ (Karras et al. 2022). No noise is used.
    """
    a, b = process.alpha(s)[:, None], process.alpha(t)[:, None]
    low, high = process.h(s)[:, None].sqrt() / a, process.h(t)[:, None].sqrt() / b
    y = x / b
    slope = (y - denoiser(t, x)) / high
    guess = y + (low - high) * slope
    slope_there = (guess - denoiser(s, a * guess)) / low
    return a * (y + (low - high) * (slope + slope_there) / 2)


def euler(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """The Euler–Maruyama step of the reverse SDE, dX = [½X + score] dt + dB backwards in time."""
    gap = (t - s)[:, None]
    return x + gap * (x / 2 + process.score(denoiser)(t, x)) + gap.sqrt() * noise


def langevin(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """One Langevin step at time s, x + (ε/2) score + √ε · noise: annealed over the grid.

    ε = h(s)/2 (our choice) is stable, since the score has slopes of at most 1/h(s).
    """
    size = process.h(s)[:, None] / 2
    return x + size / 2 * process.score(denoiser)(s, x) + size.sqrt() * noise


METHODS: dict[str, Step] = {
    "ancestral": ancestral,
    "ode": ode,
    "langevin": langevin,
    "euler": euler,
}


def last_step(process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor) -> Tensor:
    """From t_min to 0 by one Euler step of the probability-flow ODE: x + (t/2)(x + score).

    Returning the denoiser's value itself would shrink every mode, since it is a mean: for small
    t this step goes half of that way, which keeps the spread to first order (our choice).
    """
    return x + t[:, None] / 2 * (x + process.score(denoiser)(t, x))


def trajectory(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    n: int,
    dim: int,
    steps: int = 50,
    method: str = "ancestral",
    *,
    generator: Generator | None = None,
    device: torch.device | str | None = None,
) -> Iterator[tuple[float, Tensor]]:
    """The pairs (time, x (n, dim)) that ``sample`` runs through, from t_max down to 0.

    Takes what ``sample`` takes.
    """
    validate.count("steps", steps, least=2)
    step = METHODS[validate.one_of("method", method, METHODS)]
    shape = (validate.count("n", n), validate.count("dim", dim))
    if device is None and isinstance(denoiser, Placed):
        device = denoiser.device
    like = torch.empty(0, device=device)
    return _trajectory(process, denoiser, shape, steps, step, generator, like)


def _trajectory(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    shape: tuple[int, int],
    steps: int,
    step: Step,
    generator: Generator | None,
    like: Tensor,
) -> Iterator[tuple[float, Tensor]]:
    # All noise is drawn at once: one transfer, and the same numbers for every denoiser.
    noise = draw(torch.randn, (steps, *shape), generator, like)
    ratio = process.t_min / process.t_max
    times = [process.t_max * ratio ** (i / (steps - 1)) for i in range(steps)]
    x = noise[0]
    yield times[0], x
    for t, s, xi in zip(times, times[1:], noise[1:], strict=False):
        x = step(process, denoiser, x, x.new_full(shape[:1], t), x.new_full(shape[:1], s), xi)
        yield s, x
    yield 0.0, last_step(process, denoiser, x, x.new_full(shape[:1], times[-1]))


def sample(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    n: int,
    dim: int,
    steps: int = 50,
    method: str = "ancestral",
    *,
    generator: Generator | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """``n`` samples in ``dim`` dimensions, (n, dim) float32, in ``steps`` steps.

    ``method``: "ancestral", "ode" (probability flow; two denoiser calls a step), "langevin"
    (annealed) or "euler" (Euler–Maruyama on the reverse SDE). ``device`` is that of a `Placed`
    denoiser, else the CPU when None. The same generator state gives the same noise whatever the
    denoiser, so that samples move continuously with it. Raises ValueError for an unknown method,
    n or dim < 1, fewer than 2 steps, or another device than that of a placed denoiser.
    """
    states = trajectory(
        process, denoiser, n, dim, steps, method, generator=generator, device=device
    )
    return deque(states, maxlen=1).pop()[1]
