"""The figure in the page: whole from the start, moved where it moves, and plotly's own names."""

import ast
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

import scorelab
from scorelab.explore import figures
from scorelab.explore.live_figure import LiveFigure
from scorelab.explore.plotly_page import BUNDLE, plotly_page

PACKAGE = Path(scorelab.__file__).parent
#: Names that plotly keeps to itself, and may change with any version.
PRIVATE = {
    "_send_update_msg",
    "_send_animate_msg",
    "_trait_values",
    "_layout_obj",
    "_data",
    "_config",
    "_props",
}


def used(path: Path) -> set[str]:
    """The attributes that a file names, and the methods that it writes."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    inner = [node for each in nodes if isinstance(each, ast.ClassDef) for node in each.body]
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.name for node in inner if isinstance(node, ast.FunctionDef)}


def test_plotly_s_private_names_are_in_one_file() -> None:
    files = {path.name for path in PACKAGE.rglob("*.py") if used(path) & PRIVATE}
    assert files == {"live_figure.py"}


def small() -> go.Figure:
    figure = figures.panels(["one", "two"])
    figures.add_line(figure, "line", 1, figures.COLORS["network"])
    figures.add_points(figure, "points", 2, figures.COLORS["data"])
    return figure


def test_a_page_that_asks_for_the_state_gets_the_present_one() -> None:
    figure = LiveFigure(small())
    figures.update(figure, {"line": {"x": [1.0], "y": [2.0]}}, height=321)
    state = figure.get_state()
    assert np.frombuffer(state["_widget_data"][0]["x"]["buffer"], np.float32) == [1.0]
    assert state["_widget_layout"]["height"] == 321


def messages(figure: LiveFigure) -> list[str]:
    """The kinds of messages that a figure sends from now on."""
    sent: list[str] = []
    kinds = ["_py2js_update", "_py2js_animate"]
    figure.observe(lambda change: change.new and sent.append(change.name[7:]), kinds)
    return sent


def test_only_what_moves_is_moved() -> None:
    figure = LiveFigure(small())
    sent, two = messages(figure), {"x": [1.0, 2.0], "y": [3.0, 4.0]}
    figures.update(figure, {"points": two})
    figures.update(figure, {"points": {"x": [5.0, 6.0], "y": [3.0, 4.0]}})
    assert sent == ["update", "animate"]  # what comes is drawn, what is there is moved
    figures.update(figure, {"points": {"x": [], "y": []}})
    figures.update(figure, {"points": two}, height=300)
    figures.update(figure, {"points": {"x": [5.0, 6.0], "marker.size": 3}})
    assert sent[2:] == ["update"] * 3
    figures.add_heat(figure, "heat", 1, "#808080", (0, 1))
    figures.update(figure, {"points": two})
    assert sent[5:] == ["update"]  # plotly cannot move a figure with a heat map


def test_the_page_first_hears_of_a_figure_that_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    announced = []
    whole_state = LiveFigure.get_state

    def spy(figure: LiveFigure, **options: object) -> dict[str, object]:
        state = whole_state(figure, **options)
        if "key" not in options:
            announced.append((len(state["_widget_data"]), bool(state["_widget_layout"])))
        return state

    monkeypatch.setattr(LiveFigure, "get_state", spy)
    LiveFigure(small())
    assert announced == [(len(small().data), True)]


def test_plotly_comes_to_the_page_once_and_not_with_each_figure() -> None:
    state = LiveFigure(small()).get_state()
    assert len(state["_esm"]) < 5_000
    assert plotly_page().bundle == BUNDLE.read_bytes()
    assert plotly_page() is plotly_page()
    shared = [line for line in state["_esm"].splitlines() if line.startswith("const SHARED")]
    assert shared[0] in plotly_page()._esm
