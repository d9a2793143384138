"""Measured claims: a sentence of the course, the numbers behind it, and the verdict in one line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from scorelab.validate import require

if TYPE_CHECKING:
    import numpy as np

    Measured = float | Sequence[float] | np.ndarray | torch.Tensor

Between = tuple[float | None, float | None]


class ClaimFailed(AssertionError):
    """A claim of the course did not hold; the message is its line, which begins with ✗."""


def claim(text: str, measured: Measured, between: Between, *, every: bool = False) -> None:
    """Print `✓ text · measured 0.51 ± 0.02 (5 seeds), expected 0.3 to 0.7`, or raise.

    `measured` is one number, or one number a seed: a sequence, array or tensor of shape (seeds,).
    `between` is (lowest, highest), both included, and None leaves a side open. A single number is
    tested itself. Of several their mean is tested, and printed with their standard deviation
    (the spread from seed to seed, not the error of the mean); with `every=True` each one is
    tested, and the smallest and largest are printed. NaN is never within bounds.

    Raises `ClaimFailed`, an `AssertionError` with the same line beginning with ✗, if the claim does
    not hold, and `ValueError` naming the argument if one makes no sense.
    """
    require(bool(text.strip()) and "\n" not in text, "text", text, "must be one line of words")
    values, (low, high) = _values(measured), _bounds(between)
    tested = values if every else values.mean()
    within = ((low <= tested) & (tested <= high)).all()
    line = f"{text} · measured {_summary(values, every)}, {_expected(values, between, every)}"
    if not within:
        raise ClaimFailed(f"✗ {line}")
    print(f"✓ {line}")


def _values(measured: Measured) -> torch.Tensor:
    """The measured numbers, (seeds,), float64 on the CPU."""
    try:
        values = torch.as_tensor(measured)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"measured={measured!r}: must be numbers ({error})") from None
    real = values.dtype != torch.bool and not values.is_complex()
    require(real, "measured", measured, f"must be real numbers, not {values.dtype}")
    sized = values.ndim <= 1 and values.numel() > 0
    require(sized, "measured.shape", tuple(values.shape), "must be one number or (seeds,)")
    if not isinstance(measured, torch.Tensor):  # Python's floats have become float32 above
        values = torch.as_tensor(measured, dtype=torch.float64)
    return values.detach().cpu().double().reshape(-1)


def _bounds(between: Between) -> tuple[float, float]:
    """`between` with infinity for an open side."""
    try:
        low, high = between
        bounds = (-math.inf if low is None else low, math.inf if high is None else high)
        sound = bounds[0] <= bounds[1] and bounds != (-math.inf, math.inf)
    except (TypeError, ValueError):
        sound = False
    allowed = "must be (lowest, highest) with lowest ≤ highest, where one of the two may be None"
    require(sound, "between", between, allowed)
    return bounds


def _summary(values: torch.Tensor, every: bool) -> str:
    if len(values) == 1:
        return _number(values.item())
    if every:
        spread = f"{_number(values.min())} to {_number(values.max())}"
    else:
        spread = f"{_number(values.mean())} ± {_number(values.std())}"
    return f"{spread} ({len(values)} seeds)"


def _expected(values: torch.Tensor, between: Between, every: bool) -> str:
    low, high = between
    if low is None:
        bounds = f"at most {_number(high)}"
    elif high is None:
        bounds = f"at least {_number(low)}"
    else:
        bounds = f"{_number(low)} to {_number(high)}"
    return f"every one expected {bounds}" if every and len(values) > 1 else f"expected {bounds}"


def _number(value: float | torch.Tensor) -> str:
    """Three significant digits; from a thousand to a million, all before the decimal point."""
    value = float(value) + 0.0  # which turns -0 into 0
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
