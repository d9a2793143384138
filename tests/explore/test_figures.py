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


def test_the_palette_can_be_told_apart() -> None:
    def light(color: str) -> float:
        return float(np.dot([int(color[i : i + 2], 16) for i in (1, 3, 5)], [0.3, 0.59, 0.11]))

    assert len(set(figures.COLORS.values())) == len(figures.COLORS)
    assert all(light(color) < 175 for color in figures.COLORS.values()), "too pale on white"


def test_traces_are_the_same_where_they_show_the_same() -> None:
    old = figures.sendable({"x": [1.0, np.nan], "y": [3.0, 4.0], "marker": {"size": 3}})
    again = figures.sendable({"x": [1.0, np.nan], "y": np.array([3, 4]), "marker": {"size": 3}})
    assert figures.same(old, again)
    assert not figures.same(None, again)
    for change in ({"x": [1.0, 2.0]}, {"y": [3.0]}, {"marker": {"size": 4}}, {"text": ["a", "b"]}):
        assert not figures.same(old, figures.sendable(again | change))


def test_crosses_surround_their_points_and_are_no_dots() -> None:
    points = np.random.default_rng(0).normal(size=(7, 2))
    cross = shapes(figures.crosses(points, radius=0.1), 7) - points[:, None]
    np.testing.assert_allclose(cross.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(np.abs(cross).max(axis=(1, 2)), 0.1)
    quarter = cross @ np.array([[0, 1], [-1, 0]])  # turned by 90 degrees it is the same
    assert all(
        {tuple(c) for c in a.round(9) + 0.0} == {tuple(c) for c in b.round(9) + 0.0}
        for a, b in zip(cross, quarter, strict=True)
    )
    x, y = cross[0].T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert area < 0.6 * 0.2**2


def test_a_sign_stands_in_the_legend_for_shapes_and_takes_their_colour() -> None:
    figure = figures.panels(["one"])
    figures.add_shapes(figure, "dots", 1, figures.COLORS["data"], "square")
    shapes, sign = figure.data
    assert (shapes.showlegend, sign.showlegend, sign.marker.symbol) == (False, None, "square")
    assert sign.name.strip(figures.SIGN) == "dots" and figures.names(figure) == {"dots"}
    figures.update(figure, {"dots": {"x": [1.0], "y": [1.0], "fillcolor": "#D2710F"}})
    assert sign.marker.color == shapes.fillcolor == "#D2710F"


def test_numbers_are_written_as_in_a_book() -> None:
    words = [figures.rounded(value) for value in (0, 0.5, 12.345, -0.02, 3.1e30, 2e-7)]
    assert words[:4] == ["0", "0.5", "12.3", "-0.02"]
    assert words[4:] == ["3.1 × 10<sup>30</sup>", "2.0 × 10<sup>−7</sup>"]
