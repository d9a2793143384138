"""Clear errors for bad input: each names the argument, its value and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from numbers import Integral, Real
from typing import Any

import torch
from torch import Generator, Tensor

#: The types that this package computes in: half precision has too few digits for a Gram matrix.
FLOATS = (torch.float32, torch.float64)
#: The last whole number up to which a float holds all of them.
WHOLE = 2**53
#: The last time: the signal is e^{−25} then, and soon after its square leaves float32.
LATEST = 50


def require(condition: bool, argument: str, value: object, allowed: str) -> None:
    """Raise ``ValueError: argument=value: allowed`` unless the condition holds."""
    if not condition:
        raise ValueError(f"{argument}={value!r}: {allowed}")


def real(value: object) -> bool:
    """Whether it is a number that a float holds, which True is not."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def positive(argument: str, value: float) -> float:
    """A finite number above zero, or a ValueError."""
    ok = real(value) and 0 < value < math.inf
    require(ok, argument, value, "must be a finite number above 0")
    return float(value)


def count(argument: str, value: int, least: int = 1, most: int = WHOLE) -> int:
    """A whole number of at least ``least`` and at most ``most``, or a ValueError."""
    ok = isinstance(value, Integral) and not isinstance(value, bool) and value >= least
    require(ok, argument, value, f"must be a whole number of at least {least}")
    require(value <= most, argument, value, f"must be at most {most}")
    return int(value)


def step(argument: str, value: float) -> float:
    """A number of gradient steps: a whole number ≥ 0 or infinity, or a ValueError."""
    ok = real(value) and (value == math.inf or (value >= 0 and value == int(value)))
    require(ok, argument, value, "must be a whole number of steps ≥ 0, or inf")
    return value if value == math.inf else int(value)


def several(argument: str, values: Iterable[Any]) -> list[Any]:
    """What something holds, at least one value, or a ValueError."""
    try:
        found = list(values)
    except TypeError:
        found = []
    require(bool(found), argument, values, "must have at least one value")
    return found


def rising(argument: str, steps: Iterable[int]) -> Iterator[int]:
    """Pass on a rising sequence of step counts ≥ 0, with a ValueError at the first that is not."""
    require(isinstance(steps, Iterable), argument, steps, "must be a sequence of steps")
    last = -1
    for value in steps:
        current = count(argument, value, least=0)
        require(current > last, argument, value, f"steps must rise, but {value} follows {last}")
        yield current
        last = current


