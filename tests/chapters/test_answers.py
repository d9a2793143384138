"""Every check takes at least three right answers and refuses five, each for a reason of its own.

The answers lie in a table in each room; `tests/support/tables.py` says how.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
import torch
from _pytest.mark import ParameterSet
from tables import CHAPTERS, made, tables

from scorelab.workbook.checking import Derivation

#: The rooms of which every check has its answers; a room that joins them stays.
COMPLETE = [
    "convex_denoising",
    "convex_program",
    "credit",
    "early_stopping",
    "forward_process",
    "memorisation",
    "rates",
    "sampling",
    "score_matching",
    "start_here",
    "tangent_kernel",
    "two_layer_network",
]

ROOMS = sorted(path.parent.name for path in CHAPTERS.glob("*/test_exercises.py"))
TABLES = {room: tables(room) for room in {*ROOMS, *COMPLETE}}
TASKS = {room: import_module(f"scorelab.chapters.{room}").check.tasks() for room in sorted(TABLES)}
#: Checks that train networks or solve programs for each answer.
SLOW = (
    "another_weight",
    "column_step",
    "deep_kernel",
    "find_border",
    "own_noise",
    "reverse_process",
)


def case(room: str, name: str, answer: object, label: str) -> ParameterSet:
    """A task and an answer, or answers, to try."""
    marks = pytest.mark.slow if name in SLOW else ()
    return pytest.param(TASKS[room][name], answer, id=label, marks=marks)


RIGHT = [
    case(room, name, answer, f"{name}-{i}")
    for room, (right, _) in sorted(TABLES.items())
    for name, answers in right.items()
    for i, answer in enumerate(answers)
]
WRONG = [
    case(room, name, answers, name)
    for room, (_, wrong) in sorted(TABLES.items())
    for name, answers in wrong.items()
]


def written(answer: object) -> object:
    """What tells whether two answers are written differently: their code, or they themselves."""
    code = getattr(answer, "__code__", None)
    return (code.co_code, code.co_names, str(code.co_consts)) if code else id(answer)


def test_what_is_called_slow_is_there() -> None:
    assert set(SLOW) <= {name for tasks in TASKS.values() for name in tasks}


@pytest.mark.parametrize("room", COMPLETE)
def test_every_check_of_a_room_has_its_answers(room: str) -> None:
    right, wrong = TABLES[room]
    named = {name for name, task in TASKS[room].items() if not isinstance(task, Derivation)}
    assert set(right) == set(wrong) == named
    for name in named:
        assert len({written(answer) for answer in right[name]}) >= 3, name
        assert len(wrong[name]) >= 5, name


@pytest.fixture(autouse=True)
def _seeded() -> Iterator[None]:
    """A reader's answer may draw from torch's own generator: the same whatever ran before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize(("task", "answer"), RIGHT)
def test_a_right_answer_is_right_however_it_is_written(task, answer) -> None:
    verdict = task.verdict(made(answer))
    assert verdict.startswith("✓"), verdict


@pytest.mark.parametrize(("task", "answers"), WRONG)
def test_each_wrong_answer_is_refused_for_its_own_reason(task, answers) -> None:
    verdicts = {reason: task.verdict(made(answer)) for reason, answer in answers.items()}
    for reason, verdict in verdicts.items():
        assert verdict.startswith("✗") and re.search(reason, verdict), f"{reason}: {verdict}"
    assert len(set(verdicts.values())) == len(answers)
