"""The same numbers count as the same in any container; other numbers and other shapes do not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scorelab.workbook.answers import difference

ROW = torch.tensor([1.0, 2.0, 3.0])
TABLE = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (torch.tensor([5.0]), torch.tensor(5.0)),
        (torch.tensor([[5.0]]), torch.tensor(5.0)),
        (torch.tensor(5.0), torch.tensor([[5.0]])),
        ([5.0], torch.tensor(5.0)),
        (ROW[:, None], ROW),
        (ROW[None], ROW),
        (ROW, ROW[:, None]),
        (list(TABLE), TABLE),
        (tuple(TABLE), TABLE),
        ([row.numpy() for row in TABLE], TABLE),
        ([TABLE[0], TABLE[1].numpy(), [5, np.float64(6)]], TABLE),
        ([list(row) for row in TABLE], TABLE),
        ([entry[None] for entry in ROW], ROW),
        ([torch.tensor(1), 2.0, np.float32(3)], ROW),
        (ROW.double().numpy()[::-1][::-1], ROW),
        (np.arange(3, 0, -1.0)[::-1], ROW),
        ([row.clone().requires_grad_() for row in TABLE], TABLE),
        (ROW.bool(), torch.ones(3)),
    ],
)
def test_the_same_numbers(answer, expected) -> None:
    assert difference(answer, expected) == ""


@pytest.mark.parametrize(
    ("answer", "expected", "verdict"),
    [
        (TABLE.T, TABLE, "✗ has shape (2, 3), expected (3, 2)"),
        (TABLE.flatten(), TABLE, "✗ has shape (6,), expected (3, 2)"),
        (ROW.expand(3, 3), ROW, "✗ has shape (3, 3), expected (3,)"),
        (ROW.mean(), ROW, "✗ has shape (), expected (3,)"),
        (ROW.mean().expand(3), ROW.mean(), "✗ has shape (3,), expected ()"),
        ([], ROW, "✗ has shape (0,), expected (3,)"),
        ([TABLE[0], TABLE[1, :1]], TABLE, "✗ returns list, expected a tensor of shape (3, 2)"),
        ({"a": 1}, ROW, "✗ returns dict, expected a tensor of shape (3,)"),
        ([1.0, "x"], ROW, "✗ returns list, expected a tensor of shape (3,)"),
        (ROW + 0j, ROW, "✗ has complex numbers, expected real ones"),
        (1j, torch.tensor(0.0), "✗ has complex numbers, expected real ones"),
        (torch.tensor(0.5), torch.tensor(0.50006), "✗ is 0.5, expected 0.5001"),
        (torch.tensor(0.50006), torch.tensor(0.50013), "✗ is 0.50006, expected 0.50013"),
        (torch.tensor([1.0, 9.0, torch.nan]), ROW, "✗ is nan at entry [2], expected 3 (0/0, ∞ − ∞"),
        (torch.tensor([1.0, torch.inf, 3.0]), ROW, "✗ is inf at entry [1], expected 2"),
        (torch.tensor([1, 2, 4]), ROW, "✗ has numbers of type torch.int64, expected torch.float32"),
    ],
)
def test_other_numbers_and_other_shapes(answer, expected, verdict) -> None:
    assert difference(answer, expected).startswith(verdict)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_what_differs_is_shown_with_enough_digits_to_differ(found, wanted) -> None:
    line = difference(torch.tensor(found).double(), torch.tensor(wanted).double())
    if line:
        shown, expected = line.removeprefix("✗ is ").split(", expected ")
        assert shown != expected
    else:
        assert found == pytest.approx(wanted, rel=1.01e-4, abs=1.01e-5)
