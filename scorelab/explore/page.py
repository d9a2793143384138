"""The part of an explorer that lives in the page: it says when the page has drawn."""

from __future__ import annotations

import time
from pathlib import Path

import anywidget
import traitlets

#: How long, in seconds, a page may take to draw before it is taken for closed, and to open at all.
PATIENCE, OPENING = 1.0, 20.0


class Page(anywidget.AnyWidget):
    """A widget that shows nothing; what it does in the page is in ``page.js``.

    It answers when the page has drawn what was sent before, so that nobody sends faster than the
    page draws: else a queue fills that takes seconds to work off. The first answer comes when the
    figure is there, for a page that is still opening misses what is sent to it. And it lets the
    controls have the keys that JupyterLab takes for its own commands: without it an arrow key on a
    list moves to the next cell, and Space on a button does nothing. Shift-Enter, Escape and what
    goes with Ctrl or Cmd still reach JupyterLab.
    """

    asked = 0.0
    sent = traitlets.Int().tag(sync=True)
    drawn = traitlets.Int().tag(sync=True)
    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    def ask(self) -> None:
        """Ask the page to answer when it has drawn all that was sent so far."""
        if self.drawn == self.sent:  # else the clock goes on: a page that is away stays away
            self.asked = time.monotonic()
        self.sent += 1

    def ready(self) -> bool:
        """Whether it has answered, or has not for so long that it must be closed."""
        patience = PATIENCE if self.drawn else OPENING
        return self.drawn == self.sent or time.monotonic() > self.asked + patience
