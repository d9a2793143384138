"""A pretend accelerator, so that tensors on the wrong device are found where there is no GPU.

Torch's own stand-ins do not serve: meta tensors hold no numbers and let a mixed product of matrices
pass, and fake tensors refuse `.item()`. Here a tensor "on the device" wraps an ordinary CPU tensor.
Every operation is run on what is wrapped, so it gives the CPU's numbers bit for bit, and is first
held against CUDA's rules. These raise, as they do on CUDA:

- an operation on tensors of both devices (a CPU scalar of no dimension may join, as on CUDA);
- `.numpy()` and `numpy.asarray` without `.cpu()`;
- a CPU generator drawing on the device;
- an index on the device into a tensor on the CPU;
- writing what lives on the device into a tensor on the CPU, except by `copy_`;
- and with `FakeGpu(float64=False)`, as on Apple's MPS, any float64 tensor on the device.

Unlike on CUDA, `.tolist()` raises too (use `.cpu().tolist()`), and so does making a generator on
the device.

`FakeGpu.waits` counts how often the program waited for the device: `.item()`, `float`, `bool`,
`.cpu()`, and what makes a tensor whose size is not known before. `Graph` is a CUDA graph of it.
`FakeGpu.refusal` is raised by all that the device is asked for, as where another process holds it.

Torch can register one such device a process, for good, and says from then on that an accelerator is
there. So import this only in a process of its own, as `test_devices.py` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "fakegpu"
_setup_privateuseone_for_python_backend(NAME)
DEVICE = torch.device(NAME, 0)

aten = torch.ops.aten
_COPIES = {aten._to_copy.default, aten.copy_.default}
_INDEXED = {
    aten.index.Tensor,
    aten._unsafe_index.Tensor,
    aten.index_put.default,
    aten.index_put_.default,
    aten._index_put_impl_.default,
}
_WAITS = {
    aten._local_scalar_dense.default,
    aten.equal.default,
    aten.nonzero.default,
    aten.masked_select.default,
    aten._unique2.default,
}


class FakeGpuTensor(torch.Tensor):
    """A tensor that says it is on the device and keeps its numbers in `raw`, on the CPU."""

    raw: torch.Tensor

    @staticmethod
    def __new__(cls, raw: torch.Tensor) -> FakeGpuTensor:
        tensor = torch.Tensor._make_wrapper_subclass(
            cls,
            raw.size(),
            strides=raw.stride(),
            storage_offset=raw.storage_offset(),
            dtype=raw.dtype,
            device=DEVICE,
        )
        tensor.raw = raw
        return tensor

    def __repr__(self) -> str:
        return f"FakeGpuTensor({self.raw})"

    def __format__(self, spec: str) -> str:
        return format(self.raw, spec)  # a subclass of Tensor does not inherit the numbers' formats

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


class FakeGpu(TorchDispatchMode):
    """Within this context `device="fakegpu"` works like `device="cuda"`, or without float64."""

    has_float64 = True
    waits = 0
    recording: Graph | None = None
    refusal: Exception | None = None

    def __init__(self, float64: bool = True) -> None:
        super().__init__()
        self._float64 = float64

    def __enter__(self) -> FakeGpu:
        self._outer, FakeGpu.has_float64 = FakeGpu.has_float64, self._float64
        # Lets torch.tensor(..., device="fakegpu") make its tensor on the CPU and move it, which is
        # when the dispatch sees it.
        self._lifted = torch._C._only_lift_cpu_tensors()
        torch._C._set_only_lift_cpu_tensors(True)
        return super().__enter__()

    def __exit__(self, *exception: Any) -> None:
        FakeGpu.has_float64 = self._outer
        torch._C._set_only_lift_cpu_tensors(self._lifted)
        super().__exit__(*exception)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


def _run(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Refuse what CUDA refuses, do the rest on the CPU, and wrap what belongs on the device."""
    if func is aten._efficientzerotensor.default:  # forward-mode's zero without data would crash
        func = aten.zeros.default
    _refuse_mixtures(func, args, kwargs)
    _count(func, args, kwargs)
    on_device = _result_is_on_device(func, args, kwargs)
    if on_device and FakeGpu.refusal:
        raise FakeGpu.refusal
    if on_device and kwargs.get("generator") is not None:
        raise RuntimeError(f"Expected a {NAME!r} device type for generator but found 'cpu'")
    raw_kwargs = tree_map(_unwrap, kwargs)
    if kwargs.get("device") is not None and on_device:
        raw_kwargs["device"] = torch.device("cpu")
    raw_args = tree_map(_unwrap, args)
    if FakeGpu.recording:
        result = FakeGpu.recording.record(func, raw_args, raw_kwargs)
    else:
        result = func(*raw_args, **raw_kwargs)
    if _writes_its_argument(func, args):
        return _written(func, args, kwargs)
    return tree_map(_wrap, result) if on_device else result


