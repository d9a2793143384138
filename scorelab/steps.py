"""Steps: how a sampler goes from one time to the next with a denoiser.

A step is a flat function of two neighbouring times t > s; what it needs beyond the denoiser is one
noise of the shape of x. Without noise there is one equation, the probability-flow ODE: in y = x/α
and σ = √h/α it is dy/dσ = (y − f)/σ (Karras et al. 2022). ``ddim``, ``dpmpp``,
``dpmpp3`` and ``heun`` are four ways to solve it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from . import validate
from .path import Denoiser, answer
from .process import OrnsteinUhlenbeck

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
    mean = (r * hs * x + a * (1 - r**2) * answer(denoiser, t, x)) / ht
    return mean + (hs * (1 - r**2) / ht).sqrt() * noise


def _sigma(process: OrnsteinUhlenbeck, t: Tensor) -> Tensor:
    """Noise over signal, σ = √h/α, for times t (n,); (n, 1)."""
    return (process.h(t).sqrt() / process.alpha(t))[:, None]


def heun(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """Heun's step of the probability-flow ODE, second order, two denoiser calls.

    The mean of the slopes at both ends (Karras et al. 2022). No noise is used.
    """
    a, low, high = process.alpha(s)[:, None], _sigma(process, s), _sigma(process, t)
    y = x / process.alpha(t)[:, None]
    slope = (y - answer(denoiser, t, x)) / high
    guess = y + (low - high) * slope
    slope_there = (guess - answer(denoiser, s, a * guess)) / low
    return a * (y + (low - high) * (slope + slope_there) / 2)


def _towards(process: OrnsteinUhlenbeck, answer: Tensor, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """The probability-flow ODE from t to s, solved exactly for a denoiser that answers a constant.

    y then goes straight to the answer: what is left of the way is σ_s/σ_t.
    """
    left = _sigma(process, s) / _sigma(process, t)
    return process.alpha(s)[:, None] * (left * x / process.alpha(t)[:, None] + (1 - left) * answer)


def ddim(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """Euler's step of the probability-flow ODE, y + (σ_s − σ_t)(y − f)/σ_t, first order.

    No noise is used (Song, Meng, Ermon 2021: DDIM with η = 0).
    """
    return _towards(process, answer(denoiser, t, x), x, t, s)


#: A time (n,) and what the denoiser answered then, (n, d).
Answer = tuple[Tensor, Tensor]


class Recalling:
    """A denoiser that remembers its last three answers; at first some of another, newest first."""

    def __init__(self, denoiser: Denoiser, kept: Iterable[Answer] = ()) -> None:
        self.denoiser = denoiser
        self._kept = deque[Answer](kept, maxlen=3)

    @property
    def before(self) -> list[Answer]:
        """The one or two answers before the last one, the newest first."""
        return list(self._kept)[1:]

    @property
    def last_two(self) -> list[Answer]:
        """What another needs to go on: the last answers, the newest first."""
        return list(self._kept)[:2]

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """The denoiser's answer, kept until the next call but two."""
        now = answer(self.denoiser, t, x)
        self._kept.appendleft((t, now))
        return now


def _before(denoiser: Denoiser) -> list[Answer]:
    return denoiser.before if isinstance(denoiser, Recalling) else []


def _gap(process: OrnsteinUhlenbeck, t: Tensor, s: Tensor) -> Tensor:
    """How far it is from t down to s in λ = −log σ, (n, 1)."""
    return (_sigma(process, t) / _sigma(process, s)).log()


def _slope(process: OrnsteinUhlenbeck, now: Answer, before: Answer) -> Tensor:
    """The slope of the answers in λ between two times, (n, d)."""
    return (now[1] - before[1]) / _gap(process, before[0], now[0])


