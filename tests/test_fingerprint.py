"""Fingerprints: another one when what a function depends on is another, the same one elsewhere."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch

import scorelab as sl
from scorelab.fingerprint import fingerprint

FACTOR = 2


def helper(n: int) -> int:
    return FACTOR * n


def named(n: int) -> dict[str, int]:
    return {"x": sum(helper(k) for k in range(n))}


def closed(value: Any) -> Callable[[int], dict[str, Any]]:
    return lambda n: {"x": value, "n": n}


class Doubled:
    def __call__(self, n: int) -> dict[str, int]:
        return {"x": 2 * n}


def cell(source: str) -> Callable[..., Any]:
    """The function ``f`` of a notebook that runs this source."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(dedent(source), names)
    return names["f"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (2, 5),
        ([2, 3], [3, 2]),
        (torch.ones(3), torch.ones(3).index_fill(0, torch.tensor([1]), 2.0)),
        (sl.GaussianMixture.ring(), sl.GaussianMixture.ring(radius=2.0)),
        (closed(2), closed(5)),
        (partial(pow, 2), partial(pow, 3)),
        tuple(sl.GaussianMixture.ring(k).denoiser(sl.OrnsteinUhlenbeck()) for k in (3, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_closed_over_counts(one: Any, other: Any) -> None:
    assert fingerprint(closed(one)) == fingerprint(closed(one)) != fingerprint(closed(other))


def test_globals_count_and_those_of_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(named)
    with monkeypatch.context() as changed:
        changed.setitem(globals(), "FACTOR", 3)
        assert fingerprint(named) != before
    with monkeypatch.context() as changed:
        changed.setitem(globals(), "helper", lambda n: n)
        assert fingerprint(named) != before
    assert fingerprint(named) == before


def test_the_code_of_a_callable_object_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(Doubled())
    monkeypatch.setattr(Doubled, "__call__", lambda self, n: {"x": 3 * n})
    assert fingerprint(Doubled()) != before


@pytest.mark.parametrize(
    "other",
    [
        "def f(n, by=3): return n * by",
        "def f(n, by=2): return n + by",
        "def f(n, *, by=2): return n * by",
        "by = 2\ndef f(n, by=by): return n * by + 0",
    ],
)
def test_code_and_defaults_count(other: str) -> None:
    assert fingerprint(cell("def f(n, by=2): return n * by")) != fingerprint(cell(other))


def test_the_place_in_a_file_and_unnamed_globals_do_not_count() -> None:
    same = cell("unnamed = 7\n\n# a comment\ndef f(n, by=2):\n    return n * by")
    assert fingerprint(cell("def f(n, by=2): return n * by")) == fingerprint(same)


def test_a_module_of_the_caller_counts_by_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "mine.py").write_text("def scaled(n): return 2 * n\n")
    source = "import mine\nfrom mine import scaled\ndef f(n): return {body}"
    bodies = ("scaled(n)", "mine.scaled(n)")
    before = [fingerprint(cell(source.format(body=body))) for body in bodies]
    (tmp_path / "mine.py").write_text("def scaled(n): return 3 * n + 1\n")
    importlib.reload(sys.modules["mine"])
    after = [fingerprint(cell(source.format(body=body))) for body in bodies]
    del sys.modules["mine"]
    assert not set(before) & set(after)


@pytest.mark.slow
def test_every_process_finds_the_same() -> None:
    """Where hashes of words, and so the orders of sets, are others."""
    source = """
        from dataclasses import dataclass
        import numpy as np, torch, scorelab as sl
        from scorelab.fingerprint import fingerprint

        @dataclass
        class Setting:
            width: float = 2.0
            def __post_init__(self): super().__init__()

        law = sl.GaussianMixture.ring()
        x, setting, names = torch.ones(3), Setting(3.0), np.arange(4)

        def helper(word): return word in {"low", "middle", "high", "other"}

        def f(n):
            if helper("low"):
                return {"x": (x * n).sum() + setting.width + law.dim, "y": Setting().width}
            return {name: float(torch.tensor(name)) for name in names}

        print(fingerprint(f))
    """
    found = {
        subprocess.run(
            [sys.executable, "-c", dedent("\n" * lines + source)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, lines in (("1", 0), ("2", 3))
    }
    assert len(found) == 1


def test_what_cannot_be_pickled_is_an_error() -> None:
    with pytest.raises(TypeError, match="pickle"):
        fingerprint(closed(value for value in (1, 2)))


def test_the_modules_of_the_caller_are_pickled_by_name_afterwards() -> None:
    import cloudpickle

    before = set(cloudpickle.list_registry_pickle_by_value())
    fingerprint(named)
    assert set(cloudpickle.list_registry_pickle_by_value()) == before
