"""Hints and worked solutions, written in Markdown beside the exercises: `worked.md` in each room.

A section an exercise; in it as many hints as help (two is the rule of the course), then what the
solution says beside its code, with formulas between dollar signs. Nothing else, in this order:

    ## noising

    ### Hint
    What is the variance of $c Z$ when $Z$ has variance 1?

    ### Hint
    It is $c^2$. Which $c$ makes it $h$?

    ### Solution
    The noise shall have variance $h$, so its factor is $\\sqrt h$.

The code of the solution is shown below its words, and need not be repeated in them. A room reads
the file in its `__init__.py`: `check = Exercises(read_pages(__file__), **EXERCISES)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scorelab.validate import require


@dataclass(frozen=True)
class Page:
    """What helps with one exercise, in Markdown."""

    hints: tuple[str, ...] = ()
    worked: str = ""


def read_pages(beside: str) -> dict[str, Page]:
    """The pages of `worked.md` beside a file, by the name of their exercise.

    Raises ValueError with the heading that does not belong, or belongs elsewhere.
    """
    return parse(Path(beside).with_name("worked.md").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Page]:
    """The pages of a text of the form above."""
    pages: dict[str, Page] = {}
    for name, body in _sections(text, "##"):
        require(name not in pages, "heading", f"## {name}", "each exercise has one section")
        pages[name] = _page(name, _sections(body, "###"))
    return pages


def _page(name: str, parts: list[tuple[str, str]]) -> Page:
    *hints, last = [kind for kind, _ in parts] or [""]
    sound = set(hints) <= {"Hint"} and last in ("Hint", "Solution") and all(p for _, p in parts)
    require(sound, f"section {name!r}", [kind for kind, _ in parts], "must be Hints, then Solution")
    texts = [part for _, part in parts]
    return Page(tuple(texts[:-1]), texts[-1]) if last == "Solution" else Page(tuple(texts))


def _sections(text: str, mark: str) -> list[tuple[str, str]]:
    """Pairs of heading and body, where a heading is a line that begins with the mark."""
    _, *found = re.split(rf"^{mark} +(.+)$", text, flags=re.MULTILINE)
    return [
        (name.strip(), body.strip()) for name, body in zip(found[::2], found[1::2], strict=True)
    ]
