"""What all explorers share, tried on a small one: the table of its controls, and what is sent."""

import math

import ipywidgets as W
import plotly.graph_objects as go
import pytest
import torch

from scorelab.explore import controls, figures
from scorelab.explore import explorer as kit
from scorelab.explore.controls import Bar, Button, Choice, Slider, Words
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.page import Page
from scorelab.explore.plotly_page import PlotlyPage, plotly_page


def blank() -> go.Figure:
    figure = figures.panels(["one"])
    figures.add_points(figure, "moves", 1, figures.COLORS["data"])
    figures.add_line(figure, "stays", 1, figures.COLORS["truth"])
    return figure


class Small(BaseExplorer):
    """A list, a slider and a button."""

    controls = (
        {"kind": Choice("a kind", ("this", "that"), "that", "Which of both", "90px")},
        {
            "size": Slider("a size", (1, 10, 1000), 10, "How large"),
            "double": Button("Twice", "Larger"),
            "done": Bar(7),
            "words": Words(),
        },
    )
    blank = staticmethod(blank)

    def double(self) -> None:
        self.set(size=1000)

    def refresh(self) -> None:
        self.show({"moves": {"x": [self["size"]], "y": [0]}, "stays": {"x": [0, 1], "y": [0, 1]}})
        self.say(f"{self['kind']} of {self['size']}")


def test_the_table_lays_out_the_widgets() -> None:
    explorer = Small()
    rows = [box for box in explorer.children if isinstance(box, W.HBox)]
    kinds = [[type(widget) for widget in row.children] for row in rows]
    assert kinds == [[W.Dropdown], [W.SelectionSlider, W.Button, W.IntProgress, W.Label]]
    for name, control in explorer.table.items():
        widget = explorer.by_name[name]
        assert f"sl-{name}" in widget._dom_classes
        if isinstance(control, Choice):
            assert (widget.description, widget.tooltip) == (control.label, control.tip)
            assert (widget.value, widget.layout.width) == (control.default, control.width)
    assert explorer.by_name["size"].options == (("1", 1), ("10", 10), ("1,000", 1000))
    assert explorer.by_name["done"].max == 7


def test_what_moves_is_shown_and_a_button_calls_the_method_of_its_name() -> None:
    explorer = Small()
    assert "that of 10" in explorer.status.value
    explorer.set(kind="this")
    assert "this of 10" in explorer.status.value
    explorer.by_name["double"].click()
    assert "this of 1000" in explorer.status.value


def test_a_state_can_be_given_to_another() -> None:
    explorer = Small()
    explorer.set(kind="this", size=1)
    assert explorer.state == {"kind": "this", "size": 1}
    other = Small()
    other.set(**explorer.state)
    assert other.status.value == explorer.status.value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"done": 3}, "done=3: the controls are kind, size"),
        ({"double": 3}, "double=3: the controls are kind, size"),
        ({"size": 2}, r"size=2: must be one of \[1, 10, 1000\]"),
    ],
)
def test_only_what_the_table_offers_can_be_set(values: dict[str, int], message: str) -> None:
    explorer = Small()
    with pytest.raises(ValueError, match=message):
        explorer.set(kind="this", **values)
    assert explorer["kind"] == "that"


def test_only_what_is_new_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = Small()
    sent: list[set[str]] = []
    monkeypatch.setattr(kit, "update", lambda figure, traces, **layout: sent.append({*traces}))
    explorer.set(size=1)
    explorer.set(kind="this")
    assert sent == [{"moves"}, set()]


def test_the_page_can_read_plotly_while_the_first_picture_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is told of it before anything else, and every host that shows the explorer loads it."""
    told, announce = [], W.Widget.open
    monkeypatch.setattr(W.Widget, "open", lambda self: (told.append(self), announce(self)))
    plotly_page.cache_clear()
    explorer, other = Small(), Small()
    assert told[0] is explorer.children[-1] is other.children[-1] is plotly_page()
    assert sum(isinstance(widget, PlotlyPage) for widget in told) == 1


def test_it_says_what_may_be_missing_until_the_script_of_the_page_has_run() -> None:
    """Where the module is missing no script of ours runs, so that the sentence needs none."""
    sentence, page = Small().children[0].value, Page._esm
    assert "lacks the module <b>anywidget</b>" in sentence and "script-src" in sentence
    assert "animation: sl-late 0s 20s forwards" in sentence and ".sl-alive" in sentence
    assert 'classList.add("sl-alive")' in page


@pytest.mark.parametrize(("kind", "more"), [("cpu", ()), ("cuda", (9,))])
def test_larger_problems_are_offered_on_a_card(
    monkeypatch: pytest.MonkeyPatch, kind: str, more: tuple[float, ...]
) -> None:
    monkeypatch.setattr(controls, "device", lambda: torch.device(kind))
    assert controls.larger((1, 5, math.inf), (9,)) == (1, 5, *more, math.inf)
