"""The cells of the exercises as the notebooks have them, before anything is filled in.

They come with the package, for a notebook may be changed, and it may be far from its text.
`make format` and `make notebooks` write the file anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("stubs.json")


@cache
def stubs() -> dict[str, str]:
    """The code of each exercise's cell, by the exercise's name."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def write(cells: Iterable[tuple[str, str]]) -> None:
    """Keep pairs of an exercise's name and its cell's code."""
    text = json.dumps(dict(cells), indent=1, ensure_ascii=False, sort_keys=True)
    FILE.write_text(text + "\n", encoding="utf-8")
