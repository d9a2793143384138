"""The three kinds of exercise: a function to write, a derivation on paper, an experiment.

Each is called with what the reader made, prints one line, and knows then whether it is done. A
notebook with nothing attempted runs to its end: its dots are no error.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from inspect import isfunction, signature
from typing import Any

import torch
from torch import Tensor

from scorelab.workbook.answers import difference, factor
from scorelab.workbook.claims import Between, Measured, compare
from scorelab.workbook.running import SECONDS, Failed, attempt
from scorelab.workbook.shown import say

Answer = Callable[..., Any]
Cases = Sequence[tuple[Any, ...]]

NOT_YET = "… not attempted yet"

# Which numbers are tensors, at the first, second and third try.
_KINDS: tuple[tuple[type, ...], ...] = ((float,), (int, float), ())

_EMPTY_BODY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


class Task:
    """One exercise, of any kind."""

    done = False  # whether the last verdict was ✓

    def __call__(self, answer: Any) -> None:
        """Print the `verdict` on what the reader made, and note it."""
        verdict = self.verdict(answer)
        self.done = verdict.startswith("✓")
        say(verdict)

    def verdict(self, answer: Any) -> str:
        """One line: `… not attempted yet`, `✓ …`, or `✗ ` and the likeliest cause."""
        raise NotImplementedError


@dataclass
class Exercise(Task):
    """A function to write: called with the reader's, it is run beside the solution.

    `solution` takes the arguments of a case and returns a tensor (or what `torch.as_tensor`
    takes). `cases` makes the list of argument tuples anew at each call, the same each time, so an
    answer that changes its inputs spoils only its own; at least two, with different answers, for
    a constant must not pass. Floats in it reach the answer as tensors of shape (), so that
    `math.exp` and `torch.exp` both take them, and ints as ints, for `round` and `range`; an answer
    that raises TypeError or AttributeError gets tensors for both, then plain numbers, and where it
    raises again the first error counts. `mistakes` maps each likely cause, in words that complete
    "✗ …", to a function that makes that mistake.
    """

    solution: Answer
    cases: Callable[[], Cases]
    mistakes: Mapping[str, Answer]

    def verdict(self, answer: Any) -> str:
        """`✓ correct`, or which mistake it is, or where it first differs from the solution."""
        if _has_no_body(answer):
            return NOT_YET
        try:
            answers = attempt(lambda: self._run(answer))
        except Failed as failed:
            return str(failed)
        if any(each is ... for each in answers):
            return NOT_YET
        if any(each is None for each in answers):
            return "✗ returns None: the last line should be `return` and your result"
        return self._compare(answers)

    def _compare(self, answers: list[Any]) -> str:
        for cause, wrong in {"": self.solution, **self.mistakes}.items():
            if not any(map(difference, answers, self.expected(wrong))):
                return f"✗ {cause}" if cause else "✓ correct"
        return self._handed_back(answers) or _wrong(answers, self.expected(self.solution))

    def _handed_back(self, answers: list[Any]) -> str:
        """Which argument the answers are, if they are one, in the words of a verdict."""
        names = list(signature(self.solution).parameters)
        for name, given in zip(names, zip(*self.cases(), strict=True), strict=False):
            tensors = all(isinstance(each, (Tensor, int, float)) for each in given)
            if tensors and not any(map(difference, answers, map(torch.as_tensor, given))):
                return f"✗ returns {name} as it was given: what has to be done to it?"
        return ""

    def expected(self, function: Answer) -> list[Tensor]:
        """What a function of the author's returns, case by case."""
        return [torch.as_tensor(each) for each in self._run(function)]

    def _run(self, function: Answer) -> list[Any]:
        return [self._called(function, place, case) for place, case in enumerate(self.cases())]

    def _called(self, function: Answer, place: int, case: tuple[Any, ...]) -> Any:
        """The answer to a case: `round` takes no tensor and `torch.sqrt` no int, NumPy neither."""
        failed: list[Exception] = []
        for kinds in _KINDS if any(map(_is_number, case)) else _KINDS[:1]:
            try:
                return function(*_as_tensors(case, kinds))
            except (TypeError, AttributeError) as error:  # it may want another kind of number
                failed.append(error)
                case = self.cases()[place]  # the answer may have changed these
        raise failed[0]


