"""What explorers are made of: figures, live runs, controls, and the explorer itself.

Plotly asks at its import for nbformat, of which it wants the version before its own ``show()``.
nbformat takes a second or more to come, most of it for a grammar of web addresses that nobody here
needs. So plotly gets it when it first uses it; all others who import nbformat get it at once.
"""

import sys
from importlib import import_module, util
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """A module that is imported when something of it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def _plotly_without_waiting_for(name: str) -> None:
    if "plotly.io._renderers" in sys.modules or name in sys.modules or not util.find_spec(name):
        return
    optional: Any = import_module("_plotly_utils.optional_imports")
    find = optional.get_module
    optional.get_module = lambda n, **more: _Later(n) if n == name else find(n, **more)
    try:
        import_module("plotly.io._renderers")
    finally:
        optional.get_module = find


_plotly_without_waiting_for("nbformat")
