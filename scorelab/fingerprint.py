"""What the answers of a function depend on, as one hash, so that a cache knows what is stale."""

from __future__ import annotations

import contextlib
import hashlib
import io
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import cloudpickle
from torch import Tensor

#: What a class holds that says nothing of what it does, or changes with its place in a file.
ASIDE = {"__dict__", "__weakref__", "__firstlineno__", "_abc_impl"}


def fingerprint(function: Callable[..., Any]) -> str:
    """A hash of a function: its code, its defaults, what it closes over, the globals it names.

    What these name counts in turn, as far as it is of the caller's own modules; functions, classes
    and modules of an installed package, or of scorelab, count by their names. Files that are read
    are not seen, nor modules that are imported when the function is called. The same function
    has the same hash in every process. Raises what pickling raises for a value that cannot be.
    """
    written = io.BytesIO()
    with _by_value(module for module in [*sys.modules.values()] if _own(module)):
        _Pickler(written).dump(function)
    return hashlib.sha256(written.getvalue()).hexdigest()


class _Pickler(cloudpickle.Pickler):
    """Without what differs between processes: places in files and in memory, orders of sets."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, CodeType):
            return tuple, ((obj.co_code, obj.co_names, obj.co_varnames, _constants(obj)),)
        if isinstance(obj, Tensor):
            return tuple, ((str(obj.dtype), obj.detach().cpu().numpy()),)
        reduced = super().reducer_override(obj)
        if isinstance(obj, type) and isinstance(reduced, tuple) and len(reduced) > 2:
            # A class of the caller's, which has a new name in every process.
            held = {name: value for name, value in vars(obj).items() if name not in ASIDE}
            return str, (obj.__qualname__,), (obj.__bases__, held)
        return reduced


def _constants(code: CodeType) -> list[Any]:
    return [sorted(map(repr, c)) if isinstance(c, frozenset) else c for c in code.co_consts]


def _own(module: Any) -> bool:
    """Whether something imported is the caller's: neither installed nor of scorelab."""
    file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    if not file or module.__name__.split(".")[0] in (__package__, "__main__"):
        return False
    installed = {"site-packages", "dist-packages"} & set(Path(file).parts)
    return not installed and not file.startswith(sysconfig.get_paths()["stdlib"])


@contextlib.contextmanager
def _by_value(modules: Iterator[ModuleType]) -> Iterator[None]:
    """Let functions and classes of some modules be pickled as they are, not as their names."""
    known = cloudpickle.list_registry_pickle_by_value()
    added = {each.__name__: each for each in modules if sys.modules.get(each.__name__) is each}
    added = {name: module for name, module in added.items() if name not in known}
    for module in added.values():
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in added.values():
            cloudpickle.unregister_pickle_by_value(module)