def dpmpp(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """DPM-Solver++(2M), second order for one call a step (Lu et al. 2022).

    DDIM's step, with the answer continued to the middle of the step: along the line in log σ
    through this answer and the one before. That needs a ``Recalling`` denoiser, which
    ``trajectory`` makes; without an answer before it is DDIM's step. No noise is used.
    """
    now = answer(denoiser, t, x)
    for before in _before(denoiser)[:1]:
        now = now + _slope(process, (t, now), before) * _gap(process, t, s) / 2
    return _towards(process, now, x, t, s)


def dpmpp3(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """DPM-Solver++(3M), one call a step: ``dpmpp`` with the answers' slope and curvature.

    Both are those of the parabola in λ = −log σ through this answer and the two before, integrated
    over the step; the curvature counts half, as in the code of Lu et al. (2022) and in diffusers.
    With one answer before it is the step of ``dpmpp``. No noise is used.
    """
    now, h = answer(denoiser, t, x), _gap(process, t, s)
    before = _before(denoiser)
    if not before:
        return _towards(process, now, x, t, s)
    slope = _slope(process, (t, now), before[0])
    if len(before) == 1:
        return _towards(process, now + slope * h / 2, x, t, s)
    bend = slope - _slope(process, *before)
    curvature = bend / _gap(process, before[1][0], t)
    slope = slope + curvature * _gap(process, before[0][0], t)
    gone = -(-h).expm1()  # 1 − σ_s/σ_t
    ahead = (h - gone) * slope + (h**2 / 2 - h + gone) * curvature
    return _towards(process, now + ahead / gone, x, t, s)


def raised(process: OrnsteinUhlenbeck, t: Tensor, s: Tensor, amount: float = 1.0) -> Tensor:
    """The time (n,) to which ``churn`` goes back up before its step from t to s, at most t_max.

    There σ is 1 + γ times that at t. Karras et al. 2022 take γ = min(S/steps, √2 − 1); ours is
    γ = min(amount · log(σ_t/σ_s), √2 − 1), which needs no count of steps. With an amount of 1
    short steps add as much noise as the reverse SDE does.
    """
    low, high = _sigma(process, s), _sigma(process, t)
    gamma = (amount * (high / low).log()).clamp(max=2**0.5 - 1)
    up = ((1 + gamma) * high).square().log1p()[:, 0].clamp(max=process.t_max)
    return torch.maximum(up, t)


def churn(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    x: Tensor,
    t: Tensor,
    s: Tensor,
    noise: Tensor,
    amount: float = 1.0,
) -> Tensor:
    """A little of the forward process, up to ``raised``, and Heun's step down from there.

    EDM's stochastic sampler: two denoiser calls (Karras et al. 2022). With an amount of 0 it is
    ``heun``.
    """
    up = raised(process, t, s, amount)
    kept, added = process.alpha(up - t)[:, None], process.h(up - t)[:, None]
    return heun(process, denoiser, kept * x + added.sqrt() * noise, up, s, noise)


def euler(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """The Euler–Maruyama step of the reverse SDE, dX = [½X + score] dt + dB backwards in time."""
    gap = (t - s)[:, None]
    score = process.tweedie(answer(denoiser, t, x), t, x)
    return x + gap * (x / 2 + score) + gap.sqrt() * noise


def langevin(
    process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor, s: Tensor, noise: Tensor
) -> Tensor:
    """One Langevin step at time s, x + (ε/2) score + √ε · noise: annealed over the grid.

    ε = h(s)/2 (our choice) is stable, since the score has slopes of at most 1/h(s).
    """
    size = process.h(s)[:, None] / 2
    score = process.tweedie(answer(denoiser, s, x), s, x)
    return x + size / 2 * score + size.sqrt() * noise


METHODS: dict[str, Step] = {
    "ancestral": ancestral,
    "ode": heun,  # the same by its equation's name
    "langevin": langevin,
    "euler": euler,
    "ddim": ddim,
    "heun": heun,
    "dpmpp": dpmpp,
    "dpmpp3": dpmpp3,
    "churn": churn,
}


def calls(method: str, steps: int) -> int:
    """How often ``sample`` asks the denoiser: ``steps``, or 2 steps − 1 where a step asks twice.

    Raises ValueError for an unknown method or fewer than 2 steps.
    """
    validate.count("steps", steps, least=2)
    step = METHODS[validate.one_of("method", method, METHODS)]
    return 2 * steps - 1 if step in (heun, churn) else steps
