"""What the explorer of patterns shows: a line among points, all lines, and what is bought."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab import convex
from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH
from scorelab.explore.theme import faint

from .bought import ROUNDS, after, earns, points, rounds

TITLES = [
    "a neuron's line, and its active side",
    "all lines: what each would earn",
    "loss above its bound",
]
POINTS = tuple(range(2, 9))
ANGLES = tuple(range(0, 360, 10))
COUNTS = tuple(range(ROUNDS + 1))
OFFSETS = tuple(round(-2 + 0.2 * i, 1) for i in range(21))
REACHED = 2.4  # the map's offsets go from −REACHED to REACHED
TURNS = (0, 90, 180, 270, 360)
TURN, OFFSET = np.linspace(0, 360, 181), np.linspace(-REACHED, REACHED, 97)


def blank() -> go.Figure:
    """The plane with one line, the map of lines by angle and offset, and loss above bound."""
    figure = fig.panels(TITLES)
    green, black = fig.COLORS["convex"], fig.COLORS["truth"]
    fig.add_line(figure, "active side", 1, green, width=0)
    half = {"fill": "toself", "fillcolor": faint(green, 0.15), "mode": "none"}
    fig.restyle(figure, ["active side"], **half)
    hollow = {"symbol": "circle-open", "line": {"width": 3}}  # also for those who see no green
    fig.add_points(figure, "inactive points", 1, fig.COLORS["data"], size=11, **hollow)
    fig.add_points(figure, "active points", 1, green, size=12)
    fig.add_line(figure, "neurons bought", 1, green, width=1.5)
    fig.add_line(figure, "kink", 1, black)
    fig.add_heat(figure, "earned, over β", 2, green, (-1, 1.3))
    fig.add_contours(figure, "earns β", 2, fig.COLORS["overfit"], (0, 0, 1))
    fig.add_line(figure, "the line meets a point", 2, black, width=1.5)
    fig.add_points(figure, "lines bought", 2, fig.COLORS["overfit"], size=8)
    fig.add_points(figure, "this line", 2, black, size=15, symbol="circle-open", line={"width": 3})
    fig.add_line(figure, "loss", 3, green)
    fig.add_line(figure, "no network is below", 3, black, dash="dash", width=2)
    fig.add_points(figure, "now", 3, green, size=13)
    fig.restyle(figure, ["now", "lines bought"], showlegend=False)
    plane = {"range": [-REACHED, REACHED], "dtick": 1, "constrain": "domain"}
    fig.axes(figure, 1, plane | {"title": "x₁"}, plane | {"scaleanchor": "x", "title": "x₂"})
    turns = {"range": [0, 360], "tickvals": TURNS, "title": "angle of w, degrees"}
    fig.axes(figure, 2, turns, plane | {"title": "offset −b"})
    bought = {"range": [-0.5, ROUNDS + 0.5], "dtick": 5, "title": "neurons bought"}
    fig.axes(figure, 3, bought, {"range": [0, 9], "dtick": 2, "title": "loss"})
    return figure


@lru_cache(maxsize=16)
def waves(n: int) -> fig.Trace:
    """The curve of each point on the map: the lines that meet it."""
    along = points(n) @ unit(TURN).T  # (n, angles)
    gap = np.full((n, 1), np.nan)
    turns = np.broadcast_to(TURN, along.shape)
    return {"x": np.hstack((turns, gap)).ravel(), "y": np.hstack((along, gap)).ravel()}


@lru_cache(maxsize=256)
def priced(n: int, count: int) -> fig.Traces:
    """What each line would earn after so many rounds, as a power of ten, and neurons in use."""
    state = after(n, count)
    earned = np.log10(np.maximum(earns(n, count, unit(TURN), OFFSET), 1e-3))
    w = unit(state.angle)
    middle, along = state.offset[:, None] * w, 3 * REACH * np.stack((-w[:, 1], w[:, 0]), axis=1)
    path = np.stack((middle - along, middle + along, np.full_like(along, np.nan)), axis=1)
    lines = np.concatenate((path.reshape(-1, 2), [[99.0, 99.0]]))
    places = fig.never_empty(np.stack((state.angle, state.offset), axis=1))
    return {
        "earned, over β": {"x": TURN, "y": OFFSET, "z": earned},
        "earns β": {"x": TURN, "y": OFFSET, "z": earned},
        "neurons bought": {"x": lines[:, 0], "y": lines[:, 1]},
        "lines bought": dict(zip("xy", places.T, strict=True)),
    }


def closing(n: int, count: int) -> fig.Traces:
    """Loss and bound after each round, and where we are."""
    found = rounds(n)
    steps, now = list(range(len(found))), min(count, len(found) - 1)
    return {
        "loss": {"x": steps, "y": [state.loss for state in found]},
        "no network is below": {"x": steps, "y": [state.bound for state in found]},
        "now": {"x": [now, now], "y": [found[now].loss, found[now].bound]},
    }


def unit(degrees: float | fig.Array) -> fig.Array:
    """Unit vectors (…, 2) at angles in degrees."""
    angle = np.deg2rad(degrees)
    return np.stack((np.cos(angle), np.sin(angle)), axis=-1)


def active(n: int, angle: int, offset: float) -> fig.Mask:
    """On which points w · x > offset, (n,)."""
    return points(n) @ unit(angle) > offset


def compute(n: int, angle: int, offset: float, bought: int) -> fig.Traces:
    """All traces, by the name of the trace."""
    x, on, w = points(n), active(n, angle, offset), unit(angle)
    across, far = np.array([-w[1], w[0]]), 3 * REACH
    ends = np.stack((offset * w - far * across, offset * w + far * across))
    half = np.concatenate((ends, ends[::-1] + far * w, ends[:1]))
    return {
        **priced(n, bought),
        **closing(n, bought),
        "the line meets a point": waves(n),
        "active side": {"x": half[:, 0], "y": half[:, 1]},
        "inactive points": {"x": x[~on, 0], "y": x[~on, 1]},
        "active points": {"x": x[on, 0], "y": x[on, 1]},
        "kink": {"x": ends[:, 0], "y": ends[:, 1]},
        "this line": {"x": [angle], "y": [offset]},
    }


def sentence(n: int, angle: int, offset: float, bought: int) -> str:
    """The pattern of this line and what it earns, how many there are, and what was bought."""
    word = "".join("1" if on else "0" for on in active(n, angle, offset))
    total = convex.patterns(torch.tensor(points(n))).shape[1]
    state = after(n, bought)
    earned = float(earns(n, bought, unit(angle)[None], np.array([offset]))[0, 0])
    verdict = (
        "<b>none is worth its price, so no network is better</b>"
        if state.done
        else f"the best would earn <b>{state.most:.2f} β</b>: buy it"
    )
    return (
        f"Pattern <b>{word}</b>, one of <b>{total}</b> = {n}² − {n} + 2 "
        f"(of 2<sup>{n}</sup> = {2**n} conceivable), earns <b>{earned:.2f} β</b> · "
        f"<b>{len(state.angle)}</b> neurons in use: loss <b>{state.loss:.3f}</b>, no network is "
        f"below <b>{state.bound:.3f}</b> · {verdict}"
    )
