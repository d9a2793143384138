"""Measured claims: a sentence of the course, the numbers behind it, and the verdict in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from numbers import Real

import numpy as np
import torch

from scorelab.validate import require
from scorelab.workbook.shown import say

Measured = float | Sequence[float] | np.ndarray | torch.Tensor
Between = tuple[float | None, float | None]

#: Where an open side ends: at the last number that is finite.
_OPEN = (-sys.float_info.max, sys.float_info.max)


class ClaimFailed(AssertionError):
    """A claim of the course did not hold; the message is its line, which begins with ✗."""


def claim(
    text: str, measured: Measured, between: Between, *, every: bool = False, each: str = "seeds"
) -> None:
    """Print `✓ text · measured 0.51 ± 0.02 (5 seeds), expected 0.3 to 0.7`, or raise.

    `measured` is one number, or one number a seed: a sequence, array or tensor of shape (seeds,);
    where the numbers are not of seeds, `each` says in one word what they are of, as in "draws".
    `between` is (lowest, highest), both included, and None leaves a side open, to every number but
    infinity. A single number is tested itself. Of several their mean is tested, and printed with
    their standard deviation (the spread from seed to seed, not the error of the mean); with
    `every=True` each one is tested, and the smallest and largest are printed. NaN is never within
    bounds.

    Raises `ClaimFailed`, an `AssertionError` with the same line beginning with ✗, if the claim does
    not hold, and `ValueError` naming the argument if one makes no sense.
    """
    require(_one_line(text), "text", text, "must be one line of words")
    require(_one_line(each), "each", each, "must say what the numbers are of, as in 'draws'")
    holds, line = compare(measured, between, every=every, each=each)
    if not holds:
        raise ClaimFailed(f"✗ {text} · {line}")
    say(f"✓ {text} · {line}")


def compare(
    measured: Measured, between: Between, *, every: bool = False, each: str = "seeds"
) -> tuple[bool, str]:
    """Whether the measured numbers lie within the bounds, and the line without its words."""
    values, (low, high) = _values(measured), _bounds(between)
    tested = values if every else values.mean()
    within = bool(((low <= tested) & (tested <= high)).all())
    return within, f"measured {_summary(values, every, each)}, {_expected(values, between, every)}"


def _one_line(words: str) -> bool:
    return bool(words.strip()) and "\n" not in words


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
    """`between` with the largest of all finite numbers for an open side."""
    allowed = "must be (lowest, highest) with lowest ≤ highest, where one of the two may be None"
    pair = isinstance(between, (tuple, list)) and len(between) == 2 and any(map(_given, between))
    require(pair, "between", between, allowed)
    for bound in filter(_given, between):
        number = isinstance(bound, (Real, torch.Tensor)) and not isinstance(bound, bool)
        kind = type(bound).__name__
        require(number, "between", between, f"{allowed}, but {bound!r} is a {kind}")
    low, high = (open if b is None else float(b) for b, open in zip(between, _OPEN, strict=True))
    require(low <= high, "between", between, allowed)
    return low, high


def _given(bound: float | None) -> bool:
    return bound is not None


def _summary(values: torch.Tensor, every: bool, each: str) -> str:
    if len(values) == 1:
        return _number(values.item())
    if every:
        spread = f"{_number(values.min())} to {_number(values.max())}"
    else:
        spread = f"{_number(values.mean())} ± {_number(values.std())}"
    return f"{spread} ({len(values)} {each})"


def _expected(values: torch.Tensor, between: Between, every: bool) -> str:
    low, high = _bounds(between)
    if between[0] is None:
        bounds = f"at most {_number(high)}"
    elif between[1] is None:
        bounds = f"at least {_number(low)}"
    else:
        bounds = f"{_number(low)} to {_number(high)}"
    return f"every one expected {bounds}" if every and len(values) > 1 else f"expected {bounds}"


def _number(value: float | torch.Tensor) -> str:
    """Three significant digits; from a thousand to a million, all before the decimal point."""
    value = float(value) + 0.0  # which turns -0 into 0
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
