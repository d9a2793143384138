"""Figures: what goes in comes out, and what is equal is not sent."""

import numpy as np
import plotly.graph_objects as go
import pytest

from scorelab.explore import figures


def test_arrows_are_one_line_broken_after_each_tip() -> None:
    start, move = np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])
    line = figures.arrows(start, move)
    x, y = (line[k].reshape(2, 6) for k in "xy")
    np.testing.assert_allclose(np.stack((x[:, 0], y[:, 0]), 1), start)
    for tip in (1, 3):
        np.testing.assert_allclose(np.stack((x[:, tip], y[:, tip]), 1), start + move)
    assert np.isnan(x[:, 5]).all()
    assert not np.isnan(x[:, :5]).any()


def test_dots_are_centred_on_their_points() -> None:
    points = np.random.default_rng(0).normal(size=(7, 2))
    line = figures.dots(points)
    x, y = (line[k].reshape(7, 3) for k in "xy")
    np.testing.assert_allclose(np.stack((x[:, :2].mean(1), y[:, :2].mean(1)), 1), points)
    assert np.isnan(x[:, 2]).all()


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


def test_the_palette_can_be_told_apart() -> None:
    def light(color: str) -> float:
        return float(np.dot([int(color[i : i + 2], 16) for i in (1, 3, 5)], [0.3, 0.59, 0.11]))

    assert len(set(figures.COLORS.values())) == len(figures.COLORS)
    assert all(light(color) < 175 for color in figures.COLORS.values()), "too pale on white"
