"""Bad input gets a ValueError that names the argument, its value and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from scorelab import validate

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (validate.positive, 0, "size=0: must be a finite number above 0"),
        (validate.positive, -1.5, "size=-1.5: must be a finite number above 0"),
        (validate.positive, NAN, "size=nan: must be a finite number above 0"),
        (validate.positive, INF, "size=inf: must be a finite number above 0"),
        (validate.positive, "1", "size='1': must be a finite number above 0"),
        (validate.positive, None, "size=None: must be a finite number above 0"),
        (validate.count, 0, "size=0: must be a whole number of at least 1"),
        (validate.count, 2.0, r"size=2\.0: must be a whole number of at least 1"),
        (validate.count, True, "size=True: must be a whole number of at least 1"),
        (validate.step, -1, "size=-1: must be a whole number of steps ≥ 0, or inf"),
        (validate.step, 1.5, r"size=1\.5: must be a whole number of steps ≥ 0, or inf"),
        (validate.step, NAN, "size=nan: must be a whole number of steps ≥ 0, or inf"),
        (validate.step, "3", "size='3': must be a whole number of steps ≥ 0, or inf"),
    ],
)
def test_a_bad_number_is_named(check: Callable, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        check("size", value)


def test_good_numbers_come_back_as_plain_ones() -> None:
    assert validate.positive("size", np.float32(0.5)) == 0.5
    assert type(validate.positive("size", 2)) is float
    assert type(validate.count("size", np.int64(3))) is int
    assert validate.count("size", 0, least=0) == 0
    assert validate.step("size", INF) == INF and type(validate.step("size", 1e7)) is int


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([0, 5, 5], "stops=5: steps must rise, but 5 follows 5"),
        ([3, 1], "stops=1: steps must rise, but 1 follows 3"),
        ([-1], "stops=-1: must be a whole number of at least 0"),
        ([0, 1.5], r"stops=1\.5: must be a whole number of at least 0"),
    ],
)
def test_steps_that_do_not_rise_are_named(steps: list, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(validate.rising("stops", steps))


def test_rising_steps_are_passed_on_one_by_one() -> None:
    asked: list[int] = []

    def steps() -> Iterator[int]:
        for step in (0, 4, 9):
            asked.append(step)
            yield step

    passed = validate.rising("stops", steps())
    assert next(passed) == 0 and asked == [0]
    assert list(passed) == [4, 9]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0]], "x='list': must be a torch.Tensor"),
        (torch.ones(3), r"x\.shape=\(3,\): must be \(n, d\) with n ≥ 1 and d ≥ 1"),
        (torch.ones(0, 2), r"x\.shape=\(0, 2\): must be \(n, d\)"),
        (torch.ones(2, 0), r"x\.shape=\(2, 0\): must be \(n, d\)"),
        (torch.ones(2, 2, dtype=torch.int64), r"x\.dtype=torch\.int64: must be float32"),
        (torch.tensor([[0, NAN], [INF, 1]]), "x='tensor with 2 NaN or infinite values': must be f"),
    ],
)
def test_bad_points_are_named(x: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        validate.points("x", x)


def test_points_of_another_dimension_are_named() -> None:
    with pytest.raises(ValueError, match=r"x\.shape=\(4, 3\): must be .* d = 2"):
        validate.points("x", torch.ones(4, 3), dim=2)
    with pytest.raises(ValueError, match=r"b\.shape=\(4, 3\): must be .* d = 2"):
        validate.same_dim(torch.ones(4, 2), torch.ones(4, 3), ("a", "b"))


def test_an_unknown_word_gets_the_list_of_known_ones() -> None:
    with pytest.raises(ValueError, match="^times='cosine': must be one of 'uniform', 'log'$"):
        validate.one_of("times", "cosine", ("uniform", "log"))
    assert validate.one_of("times", "log", ("uniform", "log")) == "log"
