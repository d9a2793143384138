"""Schedules: the times that a sampler goes down, from t_max to t_min."""

from __future__ import annotations

import math
from collections.abc import Callable

from . import validate
from .process import OrnsteinUhlenbeck

#: ``schedule(t_max, t_min, share)``: the time after a share of the way, from 0 to 1.
Schedule = Callable[[float, float, float], float]

#: Karras et al. 2022: a large ρ gives the low noise levels more of the steps.
RHO = 7


def _even_in(there: Callable[[float], float], back: Callable[[float], float]) -> Schedule:
    """Times that are evenly spaced in a function of time, given with its inverse."""

    def at(first: float, last: float, share: float) -> float:
        return back(there(first) + share * (there(last) - there(first)))

    return at


SCHEDULES: dict[str, Schedule] = {
    # Even in log t; at low noise, where t ≈ σ², also in log σ.
    "log": lambda first, last, share: first * (last / first) ** share,
    # Even in σ^{1/ρ}, where σ² = e^t − 1.
    "karras": _even_in(
        lambda t: math.expm1(t) ** (0.5 / RHO), lambda root: math.log1p(root ** (2 * RHO))
    ),
    # Even in log σ (k-diffusion's name): at high noise, where σ² = e^t − 1, unlike log t.
    "exponential": _even_in(
        lambda t: math.log(math.expm1(t)), lambda level: math.log1p(math.exp(level))
    ),
    "uniform": _even_in(float, float),
    # Even in the angle of which α is the cosine and √h the sine (Nichol and Dhariwal 2021).
    "cosine": _even_in(
        lambda t: math.acos(math.exp(-t / 2)), lambda angle: -2 * math.log(math.cos(angle))
    ),
}


def times(process: OrnsteinUhlenbeck, steps: int, schedule: str = "exponential") -> list[float]:
    """``steps`` falling times from t_max to t_min.

    ``schedule``: "log" (ours: even in log t), "karras" (even in σ^{1/7}, σ = √h/α; Karras et al.
    2022), "exponential" (even in log σ, the default), "uniform" (even in t; Song et al. 2021) or
    "cosine" (Nichol and Dhariwal 2021). Raises ValueError for an unknown
    schedule, and fewer than 2 steps or more than a million.
    """
    validate.count("steps", steps, least=2, most=10**6)
    at = SCHEDULES[validate.one_of("schedule", schedule, SCHEDULES)]
    return [at(process.t_max, process.t_min, i / (steps - 1)) for i in range(steps)]
