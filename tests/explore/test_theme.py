"""Colours by day and by night: seen on their paper, told apart by all eyes, and there and back."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest

from scorelab.explore import figures
from scorelab.explore.theme import day, faint, night, painted, repaint
from scorelab.workbook.plots import COLORS, NIGHT, PAPER, SHADES

THEMES = {
    "light": ({**COLORS, **{c: c for c in SHADES}}, PAPER[0]),
    "dark": ({**NIGHT, **{c: c for c in SHADES.values()}}, PAPER[1]),
}
#: What normal, red-blind and green-blind eyes see of linear RGB: Viénot, Brettel, Mollon (1999).
EYES = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "no green": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(color: str) -> np.ndarray:
    rgb = np.array(mpl.colors.to_rgb(color))
    return np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)


def contrast(one: str, other: str) -> float:
    dark, bright = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_mark_is_seen_on_its_paper_and_words_are_read(theme) -> None:
    colors, paper = THEMES[theme]
    assert min(contrast(color, paper) for color in colors.values()) > 3
    assert min(contrast(colors[name], paper) for name in ("truth", "overfit")) > 4.5


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("palette", [COLORS, NIGHT], ids=["light", "dark"])
def test_eyes_tell_the_meanings_apart(palette, eye) -> None:
    """By at least 20 in CIELAB, of which 2.3 are just noticed."""

    def lab(color: str) -> np.ndarray:
        seen = np.clip(np.array(EYES[eye]) @ linear(color), 0, 1)
        to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        xyz = np.cbrt(np.array(to_xyz) @ seen / [0.9505, 1, 1.089])
        return np.array([[0, 116, 0], [500, -500, 0], [0, 200, -200]]) @ xyz

    pairs = combinations(map(lab, palette.values()), 2)
    assert min(np.linalg.norm(a - b) for a, b in pairs) > 20


def small() -> go.Figure:
    figure = figures.panels(["one"])
    figures.add_line(figure, "line", 1, COLORS["truth"])
    figures.add_shapes(figure, "dots", 1, COLORS["data"], "square")
    figures.add_heat(figure, "heat", 1, COLORS["convex"], (0, 1))
    figures.restyle(figure, ["line"], fill="tozeroy", fillcolor=faint(COLORS["convex"], 0.25))
    return figure


def test_a_figure_goes_dark_and_comes_back() -> None:
    figure = small()
    repaint(figure, dark=True)
    line, dots, sign, heat = figure.data
    assert line.line.color == NIGHT["truth"] == figure.layout.font.color
    assert line.fillcolor == faint(NIGHT["convex"], 0.25)
    assert dots.fillcolor == sign.marker.color == NIGHT["data"]
    assert [color for _, color in heat.colorscale] == [PAPER[1], NIGHT["convex"]]
    repaint(figure, dark=False)
    assert [t.to_plotly_json() for t in figure.data] == [t.to_plotly_json() for t in small().data]


def test_no_colour_is_on_both_sides_and_numbers_are_left_alone() -> None:
    assert len(day()) == len(night()) and not day().keys() & night().keys()
    x = np.array([1.0, 2.0])
    trace = {"x": x, "line": {"color": COLORS["kernel"]}, "text": ["a"]}
    new = painted(trace, night())
    assert new["x"] is x and new["line"]["color"] == NIGHT["kernel"] and new["text"] == ["a"]
