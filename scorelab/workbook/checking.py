"""How an answer is checked: run beside the solution, and beside the usual wrong answers.

A wrong answer that is known is itself a function, so the reader is told which one they wrote; any
other is told where it first differs.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NoReturn

import torch

Answer = Callable[..., Any]
Cases = Sequence[tuple[Any, ...]]

# Wrong by a mistake is wrong by far more than this; right in another order of float32 operations,
# by less.
_RTOL, _ATOL = 1e-4, 1e-5

_EMPTY_BODY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


@dataclass(frozen=True)
class Exercise:
    """One exercise: call it with the reader's function and it prints one line.

    `solution` takes the arguments of a case and returns a tensor (or what `torch.as_tensor`
    takes). `cases` makes the list of argument tuples anew at each call, the same each time, so an
    answer that changes its inputs spoils only its own. `mistakes` maps each likely cause, in words
    that complete "✗ …", to a function that makes that mistake.
    """

    solution: Answer
    cases: Callable[[], Cases]
    mistakes: Mapping[str, Answer]

    def __call__(self, function: Answer) -> None:
        """Print the `verdict` on the reader's function."""
        print(self.verdict(function))

    def verdict(self, function: Answer) -> str:
        """One line: `… not attempted yet`, `✓ correct`, or `✗ ` and the likeliest cause."""
        try:
            answers = [function(*case) for case in self.cases()]
        except Exception as error:  # whatever a reader's code raises is their verdict
            return f"✗ raises {type(error).__name__}: {_first_line(error)}"
        if any(answer is None or answer is ... for answer in answers):
            return _nothing_returned(function, answers)
        return self._compare(answers)

    def _compare(self, answers: list[Any]) -> str:
        for cause, wrong in {"": self.solution, **self.mistakes}.items():
            if all(map(_same, answers, self._answers(wrong))):
                return f"✗ {cause}" if cause else "✓ correct"
        return next(filter(None, map(_difference, answers, self._answers(self.solution))))

    def _answers(self, function: Answer) -> list[torch.Tensor]:
        return [torch.as_tensor(function(*case)) for case in self.cases()]


class Exercises(SimpleNamespace):
    """Exercises by name, so that Tab completes `check.` and a misspelt one lists them all."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"no exercise is called {name!r}; there are: {', '.join(vars(self))}")


def _nothing_returned(function: Answer, answers: list[Any]) -> str:
    if _has_no_body(function) or any(answer is ... for answer in answers):
        return "… not attempted yet"
    return "✗ returns None: the last line should be `return` and your result"


def _has_no_body(function: Answer) -> bool:
    """Whether nothing is there but `...`, `pass`, a docstring or a constant to return."""
    code = getattr(function, "__code__", None)
    return bool(code) and {step.opname for step in dis.get_instructions(code)} <= _EMPTY_BODY


def _same(answer: Any, expected: torch.Tensor) -> bool:
    return not _difference(answer, expected)


def _difference(answer: Any, expected: torch.Tensor) -> str:
    """What first tells the answer from the expected tensor, as a verdict; empty if nothing does."""
    try:
        found = torch.as_tensor(answer).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        wanted = f"a tensor of shape {tuple(expected.shape)}"
        return f"✗ returns {type(answer).__name__}, expected {wanted}"
    if found.shape != expected.shape:
        return f"✗ has shape {tuple(found.shape)}, expected {tuple(expected.shape)}"
    return _first_wrong_entry(found, expected)


def _first_wrong_entry(found: torch.Tensor, expected: torch.Tensor) -> str:
    near = torch.isclose(found.double(), expected.double(), rtol=_RTOL, atol=_ATOL)
    if near.all():
        return ""
    if found.is_floating_point() != expected.is_floating_point():
        return f"✗ has numbers of type {found.dtype}, expected {expected.dtype}"
    entry = tuple(near.logical_not().nonzero()[0].tolist())
    at = f" at entry {list(entry)}" if entry else ""
    return f"✗ is {found[entry].item():.4g}{at}, expected {expected[entry].item():.4g}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
