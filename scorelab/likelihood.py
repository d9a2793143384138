"""The density of what the probability-flow ODE samples, by the change of variables along it.

With y = x/α and u = log(√h/α) the ODE is dy/du = y − f(t, αy) (Karras et al. 2022), and along its
paths the log density of y changes by −(d − tr ∂f/∂y) (Chen et al. 2018; Song et al. 2021).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from . import validate
from .path import Denoiser, answer
from .process import OrnsteinUhlenbeck

#: Steps that are tried first, and at most, where their number is not given.
FIRST, MOST = 25, 6400
#: How near log p comes to its value where nobody says how near, by the type of the points.
TOLERANCES = {torch.float64: 1e-3, torch.float32: 5e-3}


def log_likelihood(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    x: Tensor,
    steps: int | None = None,
    *,
    tolerance: float | None = None,
) -> Tensor:
    """log p(x) for x (n, d), shape (n,), in x's type: the density of samples at time t_min.

    It starts from N(0, I) at t_max, as the samplers do, and takes ``steps`` steps of the classical
    Runge–Kutta method; None doubles them until no value changes by more than ``tolerance``, 1/1000
    when None (5/1000 in float32, which rounds more). Smooth denoisers come to eight digits that
    way; the kinks of a network cost order, and 1/1000 may take thousands of steps. The trace is
    taken by central differences, 2d calls of the denoiser: meant for few dimensions. Raises
    ValueError for x that is not (n, d) and finite, ``steps`` < 1, a tolerance within rounding or
    one that 6400 steps do not reach, and a denoiser that does not stay finite.
    """
    y = validate.points("x", x) / process.alpha(process.t_min)
    if steps is not None:
        return _finite(_in_steps(process, denoiser, y, validate.count("steps", steps)))
    near = validate.positive("tolerance", TOLERANCES[x.dtype] if tolerance is None else tolerance)
    least = 10 * torch.finfo(x.dtype).eps ** (2 / 3)  # the rounding of the trace's differences
    validate.require(near >= least, "tolerance", near, f"must be at least {least:.1g} in {x.dtype}")
    steps, found = FIRST, _in_steps(process, denoiser, y, FIRST)
    while True:
        steps, before = 2 * steps, found
        found = _finite(_in_steps(process, denoiser, y, steps))
        apart = float((found - before).detach().abs().max())
        if apart <= near:
            return found
        allowed = f"was not reached: with {steps} steps values still change by {apart:.2g}"
        validate.require(steps < MOST, "tolerance", near, allowed)


def _finite(found: Tensor) -> Tensor:
    """The values, or a ValueError."""
    bad = int((~found.isfinite()).sum())
    allowed = "must stay finite"
    validate.require(bad == 0, "denoiser", f"{bad} of {len(found)} values not finite", allowed)
    return found


def _in_steps(process: OrnsteinUhlenbeck, denoiser: Denoiser, y: Tensor, steps: int) -> Tensor:
    """log p of x = α(t_min) y in that many steps."""
    lows, highs = (_log_sigma(process, t) for t in (process.t_min, process.t_max))
    size = (highs - lows) / steps
    gained = torch.zeros_like(y[:, 0])
    for i in range(steps):
        y, growth = _runge_kutta(process, denoiser, y, lows + i * size, size)
        gained += growth
    end, d = process.alpha(process.t_max) * y, y.shape[1]
    prior = -(end.square().sum(1) + d * math.log(2 * math.pi)) / 2
    # Both ends are densities of x = αy, what is gained is one of y.
    return prior + gained + d * (process.t_min - process.t_max) / 2


def _log_sigma(process: OrnsteinUhlenbeck, t: float) -> float:
    return math.log(math.sqrt(-math.expm1(-t))) + t / 2


def _runge_kutta(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, y: Tensor, u: float, size: float
) -> tuple[Tensor, Tensor]:
    """One classical step from u to u + size: the new y, and what log p gains by going back."""
    a, da = _flow(process, denoiser, y, u)
    b, db = _flow(process, denoiser, y + size / 2 * a, u + size / 2)
    c, dc = _flow(process, denoiser, y + size / 2 * b, u + size / 2)
    e, de = _flow(process, denoiser, y + size * c, u + size)
    return y + size / 6 * (a + 2 * b + 2 * c + e), size / 6 * (da + 2 * db + 2 * dc + de)


def _flow(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, y: Tensor, u: float
) -> tuple[Tensor, Tensor]:
    """dy/du (n, d) and its divergence d − tr ∂f/∂y (n,)."""
    t = math.log1p(math.exp(2 * u))  # σ² = h/α² = e^t − 1
    alpha = math.exp(-t / 2)
    span = torch.finfo(y.dtype).eps ** (1 / 3)  # where rounding and curvature err alike
    offsets = span * torch.eye(y.shape[1]).to(y)
    points = torch.stack((y, *(y + o for o in offsets), *(y - o for o in offsets)))
    t_all = y.new_full((len(points) * len(y),), t)
    f = answer(denoiser, t_all, alpha * points.flatten(0, 1)).view_as(points)
    ahead, behind = f[1:].chunk(2)
    trace = torch.stack([(ahead[i] - behind[i])[:, i] for i in range(y.shape[1])]).sum(0)
    return y - f[0], y.shape[1] - trace / (2 * span)
