"""Every exercise accepts its solution, knows its usual wrong answers, and survives the rest."""

from __future__ import annotations

from importlib import import_module
from inspect import isfunction
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest
import torch

from scorelab import chapters
from scorelab.workbook.answers import difference
from scorelab.workbook.checking import Exercise, Exercises, Experiment

ROOMS = [import_module(each.name) for each in iter_modules(chapters.__path__, "scorelab.chapters.")]
TASKS = {name: task for room in ROOMS for name, task in room.check.tasks().items()}
EXERCISES = {name: task for name, task in TASKS.items() if isinstance(task, Exercise)}
EXPERIMENTS = {name: task for name, task in TASKS.items() if isinstance(task, Experiment)}
check = Exercises(**EXERCISES)
SOLUTIONS = {
    name: value
    for room in ROOMS
    for name, value in vars(room.solutions).items()
    if isfunction(value) and value.__module__ == room.solutions.__name__ and name[0] != "_"
}
MISTAKES = [(name, cause) for name, exercise in EXERCISES.items() for cause in exercise.mistakes]

by_name = pytest.mark.parametrize("name", EXERCISES)


def answer_with(*answers: Any) -> str:
    """The verdict on a function that gives these answers where [[1., 2.]], then 3, are right."""
    exercise = Exercise(
        solution=lambda x: x + 1,
        cases=lambda: [(torch.tensor([[0.0, 1.0]]),), (torch.tensor(2.0),)],
        mistakes={"one is missing": lambda x: x},
    )
    given = iter(answers)
    return exercise.verdict(lambda x: next(given))


RIGHT = (torch.tensor([[1.0, 2.0]]), torch.tensor(3.0))


@by_name
def test_the_solution_is_correct(name, capsys) -> None:
    EXERCISES[name](SOLUTIONS[name])
    assert capsys.readouterr().out == "✓ correct\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_example_of_an_experiment_is_where_it_should_be(name) -> None:
    verdict = EXPERIMENTS[name].verdict(EXPERIMENTS[name].pass_example())
    assert verdict.startswith("✓"), verdict


def test_every_solution_has_its_exercise_and_every_exercise_its_solution() -> None:
    tasks = EXERCISES | EXPERIMENTS
    assert {name: task.solution for name, task in tasks.items()} == SOLUTIONS


def test_no_two_notebooks_have_an_exercise_of_the_same_name() -> None:
    assert len(TASKS) == sum(len(room.check.tasks()) for room in ROOMS)


@by_name
def test_no_constant_passes_and_no_argument_handed_back(name) -> None:
    """Two cases with different answers, and neither is what was given, nor all zeros or ones."""
    exercise = EXERCISES[name]
    answers = exercise.expected(exercise.solution)
    assert any(difference(answer, answers[0]) for answer in answers[1:])
    given = [lambda *case, i=i: case[i] for i in range(len(exercise.cases()[0]))]
    flat = [lambda *_, each=each: each for each in (0, 1)]
    for fill in (torch.zeros_like, torch.ones_like):
        same = iter([fill(answer) for answer in answers])
        flat.append(lambda *_, same=same: next(same))
    for function in given + flat:
        assert exercise.verdict(function).startswith("✗")


@by_name
def test_arguments_are_tensors_or_whole_numbers_in_every_case(name) -> None:
    """So that `torch.exp` takes them, and `math.exp` where they are single numbers; or ints."""
    seen = []

    def look(*case):
        seen.append([(type(each), each.ndim if torch.is_tensor(each) else None) for each in case])

    EXERCISES[name].verdict(look)
    for kinds in zip(*seen, strict=True):
        assert len(set(kinds)) == 1, "a number in one case and a row of numbers in another"
        assert kinds[0][0] in (torch.Tensor, int), kinds


@by_name
def test_cases_are_the_same_each_time_but_never_shared(name) -> None:
    for first, second in zip(EXERCISES[name].cases(), EXERCISES[name].cases(), strict=True):
        for a, b in zip(first, second, strict=True):
            a, b = torch.as_tensor(a), torch.as_tensor(b)
            assert torch.equal(a, b) and a.isfinite().all()
            assert a.ndim == 0 or a.data_ptr() != b.data_ptr()


@pytest.mark.parametrize(("name", "cause"), MISTAKES)
def test_a_usual_mistake_is_told_its_own_cause(name, cause) -> None:
    exercise = EXERCISES[name]
    assert exercise.verdict(exercise.mistakes[cause]) == f"✗ {cause}"
    assert "\n" not in cause


def untouched(*_): ...


def documented(*_):
    """Return x_t."""


def passing(*_):
    pass


def returning_dots(*_):
    return ...


def half_done(first, *_):
    scaled = 2 * first  # noqa: F841
    result = ...
    return result


@by_name
@pytest.mark.parametrize(
    "function", [untouched, documented, passing, returning_dots, half_done, lambda *_: ...]
)
def test_what_was_not_attempted(name, function, capsys) -> None:
    EXERCISES[name](function)
    assert capsys.readouterr().out == "… not attempted yet\n"


def test_a_forgotten_return_is_not_the_same_as_no_attempt() -> None:
    def forgot(x0, noise, level):
        (1 - level**2).sqrt() * x0 + level * noise

    assert check.noising.verdict(forgot).startswith("✗ returns None: the last line")