def numbers(argument: str, value: Any) -> Tensor:
    """A float64 tensor of what may be a list, an array or a number, or a ValueError."""
    if isinstance(value, Tensor) and not value.is_cuda:
        value = value.cpu()  # other devices may have no float64
    try:
        complex_numbers = torch.as_tensor(value).is_complex()
        # Not of that tensor: Python's floats would have become float32.
        found = torch.as_tensor(value, dtype=None if complex_numbers else torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{argument}={value!r}: must be numbers ({error})") from None
    require(not complex_numbers, argument, value, "must be real numbers")
    return found.detach()


def _is_tensor(argument: str, x: object) -> None:
    shown = None if x is None else type(x).__name__  # a list may fill pages
    require(isinstance(x, Tensor), argument, shown, "must be a torch.Tensor")


def tensor(argument: str, x: Tensor) -> Tensor:
    """A tensor of float32 or float64, or a ValueError."""
    _is_tensor(argument, x)
    require(x.dtype in FLOATS, f"{argument}.dtype", x.dtype, "must be float32 or float64")
    return x


def points(argument: str, x: Tensor, dim: int | None = None) -> Tensor:
    """A finite tensor (n, d) of float32 or float64, n ≥ 1 and d ≥ 1, or a ValueError."""
    tensor(argument, x)
    wanted = "d ≥ 1" if dim is None else f"d = {dim}"
    ok = x.dim() == 2 and x.shape[0] > 0 and x.shape[1] > 0 and dim in (None, x.shape[1])
    require(ok, f"{argument}.shape", tuple(x.shape), f"must be (n, d) with n ≥ 1 and {wanted}")
    finite(argument, x)
    return x


def finite(argument: str, x: Tensor) -> None:
    """A ValueError for a tensor that holds NaN or infinity."""
    if not _hold(torch.isfinite(x)):
        bad = f"tensor with {int((~torch.isfinite(x)).sum())} NaN or infinite values"
        require(False, argument, bad, "must be finite")


def sized(argument: str, x: Tensor, most: float) -> Tensor:
    """A tensor with no number beyond ``most``, so that what is made of them is one, too."""
    largest = float(x.detach().abs().max())
    require(largest <= most, f"the largest of {argument}", largest, f"must be below {most:g}")
    return x


def moderate(argument: str, x: Tensor, power: float = 0.9) -> Tensor:
    """A tensor from whose numbers sums can be made, or of squares at a ``power`` of 0.4.

    None is beyond the largest of its type to this power. On a card they are not read.
    """
    most = torch.finfo(x.dtype).max ** power
    if x.is_cpu and not _hold(x.detach().abs() <= most):
        sized(argument, x, most)
    return x


def times(t: Tensor, zero: bool = False, most: float = LATEST) -> None:
    """A ValueError unless times are above 0, or 0 where ``zero`` may be, and at most ``most``.

    On a card they are not read.
    """
    if t.is_cpu and not _hold((t >= 0 if zero else t > 0) & (t <= most)):
        first, last = float(t.detach().min()), float(t.detach().max())
        allowed = f"times must be {'≥' if zero else 'above'} 0"
        require(first > 0 or (zero and first == 0), "t", first, allowed)
        require(False, "t", last, f"times must be at most {most}")


def _hold(conditions: Tensor) -> bool:
    try:
        return bool(conditions.all())
    except RuntimeError:  # under torch.func.vmap nobody can look at numbers
        return True


def shape(argument: str, x: Tensor, *allowed: tuple[int, ...]) -> Tensor:
    """A tensor of one of the allowed shapes, or a ValueError."""
    _is_tensor(argument, x)
    wanted = " or ".join(map(str, allowed))
    require(tuple(x.shape) in allowed, f"{argument}.shape", tuple(x.shape), f"must be {wanted}")
    return x


def rows(argument: str, x: Tensor, dim: int | None = None) -> Tensor:
    """As ``points``, but there may be none, and on a card the numbers are not read.

    To look at a number there is to wait for all that was asked before.
    """
    wanted = "(n, d)" if dim is None else f"(n, d) with d = {dim}"
    ok = tensor(argument, x).dim() == 2 and dim in (None, x.shape[1])
    require(ok, f"{argument}.shape", tuple(x.shape), f"must be {wanted}")
    if x.is_cpu:
        finite(argument, x)
    return x


def queries(t: Tensor, x: Tensor, dim: int | None = None) -> None:
    """What a denoiser takes, ``rows`` x (n, d) and their times t (n,), or a ValueError."""
    rows("x", x, dim)
    rows("t", shape("t", t, (len(x),))[:, None])


def on_device(argument: str, x: Tensor, device: torch.device, whose: str) -> None:
    """A tensor on the device of something else, or a ValueError; ``whose`` says of what."""
    _is_tensor(argument, x)
    require(x.device == device, f"{argument}.device", str(x.device), f"must be {whose}, {device}")


def same_dim(a: Tensor, b: Tensor, names: tuple[str, str]) -> None:
    """Two sets of points in the same space, or a ValueError."""
    points(names[0], a)
    points(names[1], b, dim=a.shape[1])


def one_of(argument: str, value: str, allowed: Iterable[str]) -> str:
    """One of the allowed words, or a ValueError that lists them."""
    words = tuple(allowed)
    require(
        isinstance(value, str) and value in words,
        argument,
        value,
        "must be one of " + ", ".join(map(repr, words)),
    )
    return value


def seeded(generator: Generator | None) -> Generator | None:
    """A generator of the CPU, or None for torch's own; a ValueError for anything else."""
    ok = generator is None or (isinstance(generator, Generator) and generator.device.type == "cpu")
    require(ok, "generator", generator, "must be a torch.Generator of the CPU, or None")
    return generator
