"""A claim prints one line when it holds and raises with that line when it does not."""

from __future__ import annotations

import io
import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scorelab.workbook import ClaimFailed, claim

SEEDS = [0.49, 0.50, 0.51, 0.52, 0.53]


def line(capsys: pytest.CaptureFixture[str]) -> str:
    out = capsys.readouterr().out
    assert out.endswith("\n") and out.count("\n") == 1
    return out[:-1]


@pytest.mark.parametrize(
    ("measured", "between", "every", "shown"),
    [
        (0.51234, (0.3, 0.7), False, "measured 0.512, expected 0.3 to 0.7"),
        (SEEDS, (0.3, 0.7), False, "measured 0.51 ± 0.0158 (5 seeds), expected 0.3 to 0.7"),
        (SEEDS, (0.3, 0.7), True, "measured 0.49 to 0.53 (5 seeds), every one expected 0.3 to 0.7"),
        (0.5, (None, 0.7), False, "measured 0.5, expected at most 0.7"),
        (0.5, (0.3, None), True, "measured 0.5, expected at least 0.3"),
        (-0.5123, (-0.65, -0.35), False, "measured -0.512, expected -0.65 to -0.35"),
        (6636, (6636, 6636), False, "measured 6636, expected 6636 to 6636"),
        (999.7, (1, 2e6), False, "measured 1000, expected 1 to 2e+06"),
        (3.2e-5, (-0.0, 1), False, "measured 3.2e-05, expected 0 to 1"),
        (math.inf, (1, math.inf), False, "measured inf, expected 1 to inf"),
    ],
)
def test_the_line(measured, between, every, shown, capsys) -> None:
    claim("it holds", measured, between, every=every)
    assert line(capsys) == f"✓ it holds · {shown}"


@pytest.mark.parametrize(
    "measured",
    [
        tuple(SEEDS),
        np.array(SEEDS),
        torch.tensor(SEEDS, requires_grad=True),
        [torch.tensor(value) for value in SEEDS],
        [np.float32(value) for value in SEEDS],
    ],
)
def test_seeds_come_in_any_container(measured, capsys) -> None:
    claim("it holds", measured, (0.3, 0.7))
    assert "measured 0.51 ± 0.0158 (5 seeds)" in line(capsys)


def test_an_open_side_is_open_to_every_number_but_infinity(capsys) -> None:
    claim("it holds", 1.7e308, (1, None))
    claim("it holds", [-1.7e308, 1.0], (None, 1), every=True)
    for value, between in ((math.inf, (1, None)), (-math.inf, (None, 1))):
        with pytest.raises(ClaimFailed, match="measured -?inf"):
            claim("it holds", value, between)


def test_the_line_says_what_the_numbers_are_of(capsys) -> None:
    claim("it holds", SEEDS, (0, 1), each="draws")
    claim("it holds", SEEDS, (0, 1), each="rows", every=True)
    shown = capsys.readouterr().out
    assert "0.51 ± 0.0158 (5 draws), expected" in shown and "0.49 to 0.53 (5 rows), every" in shown
    with pytest.raises(ValueError, match=r"each='': must say"):
        claim("it holds", SEEDS, (0, 1), each="")


def test_a_terminal_without_the_sign_gets_the_nearest_it_has(monkeypatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    claim("α² + h − 1", SEEDS, (0, 1))
    sys.stdout.flush()
    line = b"[ok] ?? + h - 1 - measured 0.51 +- 0.0158 (5 seeds), expected 0 to 1\n"
    assert raw.getvalue() == line


@pytest.mark.parametrize("measured", [0.5, np.float64(0.5), torch.tensor(0.5), [0.5]])
def test_one_number_has_no_spread(measured, capsys) -> None:
    claim("it holds", measured, between=(0.5, 0.5))
    assert line(capsys) == "✓ it holds · measured 0.5, expected 0.5 to 0.5"


def test_bounds_belong_to_the_range_to_the_last_digit() -> None:
    claim("it holds", 0.7, (0.7, 0.7))
    claim("it holds", [0.1, 0.1], (0.1, 0.1), every=True)
    with pytest.raises(ClaimFailed):
        claim("it holds", 0.7 + 1e-12, (0.7, 0.7))


@pytest.mark.parametrize("measured", [0.29, 0.71, [0.1, 0.2], math.inf, -math.inf])
def test_outside_the_bounds_it_raises_its_line_and_prints_nothing(measured, capsys) -> None:
    with pytest.raises(ClaimFailed, match=r"^✗ it holds · measured .*, expected 0\.3 to 0\.7$"):
        claim("it holds", measured, (0.3, 0.7))
    assert capsys.readouterr().out == ""
    assert issubclass(ClaimFailed, AssertionError)


def test_the_mean_may_hold_where_one_seed_does_not() -> None:
    claim("on average", [0.1, 0.9], (0.3, 0.7))
    with pytest.raises(ClaimFailed, match=r"measured 0\.1 to 0\.9"):
        claim("each time", [0.1, 0.9], (0.3, 0.7), every=True)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("between", [(-1, 1), (None, 1), (-1, None)])
@pytest.mark.parametrize("measured", [math.nan, [0.0, math.nan, 0.0]])
def test_nan_never_holds(measured, between, every) -> None:
    with pytest.raises(ClaimFailed, match="measured nan"):
        claim("it holds", measured, between, every=every)


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6),
    st.floats(-1e3, 1e3),
    st.floats(0, 1e3),
    st.booleans(),
)
def test_the_verdict_is_that_of_numpy(seeds, low, width, every) -> None:
    tested = seeds if every else [torch.tensor(seeds, dtype=torch.float64).mean().item()]
    holds = all(np.greater_equal(tested, low) & np.less_equal(tested, low + width))
    try:
        claim("it holds", seeds, (low, low + width), every=every)
    except ClaimFailed:
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize("text", ["", "  ", "two\nlines"])
def test_a_text_that_says_nothing_or_takes_two_lines(text) -> None:
    with pytest.raises(ValueError, match=r"text=.*one line"):
        claim(text, 0.5, (0, 1))


@pytest.mark.parametrize(
    "measured",
    ["0.5", None, [], torch.ones(2, 2), True, torch.tensor([True]), 1j, [0.5, "x"], {"a": 1}],
)
def test_measured_must_be_numbers(measured) -> None:
    with pytest.raises(ValueError, match=r"measured(\.shape)?="):
        claim("it holds", measured, (0, 1))


@pytest.mark.parametrize(
    "between", [(1, 0), (None, None), (math.nan, 1), (0,), (0, 1, 2), 0.5, None, ("a", 1)]
)
def test_between_must_be_two_ordered_bounds(between) -> None:
    with pytest.raises(ValueError, match=r"between=.*\(lowest, highest\)"):
        claim("it holds", 0.5, between)


@pytest.mark.parametrize(
    ("between", "named"),
    [(("a", 1), "'a' is a str"), ((0, 1j), "1j is a complex"), ((True, 2), "True is a bool")],
)
def test_a_bound_of_a_wrong_type_is_named(between, named) -> None:
    with pytest.raises(ValueError, match=named):
        claim("it holds", 0.5, between)
