"""What all explorers share: controls with names, one figure, one sentence, errors in red."""

from __future__ import annotations

import asyncio
import gc
import html
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

import ipywidgets as W
import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from scorelab.explore import weather
from scorelab.explore.arrange import DESIGN, arrange, letters
from scorelab.explore.controls import ROW, Button, Choice, Play, Table
from scorelab.explore.design import Design
from scorelab.explore.figures import Traces, same, sendable, update
from scorelab.explore.lecture import BOLD, code, thicken, title
from scorelab.explore.live import Latest
from scorelab.explore.live_figure import LiveFigure
from scorelab.explore.missing import missing
from scorelab.explore.owner import claim, hand, in_kernel, owned
from scorelab.explore.page import LOOKS, Page
from scorelab.explore.player import Player
from scorelab.explore.plotly_page import plotly_page
from scorelab.explore.quiz import Quiz, told
from scorelab.explore.still import CAPTION, Still
from scorelab.explore.theme import night, painted, repaint
from scorelab.validate import require


class BaseExplorer(W.VBox):
    """Controls above, one figure, one sentence with the numbers below.

    A subclass has a table of ``controls``, by name, in rows; on the page each has the class
    ``sl-<name>``. Its ``blank()`` makes the empty figure, and ``refresh()`` reads the controls and
    updates figure and sentence: whenever one has moved, at most ten times a second and always for
    the latest state. What must be there before the first picture is made in ``prepare()``.
    """

    controls: ClassVar[Table] = ()
    quiz: ClassVar[Quiz] = ()
    bold = False  # whether lines are as thick as in a lecture

    @owned
    def __init__(self, *, lecture: bool = False, **values: Any) -> None:
        """An explorer with these values of its controls, at once as in a ``lecture`` or not.

        Raises ValueError as ``set`` does.
        """
        self.check(values)
        script = plotly_page()  # first, for the page reads it while the rest is computed
        rows = [{name: c.widget() for name, c in row.items()} for row in self.controls]
        self.by_name: dict[str, Any] = {name: w for row in rows for name, w in row.items()}
        for name, value in values.items():
            self.by_name[name].value = value
        self.status, self.error = W.HTML(), W.HTML()
        self.page = Page(lecture=lecture, title=title(self), quiz=told(self.quiz))
        for name, widget in (self.by_name | {"status": self.status, "error": self.error}).items():
            widget.add_class(f"sl-{name}")
        self.figure: BaseFigure = self.blank()
        self.design, self.still = Design.of(self.figure), Still()
        self.last: Traces = {}
        self.redraw = Latest(self.answer, self.page.ready, self.fail)
        boxes = [W.HBox(list(row.values()), layout=ROW) for row in rows]
        super().__init__([missing(), *boxes, self.status, self.error, self.page, script])
        self.add_class("sl-explorer")
        self.listen()
        self.prepare()
        self.refresh()
        claim(self)

    @staticmethod
    def blank() -> go.Figure:
        """The figure, with all traces empty."""
        raise NotImplementedError

    def listen(self) -> None:
        """Let a control that moves be ``moved``, and a button call the method of its name.

        All that a reader does in the page comes in here, and what a cell does to a widget.
        """
        for name, widget in self.by_name.items():
            match self.table[name]:
                case Choice():
                    widget.observe(lambda _, name=name: hand(self.act, self.moved, name), "value")
                case Button() | Play():
                    widget.on_click(lambda _, name=name: hand(self.act, getattr(self, name)))
        self.page.observe(lambda _: hand(self.note_move), "moved")
        self.page.observe(Latest(self.fit, self.page.ready, self.fail), LOOKS)
        self.page.on_msg(lambda _, message, __: hand(self.act, self.reply, message))
        self.page.observe(lambda change: self.still.show(change.new), "still")

    @cached_property
    def player(self) -> Player:
        """What moves the slider of *Play*."""
        button = self.by_name["play"]
        return Player(self.by_name[self.table["play"].slider], button, self.at_rest)

    def at_rest(self) -> bool:
        """Whether all that was asked for is drawn."""
        return not self.redraw.waiting and self.page.ready()

    @owned
    def play(self) -> None:
        """Let the slider of *Play* go on by itself, or pause."""
        self.player.toggle()

    def act(self, method: Callable[..., None], *args: object) -> None:
        """Do what was asked for; an error is shown."""
        try:
            method(*args)
        except Exception as error:
            self.fail(error)

    def note_move(self) -> None:
        """The page says that the reader has done something: answer now, or with the next redraw."""
        if not self.redraw.waiting:
            self.page.answer()

    def answer(self) -> None:
        """Show what the controls ask for, and tell the page."""
        try:
            self.refresh()
        finally:
            self.page.answer()

    def prepare(self) -> None:
        """Make what the first picture needs."""

    def moved(self, name: str) -> None:
        """The control of that name has moved."""
        self.redraw()

    def refresh(self) -> None:
        """Show what the controls ask for."""
        raise NotImplementedError

    # Reading and moving the controls from code

    @property
    def table(self) -> dict[str, Any]:
        """All controls, by name."""
        return {name: control for row in self.controls for name, control in row.items()}

    @property
    def choices(self) -> dict[str, Choice]:
        """The controls that can be set, by name."""
        return {name: c for name, c in self.table.items() if isinstance(c, Choice)}

    @property
    def state(self) -> dict[str, Any]:
        """The values of all controls that can be set, by name: ``explorer.set(**state)``."""
        return {name: self[name] for name in self.choices}

    def __getitem__(self, name: str) -> Any:
        """The value of a control."""
        return self.by_name[name].value

    @owned
    def set(self, **values: Any) -> None:
        """Move controls from code: ``explorer.set(width=1024, stop=300)``.

        Raises ValueError for a name that is no control, or a value that it does not offer.
        """
        self.check(values)
        for name, value in values.items():
            self.by_name[name].value = value

    def check(self, values: Mapping[str, Any]) -> None:
        """A ValueError unless all are values of controls, by their names."""
        for name, value in values.items():
            names = ", ".join(self.choices)
            require(name in self.choices, name, value, f"the controls are {names}")
            self.choices[name].check(name, value)

    @property
    def code(self) -> str:
        """The line of Python that makes another one in the same state."""
        return code(type(self), self.state, self.page.lecture)

    def reply(self, message: Mapping[str, Any]) -> None:
        """Show the answer to the question that the page names, or else tell it the ``code``."""
        if "show" in message:
            self.set(**self.quiz[message["show"]].state(self.choices))
        self.page.send(message or {"code": self.code})

    # Showing

    def fit(self) -> None:
        """Fit the figure to the page: to its width, to its theme, and to who looks."""
        width, lecture = self.page.width or DESIGN, self.page.lecture
        with self.figure.batch_update():
            self.figure.update_layout(arrange(self.design, width, lecture and self.page.room))
            repaint(self.figure, self.page.dark)
            if lecture != self.bold:
                thicken(self.figure, self.blank(), BOLD if lecture else 1)
        self.bold = lecture
        self.page.letter = letters(width, lecture)
        self.page.ask()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The widget, under a picture of it that a saved notebook shows without a kernel."""
        self.still.place()
        return (super()._repr_mimebundle_(**options) or {}) | {"text/plain": CAPTION}

    def show(self, traces: Traces, **layout: Any) -> None:
        """New values for traces by name, and an earlier error is taken away.

        A trace that is as it was last time is left alone.
        """
        sent = {name: sendable(trace) for name, trace in traces.items()}
        new = {name: t for name, t in sent.items() if not same(self.last.get(name), t)}
        update(self.figure, painted(new, night()) if self.page.dark else new, **layout)
        if not isinstance(self.figure, LiveFigure):
            self._announce()
        self.last |= new
        self.error.value = ""
        self.page.ask()

    def _announce(self) -> None:
        """Hand the figure to the page, now that there is something to see in it."""
        self.figure = LiveFigure(self.figure)
        *rows, status, error, page, script = self.children
        self.children = (*rows, self.figure, status, error, page, script)
        # To look through all of torch and plotly for garbage takes a third of a second. Without
        # this Python does so some time in the first minute, under the reader's hands; done while
        # the page opens, it is not due again for a hundred thousand new objects.
        if in_kernel():
            asyncio.get_running_loop().call_later(0.5, gc.collect)

    def say(self, sentence: str) -> None:
        """The sentence below the figure."""
        self.status.value = f'<div class="sl-sentence">{sentence}</div>'

    def let_go(self) -> None:
        """Keep nothing that can be made again: memory is full."""

    def fail(self, error: Exception) -> None:
        """Show an error where the reader looks; raise it where there is no reader."""
        if weather.is_full(error):
            self.let_go()
            weather.release(error)
        text = html.escape(weather.sentence(error))
        self.error.value = f'<div class="sl-alert">{text}</div>'
        if not in_kernel():
            raise error