def test_an_answer_may_be_an_array_a_list_or_need_a_gradient() -> None:
    assert answer_with(*RIGHT) == "✓ correct"
    assert answer_with([[1.0, 2.0]], 3) == "✓ correct"
    assert answer_with(np.array([[1.0, 2.0]]), np.float32(3)) == "✓ correct"
    assert answer_with(RIGHT[0].double().requires_grad_(), RIGHT[1]) == "✓ correct"


def test_rounding_is_forgiven_and_more_is_not() -> None:
    assert answer_with(RIGHT[0] * (1 + 1e-6), RIGHT[1]) == "✓ correct"
    assert answer_with(RIGHT[0] * (1 + 1e-3), RIGHT[1]) != "✓ correct"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ((torch.tensor([[0.0, 1.0]]), torch.tensor(2.0)), "✗ one is missing"),
        ((torch.tensor([[-0.5, -1.0]]), -1.5), "✗ is -0.5 times what is expected, at every entry"),
        ((torch.ones(3), RIGHT[1]), "✗ has shape (3,), expected (1, 2)"),
        ((1.0, RIGHT[1]), "✗ has shape (), expected (1, 2)"),
        ((torch.tensor([[1, 3]]), RIGHT[1]), "✗ has numbers of type torch.int64, expected torch."),
        ((torch.tensor([[1.0, 5.5]]), RIGHT[1]), "✗ is 5.5 at entry [0, 1], expected 2 (1 of 2"),
        ((torch.tensor([[1.0, torch.nan]]), RIGHT[1]), "✗ is nan at entry [0, 1], expected 2"),
        ((RIGHT[0], torch.tensor(7.0)), "✗ is 7, expected 3"),
        (("text", RIGHT[1]), "✗ returns str, expected a tensor of shape (1, 2)"),
        ((RIGHT[0], [1, [2]]), "✗ returns list, expected a tensor of shape ()"),
    ],
)
def test_an_unknown_mistake_is_told_where_it_differs(answers, verdict) -> None:
    assert answer_with(*answers).startswith(verdict)


@pytest.mark.parametrize("wrong", [(6,), (3, 2), (1, 6)])
def test_the_right_numbers_in_another_shape_are_told_by_their_shape(wrong) -> None:
    """They are no multiple of what is expected, not even one times it."""
    twice = Exercise(lambda x: 2 * x, lambda: [(torch.ones(2, 3),), (torch.ones(2, 3) / 2,)], {})
    assert twice.verdict(lambda x: 2 * x.reshape(wrong)) == f"✗ has shape {wrong}, expected (2, 3)"
    assert twice.verdict(lambda x: 6 * x[None]) == "✗ is 3 times what is expected, at every entry"


def test_an_argument_handed_back_is_named() -> None:
    same = "as it was given: what has to be done to it?"
    assert check.noising.verdict(lambda x0, *_: x0) == f"✗ returns x0 {same}"
    assert check.noising.verdict(lambda *given: given[1].numpy()) == f"✗ returns noise {same}"


def test_one_right_case_is_not_enough() -> None:
    assert answer_with(RIGHT[0], torch.tensor(2.0)) == "✗ is 2, expected 3"


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (lambda x: x, "✗ raises TypeError: "),
        (lambda *_: 1 / 0, "✗ raises ZeroDivisionError: division by zero"),
        (lambda *_: torch.zeros(2) + torch.zeros(3), "✗ raises RuntimeError: The size of tensor"),
        (3, "✗ raises TypeError: 'int' object is not callable"),
    ],
)
def test_whatever_the_function_raises_is_one_line(function, verdict) -> None:
    found = check.noising.verdict(function)
    assert found.startswith(verdict) and "\n" not in found


def test_an_error_of_several_lines_or_none() -> None:
    def raises(error: Exception):
        def function(*_):
            raise error

        return check.noising.verdict(function)

    assert raises(ValueError("first\nsecond")) == "✗ raises ValueError: first"
    assert raises(ValueError()) == "✗ raises ValueError: "


def test_changing_the_inputs_neither_helps_nor_harms() -> None:
    def in_place(x0, noise, level):
        noise.mul_(level)
        return x0.mul_(level.square_().neg_().add_(1).sqrt_()).add_(noise)

    def spoils_the_reference(x0, noise, level):
        for argument in (x0, noise, level):
            argument.zero_()
        return x0

    assert check.noising.verdict(in_place) == "✓ correct"
    assert check.noising.verdict(in_place) == "✓ correct"
    assert check.noising.verdict(spoils_the_reference).startswith("✗ is 0 at entry")
    assert check.noising.verdict(SOLUTIONS["noising"]) == "✓ correct"


def test_the_solution_takes_plain_numbers_too() -> None:
    x, score = torch.ones(4, 2), torch.full((4, 2), 2.0)
    clean = SOLUTIONS["denoiser_from_score"](x, score, 0.6, 0.64)
    torch.testing.assert_close(clean, torch.full((4, 2), 3.8))


def test_a_name_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(AttributeError, match=r"'nosing'; there are: .*noising, "):
        check.nosing  # noqa: B018
    assert not hasattr(check, "_repr_html_")


def test_tab_completes_the_names() -> None:
    assert set(EXERCISES) <= set(dir(check))
