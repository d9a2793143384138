"""The claims of some notebooks on a device, without what a bare machine lacks.

``python tests/bench/claims.py 00 03 04`` runs their cells from the text, but for explorers and
exercises; pictures and pages are stand-ins. What a cell makes is made on the CPU, by its random
numbers, and moved to the device that SCORELAB_DEVICE names. A claim that fails says so.
"""

from __future__ import annotations

import ast
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._device import _device_constructors
from torch.utils._pytree import tree_map

TEXTS = Path(__file__).resolve().parents[2] / "notebooks" / "text"
#: Packages of pages and pictures, which no claim needs.
ABSENT = {"matplotlib", "plotly", "ipywidgets", "anywidget", "IPython", "traitlets", "ipykernel"}
LEAVING = (torch.Tensor.numpy, torch.Tensor.__array__, torch.Tensor.tolist)
CELL = re.compile(r"^```python(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


class StandIns(MetaPathFinder, Loader):
    """Finds a stand-in for what a bare machine lacks, and for explorers, which are made of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        absent = fullname.partition(".")[0] in ABSENT or fullname.endswith(".explorer")
        return ModuleSpec(fullname, self, is_package=True) if absent else None

    def create_module(self, spec: ModuleSpec) -> Any:
        return MagicMock(__spec__=spec, __path__=[], __all__=[], __file__="", __version__="0")

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to do."""


def at_home(value: Any) -> Any:
    """A tensor on the CPU, or what is none as it is."""
    return value.cpu() if isinstance(value, torch.Tensor) else value


class Moved(TorchFunctionMode):
    """What is new or drawn is made on the CPU, and moved; what leaves torch is brought back."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.device, self.makers = device, set(_device_constructors())

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        drawn = kwargs.get("generator") is not None
        if drawn or func in LEAVING or func in self.makers:
            args = tree_map(at_home, args)
        try:
            made = func(*args, **kwargs)
        except RuntimeError as error:
            # What the package answers on the CPU meets a constant of a notebook, made on the card.
            name = func.__name__
            writes = name == "__setitem__" or (name.endswith("_") and not name.endswith("__"))
            if writes or "same device" not in str(error):
                raise
            made = func(*tree_map(self.there, args), **tree_map(self.there, kwargs))
        moves = drawn or (func in self.makers and kwargs.get("device") is None)
        return self.there(made) if moves else made

    def there(self, value: Any) -> Any:
        """A tensor on the device, or what is none as it is."""
        return value.to(self.device) if isinstance(value, torch.Tensor) else value


def cells(number: str) -> list[str]:
    """The code of a notebook down to its exercises, but for cells whose output nobody compares."""
    (path,) = TEXTS.glob(f"{number}-*.md")
    found = (m.groups() for m in CELL.finditer(path.read_text()))
    return [code for tags, code in found if "tags" not in tags and " check" not in code]


def pieces(code: str) -> Iterator[tuple[Any, bool]]:
    """What is run of a cell, and whether it may fail: a picture's statements but for claims may."""
    draws = "picture(" in code
    for part in ast.parse(code).body if draws else [ast.parse(code)]:
        body = part.body if isinstance(part, ast.Module) else [part]
        may_fail = draws and "claim(" not in ast.unparse(part)
        yield compile(ast.Module(body, []), "a cell", "exec"), may_fail


def run(number: str, moved: AbstractContextManager[object]) -> int:
    """Run a notebook's cells, and return how many raised."""
    names: dict[str, Any] = {"__name__": "__main__"}
    failed = 0
    with moved:
        for part, may_fail in (each for code in cells(number) for each in pieces(code)):
            try:
                exec(part, names)
            except Exception as error:
                failed += not may_fail
                if not may_fail:
                    print(f"{type(error).__name__}: {error}")
    return failed


def main(numbers: Sequence[str]) -> int:
    """Run the notebooks, and return how many of their cells raised."""
    for name in [each for each in sys.modules if each.partition(".")[0] in ABSENT]:
        del sys.modules[name]
    sys.meta_path.insert(0, StandIns())
    import scorelab as sl

    device, failed = sl.device(), 0
    for number in numbers:
        start = time.perf_counter()
        moved = nullcontext() if device.type == "cpu" else Moved(device)
        wrong = run(number, moved)
        failed += wrong
        print(f"notebook {number} on {device}: {time.perf_counter() - start:.0f} s, {wrong} failed")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
