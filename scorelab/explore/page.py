"""The part of an explorer that lives in the page: it says what the page has drawn, and why not."""

from __future__ import annotations

import time

import anywidget
import traitlets

from scorelab.explore.scripts import text

#: How long, in seconds, a page may take to draw before it is taken for closed, and to open at all.
PATIENCE, OPENING = 1.0, 20.0
#: What of a page decides how a figure fits it.
LOOKS = ["width", "dark", "lecture", "room"]
SCRIPTS = ("hears.js", "signs.js", "page_look.js", "tools.js", "quiz.js", "page.js")


class Page(anywidget.AnyWidget):
    """A widget that shows a line above the controls when there is something to say.

    It answers when the page has ``drawn`` what was ``sent`` before, so that nobody sends faster
    than the page draws: else a queue fills that takes seconds to work off. The first answer comes
    when the figure is there, for a page that is still opening misses what is sent to it.

    The other way round it counts that the reader has ``moved`` something, and says *working…*
    until the kernel has ``answered``. When the kernel has gone it says so, and holds the controls.
    And it lets the controls have the keys that JupyterLab and Notebook 7 take for their own
    commands: without it an arrow key on a list moves to the next cell, and Space on a button does
    nothing. Shift-Enter, Escape and what goes with Ctrl or Cmd still reach Jupyter.

    What depends on who looks is in ``page_look.js``: it says how wide the page is and whether it
    is dark, gives screen readers their words, and sends a still picture when all is at rest. In
    ``tools.js`` is what one does with an explorer as a whole: look at it as a hall does, copy the
    code that makes it as it is, for which the page sends a message, and save a picture. In
    ``quiz.js`` are its questions: the page counts the answers, and nobody else.
    """

    asked = 0.0
    sent = traitlets.Int().tag(sync=True)
    drawn = traitlets.Int().tag(sync=True)
    moved = traitlets.Int().tag(sync=True, echo_update=False)
    answered = traitlets.Int().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True, echo_update=False)
    #: The width of the page in pixels, 0 until it has said so, and how high its letters are.
    width = traitlets.Int(0).tag(sync=True, echo_update=False)
    letter = traitlets.Float(14.0).tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True, echo_update=False)
    #: Whether it is shown as in a lecture, and how high the figure may be there, in pixels; what
    #: the file of a picture is called.
    lecture = traitlets.Bool(False).tag(sync=True, echo_update=False)
    room = traitlets.Int(530).tag(sync=True, echo_update=False)
    title = traitlets.Unicode().tag(sync=True)
    #: What may be predicted before anything is moved.
    quiz = traitlets.List().tag(sync=True)
    #: A picture: its "png" in base 64, "alt", the words that stand for it, and its "width".
    still = traitlets.Dict().tag(sync=True, echo_update=False)
    _esm = text(*SCRIPTS)
    _css = text("page.css")

    def ask(self) -> None:
        """Ask the page to answer when it has drawn all that was sent so far."""
        if self.drawn == self.sent:  # else the clock goes on: a page that is away stays away
            self.asked = time.monotonic()
        self.sent += 1

    def ready(self) -> bool:
        """Whether it has answered, or has not for so long that it must be closed."""
        patience = PATIENCE if self.drawn else OPENING
        return self.drawn == self.sent or time.monotonic() > self.asked + patience

    def answer(self) -> None:
        """All that the reader has moved so far is shown."""
        self.answered = max(self.answered, self.moved)  # of two pages one may count behind
