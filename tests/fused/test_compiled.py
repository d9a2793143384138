"""Kernels without a cache: compiled all the same, with one warning."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import pytest

from scorelab.fused import compiled


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """A function of a file of its own, imported anew at each call, as by another process."""
    monkeypatch.setattr(compiled, "_warned", False)
    path = tmp_path / "doubles.py"
    path.write_text("def double(x):\n    return 2 * x\n")

    def fresh() -> Any:
        spec = importlib.util.spec_from_file_location("doubles", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.double

    yield fresh


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_truncated_cache_is_made_anew(
    double: Callable[[], Any], tmp_path: Path, kind: str
) -> None:
    assert compiled.njit(double())(3) == 6
    (kept,) = tmp_path.rglob(f"*.{kind}")
    whole = kept.stat().st_size
    kept.write_bytes(kept.read_bytes()[: whole // 2])
    with pytest.warns(UserWarning, match="compiled without Numba's cache, anew in each process"):
        assert compiled.njit(double())(3) == 6
    again = compiled.njit(double())
    assert again(3) == 6 and sum(again.stats.cache_hits.values()) == 1


def test_a_disk_that_is_full_costs_the_cache_only(
    double: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = compiled.njit(double())

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kernel._cache.cache, "save_overload", full)
    with pytest.warns(UserWarning, match="No space left on device"):
        assert kernel(3) == 6


def test_without_any_folder_to_write_to_there_is_one_warning(
    double: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_it = numba.njit

    def nowhere(*arguments: Any, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function 'double': no locator available")
        return compile_it(*arguments, **options)

    monkeypatch.setattr(numba, "njit", nowhere)
    with pytest.warns(UserWarning, match="no locator available.*NUMBA_CACHE_DIR") as seen:
        kernels = [compiled.njit(double()) for _ in range(2)]
    assert [kernel(3) for kernel in kernels] == [6, 6] and len(seen) == 1
