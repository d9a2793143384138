"""Samplers: from noise to data with nothing but a denoiser.

Each starts from N(0, I), the law of X_t for t → ∞, takes a step between each two of a schedule of
times from t_max to t_min, and ends with half a denoising step (``last_step``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain

import torch
from torch import Generator, Tensor

from . import validate
from .devices import require_memory, usable
from .fused.graphs import State, turns
from .path import Denoiser, Placed, answer
from .process import OrnsteinUhlenbeck, draw
from .schedules import times
from .steps import METHODS, Recalling, Step


def last_step(process: OrnsteinUhlenbeck, denoiser: Denoiser, x: Tensor, t: Tensor) -> Tensor:
    """From t_min to 0 by one Euler step of the probability-flow ODE: x + (t/2)(x + score).

    Returning the denoiser's value itself would shrink every mode, since it is a mean: for small
    t this step goes half of that way, which keeps the spread to first order (our choice).
    """
    return x + t[:, None] / 2 * (x + process.tweedie(answer(denoiser, t, x), t, x))


def trajectory(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    n: int,
    dim: int,
    steps: int = 50,
    method: str = "dpmpp3",
    *,
    schedule: str = "exponential",
    generator: Generator | None = None,
    device: torch.device | str | None = None,
) -> Iterator[tuple[float, Tensor]]:
    """The pairs (time, x (n, dim)) that ``sample`` runs through, from t_max down to 0.

    Takes what ``sample`` takes.
    """
    way = times(process, steps, schedule)
    step = METHODS[validate.one_of("method", method, METHODS)]
    shape = (validate.count("n", n), validate.count("dim", dim))
    if device is None and isinstance(denoiser, Placed):
        device = denoiser.device
    like = torch.empty(0, device=usable("device", device))
    require_memory("n", n, 4 * (len(way) + 4) * n * dim, like.device)
    return _trajectory(process, denoiser, shape, way, step, generator, like)


def _trajectory(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    shape: tuple[int, int],
    way: list[float],
    step: Step,
    generator: Generator | None,
    like: Tensor,
) -> Iterator[tuple[float, Tensor]]:
    # All noise is drawn at once: one transfer, and the same numbers for every denoiser.
    noise = draw(torch.randn, (len(way), *shape), generator, like)
    t, x = [noise.new_full(shape[:1], each) for each in way], noise[0]
    yield way[0], x

    def turn(state: State, now: State) -> State:
        x, *kept = state
        recalling = Recalling(denoiser, zip(kept[::2], kept[1::2], strict=True))
        x = step(process, recalling, x, *now)
        return x, *chain(*recalling.last_two)

    inputs = list(zip(t[:-1], t[1:], noise[1:], strict=True))
    # Of any other function nobody knows what it does besides, which a graph would not do again.
    states = turns(turn, (x,), inputs, record=isinstance(denoiser, Placed))
    for s in way[1:]:
        x = next(states)
        yield s, x
    yield 0.0, last_step(process, denoiser, x, t[-1])


def sample(
    process: OrnsteinUhlenbeck,
    denoiser: Denoiser,
    n: int,
    dim: int,
    steps: int = 50,
    method: str = "dpmpp3",
    *,
    schedule: str = "exponential",
    generator: Generator | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """``n`` samples in ``dim`` dimensions, (n, dim) float32, in ``steps`` steps.

    A step is one call of the denoiser, or two where it says so. ``method``: with noise "ancestral",
    "euler" (Euler–Maruyama on the reverse SDE), "langevin" (annealed) or "churn" (two calls);
    without "ddim", "dpmpp" (2M), "dpmpp3" (3M) or "heun" (two calls), also called "ode".
    ``schedule``: "log", "karras", "exponential", "uniform" or "cosine". The defaults are what
    notebook 07 finds best, for exact denoisers and for learned ones; the course's tables are made
    with "ancestral" and "log". ``device`` is that of a `Placed` denoiser, else the CPU when None.
    The same generator state gives the same noise whatever the denoiser, so that samples move
    continuously with it. Raises ValueError for an unknown method or schedule, n or dim < 1, fewer
    than 2 steps, or another device than that of a placed denoiser.
    """
    states = trajectory(
        process,
        denoiser,
        n,
        dim,
        steps,
        method,
        schedule=schedule,
        generator=generator,
        device=device,
    )
    x = deque(states, maxlen=1).pop()[1]
    bad = int((~x.isfinite()).any(1).sum())
    validate.require(bad == 0, "denoiser", f"{bad} of {n} samples not finite", "must stay finite")
    return x
