"""The three kinds of exercise, and what each says of dots, right answers and wrong ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from scorelab.validate import shape
from scorelab.workbook.checking import Derivation, Exercise, Experiment

DECAY = Exercise(
    solution=lambda x, rate, steps: torch.exp(-rate * x) ** steps,
    cases=lambda: [(torch.tensor([1.0, 2.0]), 0.5, 3), (torch.tensor([0.1]).double(), 0.1, 2)],
    mistakes={"the sign": lambda x, rate, steps: torch.exp(rate * x) ** steps},
)


def spread(result):
    """The spread of a cloud, or of what a function draws."""
    cloud = result(100) if callable(result) else result
    shape("cloud", cloud, (100, 2))
    return cloud.std()


def unit_cloud(n):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(0))


CLOUD = Experiment(
    text="the spread of your cloud",
    measure=spread,
    between=(0.9, 1.1),
    solution=unit_cloud,
    mistakes={"the variance, not the deviation, is 2": (1.3, 1.5), "far too wide": (2, None)},
)


def test_numbers_reach_an_answer_as_tensors_that_both_modules_take() -> None:
    assert DECAY.verdict(lambda x, rate, steps: torch.exp(-x * rate * steps)) == "✓ correct"
    assert DECAY.verdict(lambda x, r, n: [math.exp(-v * r) ** n for v in x]) == "✓ correct"
    assert DECAY.verdict(lambda x, r, n: math.prod([(-r * x).exp() for _ in range(n)])) == (
        "✓ correct"
    )


def test_numbers_reach_numpy_as_numbers_where_it_takes_no_tensor() -> None:
    reached = Exercise(lambda x, most: (x <= most).sum(), lambda: [(torch.arange(3.0), 1.0)], {})
    assert reached.verdict(lambda x, most: np.sum(x.numpy() <= most)) == "✓ correct"


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, n: x * round(n / 2) ** 2,
        lambda x, n: x * math.floor(n / 2) ** 2,
        lambda x, n: x * [0, 0, 1, 1, 4, 4][n],
        lambda x, n: x * torch.round(n / 2).square(),
        lambda x, n: x * (n / 2).round() ** 2,
        lambda x, n: x * n.div(2, rounding_mode="floor") ** 2,
    ],
)
def test_whole_numbers_are_what_an_answer_takes_them_for(answer) -> None:
    halves = Exercise(
        lambda x, n: x * (n // 2) ** 2, lambda: [(torch.ones(2), 4), (torch.ones(3), 2)], {}
    )
    assert halves.verdict(answer) == "✓ correct"


def test_each_try_has_inputs_of_its_own() -> None:
    def in_place(x, times):
        x *= 2
        return x * round(times)

    six = Exercise(lambda x, n: 2 * x * n, lambda: [(torch.ones(2), 3.0), (torch.ones(3), 2.0)], {})
    assert six.verdict(in_place) == "✓ correct"


def test_the_first_error_is_told_and_nothing_is_tried_again_without_a_number() -> None:
    tried = []
    alone = Exercise(lambda x: 2 * x, lambda: [(torch.ones(2),), (torch.zeros(2),)], {})
    wrong = alone.verdict(lambda x: (tried.append(x), x.nonsense))
    why = "'Tensor' object has no attribute 'nonsense'"
    assert why in wrong and len(tried) == 1
    assert why in DECAY.verdict(lambda x, rate, steps: rate.nonsense)


def test_numbers_have_the_type_of_the_tensors_beside_them() -> None:
    seen = []
    DECAY.verdict(lambda x, rate, steps: seen.append((x.dtype, rate.dtype, steps)))
    assert seen == [(torch.float32, torch.float32, 3), (torch.float64, torch.float64, 2)]


@pytest.mark.parametrize("task", [DECAY, CLOUD, Derivation()])
def test_dots_are_not_attempted(task, capsys) -> None:
    task(...)
    assert capsys.readouterr().out == "… not attempted yet\n"
    assert not task.done


@pytest.mark.parametrize("task", [DECAY, CLOUD])
def test_neither_is_a_function_that_has_no_body_or_returns_dots(task) -> None:
    def begun(first, *_):
        result = ...
        return result

    assert task.verdict(begun) == task.verdict(lambda *_: ...) == "… not attempted yet"
    assert task.verdict(lambda *_: 3).startswith("✗")


def test_an_experiment_prints_what_it_measured() -> None:
    assert CLOUD.verdict(unit_cloud) == CLOUD.verdict(unit_cloud(100))
    line = "✓ the spread of your cloud · measured 0.967, expected 0.9 to 1.1"
    assert CLOUD.verdict(unit_cloud) == line
    assert CLOUD.pass_example() is unit_cloud


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (0.5 * unit_cloud(100), "expected 0.9 to 1.1"),
        (2**0.5 * unit_cloud(100), "expected 0.9 to 1.1: the variance, not the deviation, is 2"),
        (lambda n: 9 * unit_cloud(n), "expected 0.9 to 1.1: far too wide"),
        (unit_cloud(100) / 0 * 0, "measured nan, expected 0.9 to 1.1"),
        (unit_cloud(50), "raises ValueError: cloud.shape=(50, 2): must be (100, 2)"),
        (lambda n: print(end=""), "raises ValueError: cloud=None: must be a torch.Tensor"),
        (lambda n: n.shape, "raises AttributeError: 'int' object has no attribute 'shape'"),
    ],
)
def test_an_experiment_says_why_not(result, verdict) -> None:
    found = CLOUD.verdict(result)
    assert found.startswith("✗") and found.endswith(verdict)


def test_bounds_may_come_from_a_reference_run_and_an_example_be_a_result() -> None:
    reference = Experiment(
        text="spread",
        measure=spread,
        between=lambda: (float(unit_cloud(100).std()), None),
        solution=unit_cloud,
        example=lambda: 2 * unit_cloud(100),
    )
    assert reference.verdict(reference.pass_example()).startswith("✓ spread · measured 1.93")
    assert reference.verdict(0.99 * unit_cloud(100)).startswith("✗ spread")


def test_a_derivation_is_done_when_the_reader_says_that_it_agrees() -> None:
    paper = Derivation()
    paper(True)
    assert paper.done
    for other in (False, "f = y", 1):
        paper(other)
        assert not paper.done