def _count(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict) -> None:
    """Count what waits for the device; what crosses to it or back can't be recorded, as on CUDA."""
    tensors = _tensors((args, kwargs))
    there = _result_is_on_device(func, args, kwargs)
    crosses = func in _COPIES and any(_is_fake(t) != there for t in tensors)
    masks = _tensors(args[1]) if func in _INDEXED and _is_fake(args[0]) else []
    looks = any(mask.dtype == torch.bool for mask in masks)
    looks |= func in _WAITS and any(map(_is_fake, tensors))
    if FakeGpu.recording and (crosses or looks):
        raise RuntimeError("operation not permitted when stream is capturing")
    FakeGpu.waits += looks or (crosses and not there)


class Graph:
    """A CUDA graph of the device: what is recorded `replay` does, on the same memory."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[..., Any], Any, Any, Any]] = []
        self.written: list[tuple[torch.Tensor, torch.Tensor]] = []

    def __enter__(self) -> Graph:
        FakeGpu.recording = self
        return self

    def __exit__(self, *exception: Any) -> None:
        """Nothing was done yet: what was there is as it was, what was made has no numbers."""
        FakeGpu.recording = None
        for _, args, kwargs, result in self.calls:
            there = {t.untyped_storage().data_ptr() for t in _tensors((args, kwargs))}
            for made in _tensors(result):
                if made.untyped_storage().data_ptr() not in there:  # else it is a view, or written
                    made.fill_(float("nan") if made.is_floating_point() else 0)
        for tensor, before in reversed(self.written):
            tensor.copy_(before)

    def record(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Do it once for the shapes, and keep it."""
        if _writes_its_argument(func, args):
            self.written.append((args[0], args[0].clone()))
        result = func(*args, **kwargs)
        self.calls.append((func, args, kwargs, result))
        return result

    def replay(self) -> None:
        """Do all of it anew."""
        for func, args, kwargs, result in self.calls:
            again = func(*args, **kwargs)
            for to, made in zip(_tensors(result), _tensors(again), strict=True):
                if to.data_ptr() != made.data_ptr():
                    to.copy_(made)


def _refuse_mixtures(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict) -> None:
    if func in _COPIES:
        return
    indices = tree_leaves(args[1]) if func in _INDEXED else []
    others = (args[0], args[2:], kwargs) if func in _INDEXED else (args, kwargs)
    tensors = _tensors(others)
    if not _is_fake(args[0] if args else None) and any(map(_is_fake, indices)):
        raise RuntimeError("indices should be on the same device as the indexed tensor (cpu)")
    strangers = [
        t for t in tensors if not _is_fake(t) and (t.dim() > 0 or _is_written(func, t, args))
    ]
    if strangers and any(map(_is_fake, tensors)):
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{DEVICE} and cpu! (when running {func})"
        )


def _result_is_on_device(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict) -> bool:
    if kwargs.get("device") is not None:
        return torch.device(kwargs["device"]).type == NAME
    if func is aten.copy_.default or func in _INDEXED:
        return _is_fake(args[0])
    return any(map(_is_fake, _tensors((args, kwargs))))


def _is_written(func: Callable[..., Any], tensor: torch.Tensor, args: tuple[Any, ...]) -> bool:
    return func._schema.is_mutable and bool(args) and tensor is args[0]


def _writes_its_argument(func: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether it is an in-place or out= operation, which returns the very tensor it was given."""
    returns = func._schema.returns
    alias = returns[0].alias_info if len(returns) == 1 else None
    written = func._schema.is_mutable and alias is not None and alias.is_write
    return bool(args) and isinstance(args[0], torch.Tensor) and written


def _written(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict) -> torch.Tensor:
    if torch.Tag.inplace_view in func.tags and _is_fake(args[0]):
        with no_dispatch():  # squeeze_, t_ and their kind: the wrapper takes the new shape as well
            func(*args, **kwargs)
    return kwargs.get("out", args[0])


def _tensors(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def _is_fake(value: Any) -> bool:
    return isinstance(value, FakeGpuTensor)


def _unwrap(value: Any) -> Any:
    return value.raw if _is_fake(value) else value


def _wrap(value: Any) -> Any:
    if not isinstance(value, torch.Tensor) or _is_fake(value):
        return value
    if value.dtype == torch.float64 and not FakeGpu.has_float64:
        raise TypeError(f"Cannot put a float64 tensor on {DEVICE}: it has no float64")
    return FakeGpuTensor(value)
