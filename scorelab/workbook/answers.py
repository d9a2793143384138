"""Comparing an answer with the solution's: what counts as the same numbers, and what differs.

Tensors, arrays, numbers, and lists of any of them hold the same numbers as the expected tensor if
the shapes agree and each entry does but for rounding. Axes of length one do not count: (1,) agrees
with (), (n, 1) and (1, n) with (n,). Any other difference of shape does: (n, d) never agrees with
(d, n), (n d,) or (n, n), and no axis is stretched to fit another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor

# Wrong by a mistake is wrong by far more than this; right in another order of float32 operations,
# by less.
_RTOL, _ATOL = 1e-4, 1e-5

_NAN = "0/0, ∞ − ∞, or a root or logarithm below zero; the inputs are legal"


def difference(answer: Any, expected: Tensor) -> str:
    """What first tells the answer from the expected tensor, as a verdict; empty if nothing does."""
    try:
        found = _tensor(answer).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        wanted = f"a tensor of shape {tuple(expected.shape)}"
        return f"✗ returns {type(answer).__name__}, expected {wanted}"
    if found.is_complex():
        return "✗ has complex numbers, expected real ones"
    if found.squeeze().shape != expected.squeeze().shape:
        return f"✗ has shape {tuple(found.shape)}, expected {tuple(expected.shape)}"
    return _first_wrong_entry(found.reshape(expected.shape), expected.detach().cpu())


def _tensor(answer: Any) -> Tensor:
    """A tensor of what `torch.as_tensor` takes, or of a list of that: rows, or rows of rows."""
    if isinstance(answer, np.ndarray):
        answer = np.ascontiguousarray(answer)  # torch takes no array that runs backwards
    if not isinstance(answer, (list, tuple)) or not answer:
        return torch.as_tensor(answer)
    rows = [_tensor(row) for row in answer]
    kind = reduce(torch.promote_types, (row.dtype for row in rows))
    return torch.stack([row.to("cpu", kind) for row in rows])


def _first_wrong_entry(found: Tensor, expected: Tensor) -> str:
    near = torch.isclose(found.double(), expected.double(), rtol=_RTOL, atol=_ATOL)
    if near.all():
        return ""
    wrong = near.logical_not()
    if found.is_floating_point() != expected.is_floating_point():
        return f"✗ has numbers of type {found.dtype}, expected {expected.dtype}"
    undefined = wrong & found.isnan()
    entry = tuple((undefined if undefined.any() else wrong).nonzero()[0].tolist())
    at = f" at entry {list(entry)}" if entry else ""
    shown, wanted = _apart(found[entry].item(), expected[entry].item())
    why = f" ({_NAN})" if undefined.any() else _share(wrong)
    return f"✗ is {shown}{at}, expected {wanted}{why}"


def _share(wrong: Tensor) -> str:
    """How many of several entries are wrong."""
    if wrong.numel() == 1:
        return ""
    return f" ({int(wrong.sum())} of {wrong.numel()} entries differ)"


def factor(answers: Sequence[Any], expected: Sequence[Tensor]) -> float | None:
    """The one number by which all entries of all answers are too large, or None.

    It takes three entries that are not 0: one number is always some multiple of another.
    """
    given = [_tensor(each) for each in answers]
    if any(each.is_complex() for each in given):
        return None
    if [each.squeeze().shape for each in given] != [each.squeeze().shape for each in expected]:
        return None
    a, b = (
        torch.cat([each.detach().cpu().double().flatten() for each in numbers])
        for numbers in (given, expected)
    )
    if b.count_nonzero() < 3 or not a.any() or not a.isfinite().all():
        return None
    ratio = float(a @ b / (b @ b))
    return ratio if torch.allclose(a, ratio * b, rtol=_RTOL, atol=_ATOL) else None


def _apart(a: float, b: float) -> tuple[str, str]:
    """Two different numbers, with four significant digits, or as many as tell them apart."""
    for digits in range(4, 17):
        shown = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if shown[0] != shown[1]:
            return shown
    return repr(a), repr(b)
