"""Predict first, in three clicks: questions that an explorer answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scorelab.explore.controls import Choice


@dataclass(frozen=True)
class Question:
    """What to predict: ``ask``, and the ``options``, of which number ``right`` is right.

    When the reader has chosen, the explorer is set to ``show``, all else being as it opens, and
    ``look`` is what to read there: what stands between “ and ” is in its sentence or its figure.
    """

    ask: str
    options: Sequence[str]
    right: int
    show: Mapping[str, Any]
    look: str

    def state(self, choices: Mapping[str, Choice]) -> dict[str, Any]:
        """The values of all controls that show the answer."""
        return {name: choice.default for name, choice in choices.items()} | dict(self.show)

    def for_page(self) -> dict[str, Any]:
        """What the page is told of it."""
        return {k: v for k, v in asdict(self).items() if k != "show"}


#: The questions of an explorer.
Quiz = tuple[Question, ...]


def told(quiz: Quiz) -> list[dict[str, Any]]:
    """What the page is told of all questions."""
    return [question.for_page() for question in quiz]