@dataclass
class Derivation(Task):
    """A derivation with pen and paper, which no machine reads: the reader compares it.

    Called with `...` it is not attempted, with True the reader has found it to agree with the
    worked solution, which is its page in `worked.md`. Where it ends in a formula or a number that
    can be computed, an `Exercise` with a page checks more.
    """

    def verdict(self, answer: Any) -> str:
        """What the reader says of it."""
        if answer is ...:
            return NOT_YET
        if answer is True:
            return "✓ agrees with the worked solution, by your own comparison"
        return "✗ put True once it agrees with the worked solution"


@dataclass
class Experiment(Task):
    """Something that the reader builds: called with the result, it prints what it measures of it.

    `measure` takes the result, whatever the notebook asks for (a function, samples, a network),
    and returns one number, or one a run, whose mean counts; a ValueError says what the result has
    to be. It must lie in `between`, bounds as of a claim, or a function that finds them from a
    reference run. `text` says what is measured, and `mistakes` maps likely causes to the bounds
    in which a result that has them is found. `solution` is the function to show, and `example`
    makes what a reader who wrote it would pass: by default the function itself. Measuring may
    take `seconds`.
    """

    text: str
    measure: Callable[[Any], Measured]
    between: Between | Callable[[], Between]
    solution: Answer
    example: Callable[[], Any] | None = None
    mistakes: Mapping[str, Between] = field(default_factory=dict)
    seconds: float = 3 * SECONDS

    def verdict(self, answer: Any) -> str:
        """`✓` or `✗`, with what was measured and what was expected, and the likeliest cause."""
        if _has_no_body(answer):
            return NOT_YET
        try:
            measured = attempt(lambda: self.measure(_dots_told(answer)), self.seconds)
        except Failed as failed:
            return str(failed)
        between = self.between() if callable(self.between) else self.between
        holds, line = compare(measured, between)
        causes = (why for why, bounds in self.mistakes.items() if compare(measured, bounds)[0])
        why = "" if holds else next((f": {cause}" for cause in causes), "")
        return f"{'✓' if holds else '✗'} {self.text} · {line}{why}"

    def pass_example(self) -> Any:
        """What a reader with the right solution passes."""
        return self.example() if self.example else self.solution


def _wrong(answers: list[Any], expected: list[Tensor]) -> str:
    """Where answers first differ, or by which factor all of them do."""
    first = next(filter(None, map(difference, answers, expected)))
    with suppress(TypeError, ValueError, RuntimeError):  # no numbers, which `first` says
        times = factor(answers, expected)
        if times is not None:
            return f"✗ is {times:.4g} times what is expected, at every entry"
    return first


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _as_tensors(case: tuple[Any, ...], kinds: tuple[type, ...]) -> list[Any]:
    """A case with numbers of some kinds as tensors, of the type of the tensors beside them."""
    types = [each.dtype for each in case if isinstance(each, Tensor) and each.is_floating_point()]
    return [
        torch.tensor(each, dtype=types[0] if types and isinstance(each, float) else None)
        if _is_number(each) and isinstance(each, kinds)
        else each
        for each in case
    ]


def _has_no_body(answer: Any) -> bool:
    """Whether it is `...`, None, or a function that has only `...`, `pass` or a docstring."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is None or answer is ...
    steps = list(dis.get_instructions(code))
    returned = {step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")}
    return {step.opname for step in steps} <= _EMPTY_BODY and returned <= {None, ...}


def _dots_told(answer: Any) -> Any:
    """A reader's function that, where it still returns `...`, ends the measuring."""
    if not isfunction(answer):
        return answer

    @wraps(answer)
    def told(*args: Any, **kwargs: Any) -> Any:
        value = answer(*args, **kwargs)
        if value is ...:
            raise Failed(NOT_YET)
        return value

    return told
