"""How lines, pages and pictures reach the reader: in a notebook, a terminal, or an ASCII one."""

from __future__ import annotations

import sys
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

#: What stands in for a sign that a terminal cannot print; any other becomes a question mark.
_PLAIN = str.maketrans({"✓": "[ok]", "✗": "[no]", "…": "...", "·": "-", "−": "-", "±": "+-"})


def say(line: str) -> None:
    """Print a line; where the terminal has no ✓ or α, with the nearest signs that it has."""
    try:
        print(line)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        print(line.translate(_PLAIN).encode(encoding, "replace").decode(encoding))


def in_cell() -> bool:
    """Whether this runs in a notebook, or in IPython, rather than in plain Python."""
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.initialized()


def refill(code: str) -> None:
    """Put code in the place of the cell that runs, if there is one and its front end can."""
    if in_cell():
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.instance().set_next_input(code, replace=True)


@dataclass(frozen=True)
class Shown:
    """Something to show: as what a notebook can show of it, else as its text."""

    text: str
    data: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/plain": self.text, **self.data}, self.metadata

    def show(self) -> None:
        """Show it below the cell that runs, or print the text where no cell does."""
        if in_cell():
            from IPython.display import display

            display(self)
        else:
            say(self.text)


def page(markdown: str) -> Shown:
    """Markdown, with formulas between dollar signs."""
    return Shown(markdown, {"text/markdown": markdown})


def image(png: bytes, alt: str, width: int) -> Shown:
    """A PNG picture, so many pixels of CSS wide, and the words for who cannot see it."""
    data = {"image/png": b64encode(png).decode()}
    return Shown(alt, data, {"image/png": {"alt": alt, "width": width}})
