"""Figures: what goes in comes out, and what is equal is not sent."""

import numpy as np
import plotly.graph_objects as go
import pytest

from scorelab.explore import figures


def shapes(path: dict[str, np.ndarray], count: int) -> np.ndarray:
    """The corners (count, k, 2) of shapes that one path visits from a hub and back."""
    visits = np.stack((path["x"], path["y"]), axis=1).reshape(count, -1, 2)
    np.testing.assert_array_equal(visits[:, 0], visits[:, -1])
    np.testing.assert_array_equal(visits[:, 1], visits[:, -2])
    return visits[:, 1:-2]


def test_arrows_begin_at_their_start_and_end_at_their_tip() -> None:
    start = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 3.0]])
    move = np.array([[1.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    arrow = shapes(figures.arrows(start, move), 3)
    np.testing.assert_allclose((arrow[:, 0] + arrow[:, -1]) / 2, start)
    np.testing.assert_allclose(arrow[:, 3], start + move)
    np.testing.assert_allclose(np.abs(arrow[0, :, 1]).max(), 3.5 * 0.035 / 2)


def test_dots_surround_their_points() -> None:
    points = np.random.default_rng(0).normal(size=(7, 2))
    dot = shapes(figures.dots(points, radius=0.1), 7)
    np.testing.assert_allclose(dot.mean(axis=1), points)
    np.testing.assert_allclose(np.abs(dot - points[:, None]), 0.1)


def small() -> go.Figure:
    figure = figures.panels(["one", "two"])
    figures.add_line(figure, "line", 1, figures.COLORS["network"])
    figures.add_points(figure, "points", 2, figures.COLORS["data"])
    return figure


def test_update_finds_traces_by_name_and_sends_float32() -> None:
    figure = small()
    figures.update(figure, {"points": {"x": [1.0, 2.0], "y": [3.0, 4.0]}}, height=300)
    assert list(figure.data[1].x) == [1, 2]
    assert figure.data[1].x.dtype == np.float32
    assert figure.data[0].x is None
    assert figure.layout.height == 300
    with pytest.raises(KeyError):
        figures.update(figure, {"nothing": {"x": [1]}})


def test_a_page_that_asks_for_the_state_gets_the_present_one() -> None:
    figure = figures.LiveFigure(small())
    figures.update(figure, {"line": {"x": [1.0], "y": [2.0]}}, height=321)
    state = figure.get_state()
    assert np.frombuffer(state["_widget_data"][0]["x"]["buffer"], np.float32) == [1.0]
    assert state["_widget_layout"]["height"] == 321


def messages(figure: figures.LiveFigure) -> list[str]:
    """The kinds of messages that a figure sends from now on."""
    sent: list[str] = []
    kinds = ["_py2js_update", "_py2js_animate"]
    figure.observe(lambda change: change.new and sent.append(change.name[7:]), kinds)
    return sent


def test_only_what_moves_is_moved() -> None:
    figure = figures.LiveFigure(small())
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


def test_what_plotly_chose_by_itself_is_not_worked_through() -> None:
    figure = figures.LiveFigure(small())
    figure.set_state({"_js2py_traceDeltas": {"trace_deltas": [{"uid": "x"}], "trace_edit_id": 0}})
    figure.set_state({"_js2py_relayout": {"relayout_data": {"height": 300}, "source_view_id": "a"}})
    assert figure._js2py_traceDeltas == {}
    assert figure.layout.height == 300


def test_the_page_first_hears_of_a_figure_that_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    announced = []
    whole_state = figures.LiveFigure.get_state

    def spy(figure: figures.LiveFigure, **options: object) -> dict[str, object]:
        state = whole_state(figure, **options)
        if "key" not in options:
            announced.append((len(state["_widget_data"]), bool(state["_widget_layout"])))
        return state

    monkeypatch.setattr(figures.LiveFigure, "get_state", spy)
    figures.LiveFigure(small())
    assert announced == [(len(small().data), True)]


def test_the_palette_can_be_told_apart() -> None:
    def light(color: str) -> float:
        return float(np.dot([int(color[i : i + 2], 16) for i in (1, 3, 5)], [0.3, 0.59, 0.11]))

    assert len(set(figures.COLORS.values())) == len(figures.COLORS)
    assert all(light(color) < 175 for color in figures.COLORS.values()), "too pale on white"
