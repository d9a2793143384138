"""Activation patterns, counted and checked by linear programs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from convex_data import ODD, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from torch import Generator, Tensor

from scorelab import convex
from scorelab.convex.patterns import most_patterns


def separable(x: np.ndarray, pattern: np.ndarray) -> bool:
    """Whether some plane has just these points in front of it: a linear program."""
    side = np.where(pattern, 1.0, -1.0)[:, None]
    columns = np.hstack((x, np.ones((len(x), 1))))
    found = linprog(
        np.zeros(x.shape[1] + 1), -side * columns, -np.ones(len(x)), bounds=(None, None)
    )
    return found.status == 0


def as_set(patterns: Tensor) -> set[bytes]:
    return {column.tobytes() for column in patterns.numpy().T.copy()}


@given(st.integers(2, 25), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_plane_has_n2_minus_n_plus_2_patterns(n: int, seed: int) -> None:
    x = rows(n, seed)[0]
    found = convex.patterns(x)
    assert found.shape == (n, n * n - n + 2) and found.shape[1] == most_patterns(n, 2)
    assert len(as_set(found)) == found.shape[1]
    assert as_set(~found) == as_set(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_patterns_of_points_in_no_general_position(name: str) -> None:
    x = ODD[name]
    words = (np.array((False, *p)) for p in itertools.product([False, True], repeat=len(x) - 1))
    half = [p for p in words if separable(x.numpy(), p)]
    wanted = {p.tobytes() for p in half} | {(~p).tobytes() for p in half}
    assert as_set(convex.patterns(x)) == wanted
    if name == "a line":
        assert len(wanted) == 2 * len(x)


def test_patterns_in_space_are_all_separable_and_as_many_as_there_are() -> None:
    x = rows(7, dim=3)[0]
    found = convex.patterns(x)
    assert found.shape[1] == 2 * (1 + 6 + 15 + 20)
    assert as_set(~found) == as_set(found)
    assert all(separable(x.numpy(), pattern) for pattern in found.numpy().T if pattern[0])


def test_sampled_patterns_are_distinct_real_and_the_generators() -> None:
    x = rows(30)[0]
    some, again, other = (
        convex.patterns(x, 60, generator=Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert some.shape == (30, 60) and len(as_set(some)) == 60
    assert torch.equal(some, again) and not torch.equal(some, other)
    assert as_set(some) <= as_set(convex.patterns(x))
    tiny = rows(5)[0]
    assert as_set(convex.patterns(tiny, 22)) == as_set(convex.patterns(tiny))
