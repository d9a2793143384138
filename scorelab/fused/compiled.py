"""Numba's compiler with its cache, and without it where that can't be read or written."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numba


def njit(function: Callable[..., Any], **options: Any) -> Any:
    """`numba.njit` with a cache on disk; a damaged or full one costs time and a warning alone."""
    try:
        compiled: Any = numba.njit(cache=True, fastmath=True, **options)(function)
    except RuntimeError as error:  # no folder that can be written, of the package or of the user
        _warn(error)
        return numba.njit(fastmath=True, **options)(function)
    compiled._cache = _Careful(compiled._cache)
    return compiled


class _Careful:
    """A cache of Numba's of which no error comes but a warning."""

    def __init__(self, cache: Any) -> None:
        self.cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cache, name)

    def load_overload(self, *signature: Any) -> Any:
        """What is kept for a signature, or None; what can't be read is thrown away."""
        try:
            return self.cache.load_overload(*signature)
        except Exception as error:  # whatever is in a damaged file
            _warn(error)
        self._quietly(self.cache.flush)
        return None

    def save_overload(self, *compiled: Any) -> None:
        """Keep what was compiled, where that is possible."""
        self._quietly(self.cache.save_overload, *compiled)

    def _quietly(self, action: Callable[..., Any], *arguments: Any) -> None:
        try:
            action(*arguments)
        except Exception as error:  # a full disk, or one that is read only by now
            _warn(error)


_warned = False


def _warn(error: Exception) -> None:
    """Say it once a process: it is the same for all kernels."""
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            f"kernels are compiled without Numba's cache, anew in each process: {error!r}; "
            "NUMBA_CACHE_DIR can name a folder for it",
            stacklevel=3,
        )
