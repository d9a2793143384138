"""Input of every kind, for functions that promise a right answer or a clear error for any."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Generator, Tensor

#: What stands where a tensor, a number or a word should.
NONE = st.sampled_from([None, "3", [], [[1.0], [2.0, 3.0]], object(), 1j])
SIZES = st.sampled_from([0, 1, 2, 3, 5])
FLOATS = [torch.float32, torch.float64]
OTHERS = [torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64]
TYPES = st.sampled_from(FLOATS * 16 + OTHERS)
ENTRIES = st.one_of(
    st.floats(-3, 3),
    st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf, 1e-30, 1e30, 1e19, -1e155, 1e300]),
)
ODD_KINDS = ["odd", "copies", "constant", "scaled", "list", "array", "autograd", "none"]


@st.composite
def tensors(draw: st.DrawFn) -> Any:
    """Points of any shape: plain, with an odd entry, copies, a constant column, or no tensor."""
    n, d = draw(SIZES), draw(SIZES)
    usual = [(4, 2)] * 9 + [(n, 2), (4, 4), (n, 1)]
    shape = draw(st.sampled_from([*usual, (n, d), (n,), ()]))
    plain = torch.randn(shape, generator=Generator().manual_seed(draw(st.integers(0, 99)))).double()
    kind = draw(st.sampled_from(["plain"] * 12 + ODD_KINDS))
    if kind == "none":
        return draw(NONE)
    if kind == "odd" and plain.numel():
        plain.view(-1)[draw(st.integers(0, plain.numel() - 1))] = draw(ENTRIES)
    if kind == "copies" and plain.dim() and len(plain):
        plain[:] = plain[:1].clone()
    if kind == "constant" and plain.dim() == 2 and plain.numel():
        plain[:, 0] = 0.5
    if kind == "scaled":
        plain *= draw(st.sampled_from([1e-30, 1e-6, 1e6, 1e30]))
    if kind in ("list", "array"):
        return plain.tolist() if kind == "list" else plain.numpy()
    found = plain.to(draw(TYPES))
    return found.requires_grad_() if kind == "autograd" and found.dtype in FLOATS else found


TENSORS = tensors()
#: Times (n,) for points of four rows, mostly: positive, or as odd as any tensor.
TIMES = st.one_of(
    st.sampled_from([torch.full((4,), t, dtype=f) for t in (0.02, 1, 3) for f in FLOATS]),
    TENSORS,
)
NUMBERS = st.one_of(
    st.integers(0, 6),
    st.floats(0, 3),
    st.sampled_from([0.1, 0.5, 1, 2.0, 3]),
    st.integers(-2, 6) | st.floats(-1, 9),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e-30, 1e30, 1e300, 10**20, 10**400]),
    st.sampled_from([True, 0.5, torch.tensor(2.0), torch.ones(2)]),
    NONE,
)
SIZE = st.one_of(st.integers(1, 5), st.integers(1, 5), NUMBERS)
SWITCHES = st.one_of(st.booleans(), st.booleans(), st.booleans(), NONE)
GENERATORS = st.one_of(
    st.builds(lambda: Generator().manual_seed(0)), st.sampled_from([None, 0, "seed"])
)
DEVICES = st.sampled_from([None, "cpu", torch.device("cpu"), "cuda:77", "nonsense", 3.5])


def words(*known: str) -> st.SearchStrategy[Any]:
    """Words that are known, mostly, and some that are not."""
    return st.one_of(st.sampled_from(known), st.sampled_from(known), st.just("nonsense"), NONE)


def finite(answer: Any) -> bool:
    """Whether all numbers of an answer are finite, in whatever it holds them."""
    if isinstance(answer, Tensor):
        return bool(torch.isfinite(answer).all())
    if isinstance(answer, (list, tuple)):
        return all(map(finite, answer))
    if isinstance(answer, (int, float)):
        return math.isfinite(answer)
    return all(map(finite, vars(answer).values())) if hasattr(answer, "__dict__") else True


def public(package: ModuleType) -> Iterator[str]:
    """What can be called: functions, classes and their methods, of a package and its modules."""
    for name in package.__all__:
        thing = getattr(package, name)
        if not inspect.ismodule(thing):
            yield from _callables(name, thing)
            continue
        own = [n for n, each in vars(thing).items() if _home(each) == thing.__name__]
        for inner in getattr(thing, "__all__", own):
            yield from _callables(f"{name}.{inner}", getattr(thing, inner))


def _callables(name: str, thing: Callable[..., Any]) -> Iterator[str]:
    known = name.split(".")[-1]
    if not callable(thing) or known.startswith("_") or getattr(thing, "_is_protocol", False):
        return
    yield name
    if inspect.isclass(thing):
        for method, each in inspect.getmembers(thing, inspect.isroutine):
            shown = not method.startswith("_") or method == "__call__"
            if shown and _home(each).startswith("scorelab"):
                yield f"{name}.{method}"


def _home(thing: Any) -> str:
    return getattr(thing, "__module__", None) or ""
