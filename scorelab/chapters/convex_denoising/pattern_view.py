"""What the explorer of patterns shows: a neuron's line among points, and the map of all lines."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab import convex
from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH
from scorelab.explore.theme import faint

TITLES = ["a neuron's line, and where it is active", "all lines: a region a pattern"]
POINTS = tuple(range(2, 9))
ANGLES = tuple(range(0, 360, 10))
OFFSETS = tuple(round(-2 + 0.2 * i, 1) for i in range(21))
REACHED = 2.4  # the map's offsets go from −REACHED to REACHED
TURN, OFFSET = np.linspace(0, 360, 181), np.linspace(-REACHED, REACHED, 97)


def blank() -> go.Figure:
    """The plane with one line, and the map of lines by angle and offset."""
    figure = fig.panels(TITLES)
    green, black = fig.COLORS["convex"], fig.COLORS["truth"]
    fig.add_line(figure, "active side", 1, green, width=0)
    half = {"fill": "toself", "fillcolor": faint(green, 0.15), "mode": "none"}
    fig.restyle(figure, ["active side"], **half)
    fig.add_points(figure, "inactive points", 1, fig.COLORS["data"], size=12)
    fig.add_points(figure, "active points", 1, green, size=12)
    fig.add_line(figure, "kink", 1, black)
    fig.add_heat(figure, "share of points that are active", 2, green, (0, 1.3))
    fig.add_line(figure, "the line meets a point", 2, black, width=1.5)
    fig.add_points(figure, "this line", 2, black, size=15, symbol="circle-open", line={"width": 3})
    plane = {"range": [-REACHED, REACHED], "dtick": 1, "constrain": "domain"}
    fig.axes(figure, 1, plane, plane | {"scaleanchor": "x"})
    turns = {"range": [0, 360], "tickvals": [0, 90, 180, 270], "title": "angle of w, degrees"}
    fig.axes(figure, 2, turns, plane | {"title": "offset −b"})
    return figure


@lru_cache(maxsize=16)
def points(n: int) -> fig.Array:
    """n points of the plane, (n, 2), the first of eight whose map has no tiny region."""
    draws = torch.randn(POINTS[-1], 2, generator=torch.Generator().manual_seed(227))
    return draws[:n].double().numpy()


@lru_cache(maxsize=16)
def map_of_lines(n: int) -> fig.Traces:
    """The share of active points for every angle and offset, and the curve of each point."""
    along = points(n) @ unit(TURN).T  # (n, angles)
    share = (along[:, None] > OFFSET[:, None]).mean(0)
    gap = np.full((n, 1), np.nan)
    turns = np.broadcast_to(TURN, along.shape)
    return {
        "share of points that are active": {"x": TURN, "y": OFFSET, "z": share},
        "the line meets a point": {
            "x": np.hstack((turns, gap)).ravel(),
            "y": np.hstack((along, gap)).ravel(),
        },
    }


def unit(degrees: float | fig.Array) -> fig.Array:
    """Unit vectors (…, 2) at angles in degrees."""
    angle = np.deg2rad(degrees)
    return np.stack((np.cos(angle), np.sin(angle)), axis=-1)


def active(n: int, angle: int, offset: float) -> fig.Mask:
    """On which points w · x > offset, (n,)."""
    return points(n) @ unit(angle) > offset


def compute(n: int, angle: int, offset: float) -> fig.Traces:
    """All traces, by the name of the trace."""
    x, on, w = points(n), active(n, angle, offset), unit(angle)
    across, far = np.array([-w[1], w[0]]), 3 * REACH
    ends = np.stack((offset * w - far * across, offset * w + far * across))
    half = np.concatenate((ends, ends[::-1] + far * w, ends[:1]))
    return {
        **map_of_lines(n),
        "active side": {"x": half[:, 0], "y": half[:, 1]},
        "inactive points": {"x": x[~on, 0], "y": x[~on, 1]},
        "active points": {"x": x[on, 0], "y": x[on, 1]},
        "kink": {"x": ends[:, 0], "y": ends[:, 1]},
        "this line": {"x": [angle], "y": [offset]},
    }


def sentence(n: int, angle: int, offset: float) -> str:
    """The pattern of this line, and how many there are."""
    word = "".join("1" if on else "0" for on in active(n, angle, offset))
    total = convex.patterns(torch.tensor(points(n))).shape[1]
    return (
        f"Pattern <b>{word}</b>, one of <b>{total}</b> = {n}² − {n} + 2 "
        f"(of 2<sup>{n}</sup> = {2**n} words)"
    )
