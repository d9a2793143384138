"""Clear errors for bad input: each names the argument, its value and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from numbers import Integral, Real

import torch
from torch import Tensor


def require(condition: bool, argument: str, value: object, allowed: str) -> None:
    """Raise ``ValueError: argument=value: allowed`` unless the condition holds."""
    if not condition:
        raise ValueError(f"{argument}={value!r}: {allowed}")


def positive(argument: str, value: float) -> float:
    """A finite number above zero, or a ValueError."""
    ok = isinstance(value, Real) and math.isfinite(value) and value > 0
    require(ok, argument, value, "must be a finite number above 0")
    return float(value)


def count(argument: str, value: int, least: int = 1) -> int:
    """A whole number of at least ``least``, or a ValueError."""
    ok = isinstance(value, Integral) and not isinstance(value, bool) and value >= least
    require(ok, argument, value, f"must be a whole number of at least {least}")
    return int(value)


def step(argument: str, value: float) -> float:
    """A number of gradient steps: a whole number ≥ 0 or infinity, or a ValueError."""
    ok = isinstance(value, Real) and not isinstance(value, bool)
    ok = ok and value >= 0 and (value == math.inf or value == int(value))
    require(ok, argument, value, "must be a whole number of steps ≥ 0, or inf")
    return value if value == math.inf else int(value)


def rising(argument: str, steps: Iterable[int]) -> Iterator[int]:
    """Pass on a rising sequence of step counts ≥ 0, with a ValueError at the first that is not."""
    last = -1
    for value in steps:
        current = count(argument, value, least=0)
        require(current > last, argument, value, f"steps must rise, but {value} follows {last}")
        yield current
        last = current


def points(argument: str, x: Tensor, dim: int | None = None) -> Tensor:
    """A finite floating-point tensor of shape (n, d), n ≥ 1, or a ValueError."""
    require(isinstance(x, Tensor), argument, type(x).__name__, "must be a torch.Tensor")
    wanted = "d ≥ 1" if dim is None else f"d = {dim}"
    ok = x.dim() == 2 and x.shape[0] > 0 and x.shape[1] > 0 and dim in (None, x.shape[1])
    require(ok, f"{argument}.shape", tuple(x.shape), f"must be (n, d) with n ≥ 1 and {wanted}")
    require(x.is_floating_point(), f"{argument}.dtype", x.dtype, "must be a floating-point type")
    bad = int((~torch.isfinite(x)).sum())
    require(bad == 0, argument, f"tensor with {bad} NaN or infinite values", "must be finite")
    return x


def shape(argument: str, x: Tensor, *allowed: tuple[int, ...]) -> Tensor:
    """A tensor of one of the allowed shapes, or a ValueError."""
    wanted = " or ".join(map(str, allowed))
    require(tuple(x.shape) in allowed, f"{argument}.shape", tuple(x.shape), f"must be {wanted}")
    return x


def queries(t: Tensor, x: Tensor, dim: int | None = None) -> None:
    """What a denoiser takes, x (n, d) and t (n,), or a ValueError; the numbers are not read."""
    for name, value in (("t", t), ("x", x)):
        require(isinstance(value, Tensor), name, type(value).__name__, "must be a torch.Tensor")
        floats = value.is_floating_point()
        require(floats, f"{name}.dtype", value.dtype, "must be a floating-point type")
    wanted = "(n, d)" if dim is None else f"(n, d) with d = {dim}"
    ok = x.dim() == 2 and dim in (None, x.shape[1])
    require(ok, "x.shape", tuple(x.shape), f"must be {wanted}")
    shape("t", t, (len(x),))


def on_device(argument: str, x: Tensor, device: torch.device, whose: str) -> None:
    """A tensor on the device of something else, or a ValueError; ``whose`` says of what."""
    require(isinstance(x, Tensor), argument, type(x).__name__, "must be a torch.Tensor")
    require(x.device == device, f"{argument}.device", str(x.device), f"must be {whose}, {device}")


def same_dim(a: Tensor, b: Tensor, names: tuple[str, str]) -> None:
    """Two sets of points in the same space, or a ValueError."""
    points(names[0], a)
    points(names[1], b, dim=a.shape[1])


def one_of(argument: str, value: str, allowed: Iterable[str]) -> str:
    """One of the allowed words, or a ValueError that lists them."""
    words = tuple(allowed)
    require(value in words, argument, value, "must be one of " + ", ".join(map(repr, words)))
    return value
