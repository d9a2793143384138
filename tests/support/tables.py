"""What a room's table of answers is made of, and how it is found.

In `tests/chapters/<room>/test_exercises.py`, for each exercise and experiment of the room by name:

    RIGHT = {"noising": [by_hand, with_addcmul, lambda x0, noise, alpha, h: ...]}
    WRONG = {"noising": {"h instead of": f, "^✗ has shape": g, "nan at entry": h, ...}}

RIGHT holds at least three answers, written differently; WRONG at least five, each after a regular
expression that its verdict matches, and no two with the same verdict. Both may be what the reader
passes itself, or `Made(function)` where that takes time to make: it is made when the test runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path
from typing import Any

CHAPTERS = Path(__file__).parents[1] / "chapters"


@dataclass(frozen=True)
class Made:
    """An answer that is made when the test runs."""

    make: Callable[[], Any]


def made(answer: Any) -> Any:
    """The answer itself."""
    return answer.make() if isinstance(answer, Made) else answer


def tables(room: str) -> tuple[dict[str, list[Any]], dict[str, dict[str, Any]]]:
    """RIGHT and WRONG of a room, empty where nothing is written yet."""
    path = CHAPTERS / room / "test_exercises.py"
    names = run_path(str(path)) if path.exists() else {}
    return names.get("RIGHT", {}), names.get("WRONG", {})
