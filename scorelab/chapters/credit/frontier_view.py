"""What the explorer of the frontier shows: quality against cost, and differences seed by seed."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from scorelab.explore import figures as fig

from . import measured
from .measured import FAMILIES, JUDGES, QUALITY, family, gain, mean, of, rows

#: The scores by what a reader sees, with the direction of better.
SCORES = {f"{s.words}, {'more' if s.more else 'less'} is better": n for n, s in QUALITY.items()}
METHODS = tuple(method for method in rows() if family(method))
#: The colour and the sign of each family.
SIGNS = {
    "framework": ("kernel", "circle"),
    "form alone": ("data", "diamond"),
    "deep": ("network", "square"),
    "between": ("noise", "triangle-up"),
    "others": ("convex", "star"),
}
LEAST = 1.0  # seconds: what takes less stands at the left end


def blank() -> go.Figure:
    """Quality against cost, and by how much each method differs from one."""
    figure = fig.panels(["quality against cost", "difference, seed by seed"], height=450)
    for name in FAMILIES:
        color, sign = SIGNS[name]
        fig.add_points(figure, name, 1, fig.COLORS[color], size=10, symbol=sign)
    ring = {"symbol": "circle-open", "line": {"width": 3}}
    fig.add_points(figure, "compared with", 1, fig.COLORS["truth"], size=18, **ring)
    fig.add_line(figure, "real rows", 1, fig.COLORS["truth"], dash="dot", width=2)
    fig.add_points(figure, "difference ± 2 standard errors", 2, fig.COLORS["truth"], size=8)
    hollow = {"symbol": "circle-open", "line": {"width": 2}}
    fig.add_points(figure, "one seed, no error", 2, fig.COLORS["truth"], size=9, **hollow)
    fig.add_line(figure, "no difference", 2, fig.COLORS["data"], dash="dot", width=2)
    fig.restyle(figure, ["no difference"], showlegend=False)
    fig.restyle(figure, FAMILIES, hoverinfo="text")
    ends = [-0.15, math.log10(3 * max(map(cost, METHODS)))]
    seconds = fig.log_axis(ends, [1, 10, 100, 1000], title="seconds of processor time")
    seconds["ticktext"][0] = "≤ 1"
    fig.axes(figure, 1, seconds, {"title": ""})
    fig.axes(figure, 2, {"title": ""}, {"title": ""})
    fig.place(figure, [(0.0, 0.42), (0.72, 1.0)])
    return figure


def cost(method: str) -> float:
    """The seconds of processor time, or the left end for what takes next to none."""
    seconds = measured.cost(method)
    return LEAST if math.isnan(seconds) else max(LEAST, seconds)


def _price(method: str) -> str:
    seconds = cost(method)
    if seconds == LEAST:
        return f"at most {LEAST:.0f} s"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def compute(score: str, judge: str, other: str, listed: str) -> fig.Traces:
    """All traces, by the name of the trace."""
    name = _column(score, judge)
    traces = {each: _family(each, name) for each in FAMILIES}
    best, (low, high) = _real(name), _reach(name)
    traces["compared with"] = {"x": [cost(other)], "y": [_mean(other, name)]}
    seen = low < best < high
    traces["real rows"] = {"x": [0.005, 4000.0], "y": [best, best], "showlegend": seen}
    return traces | _differences(name, other, shown(other, listed))


def _differences(name: str, other: str, methods: tuple[str, ...]) -> fig.Traces:
    """What the methods have more than the other; those with one seed in common have no error."""
    pairs = [mean(_gain(method, other, name)) for method in methods]
    known = [math.isfinite(error) for _, error in pairs]
    sure, alone = ([i for i, each in enumerate(known) if each == yes] for yes in (True, False))
    errors = [2 * pairs[i][1] for i in sure]
    return {
        "difference ± 2 standard errors": _points(pairs, sure)
        | {"error_x": {"type": "data", "array": np.array(errors or [0.0]), "width": 0}},
        "one seed, no error": _points(pairs, alone) | {"showlegend": bool(alone)},
        "no difference": {"x": [0.0, 0.0], "y": [-1.0, float(len(methods))]},
    }


def _points(pairs: list[tuple[float, float]], which: list[int]) -> fig.Trace:
    """Points at the lines of a list; where there is none, one that no axis shows."""
    x = [pairs[i][0] for i in which] or [0.0]
    return {"x": x, "y": np.array(which or [-9.0], dtype=float)}


def shown(other: str, listed: str) -> tuple[str, ...]:
    """The methods that the second panel names: a family, and what it is compared with above it."""
    methods = [method for method in METHODS if family(method) == listed]
    return tuple(methods if other in methods else [other, *methods])


def _column(score: str, judge: str) -> str:
    return JUDGES[judge] + SCORES[score]


def _known(method: str, name: str) -> str:
    """The score's column; what has no other margins as sampled is given as it is."""
    bare = name.removeprefix("sampled_")
    return bare if bool(rows()[method][name].isna().any()) else name


def _mean(method: str, name: str) -> float:
    return float(of(method, _known(method, name)).mean())


def _real(name: str) -> float:
    """The score of real rows, which have no other margins as sampled."""
    return float(of("real", name.removeprefix("sampled_")).mean())


def _gain(method: str, other: str, name: str) -> Tensor:
    return gain(method, other, _known(method, name), _known(other, name))


def _family(which: str, name: str) -> fig.Trace:
    methods = [method for method in METHODS if family(method) == which]
    return {
        "x": [cost(method) for method in methods],
        "y": [_mean(method, name) for method in methods],
        "text": [
            f"{method}: {_mean(method, name):.4g}, {_price(method)}{_few(method)}"
            for method in methods
        ],
    }


def _few(method: str) -> str:
    seeds = len(rows()[method])
    return "" if seeds == 5 else f" {measured.counted(seeds)}"


def ranges(score: str, judge: str, other: str, listed: str) -> dict[str, dict[str, object]]:
    """The axes of both panels; those of a score are the same, whatever it is compared with."""
    name, words = _column(score, judge), QUALITY[SCORES[score]].words
    values, methods = [_mean(m, name) for m in METHODS], shown(other, listed)
    reach = 1.1 * (max(values) - min(values))
    return {
        "yaxis": {"range": list(_reach(name)), "title": {"text": score}},
        "xaxis2": {"range": [-reach, reach], "title": {"text": f"{words}, less the other's"}},
        "yaxis2": {
            "range": [len(methods) - 0.4, -0.6],
            "tickvals": list(range(len(methods))),
            "ticktext": list(methods),
        },
    }


def _reach(name: str) -> tuple[float, float]:
    """The ends of the axis of a score.

    Real rows that are so far away that they would take half of it are left to the sentence.
    """
    values, best = [_mean(method, name) for method in METHODS], _real(name)
    spread = max(values) - min(values)
    if min(values) - spread < best < max(values) + spread:
        values.append(best)
    room = 0.06 * (max(values) - min(values))
    return min(values) - room, max(values) + room


def sentence(score: str, judge: str, other: str) -> str:
    """The method that is compared with, and what beats it at no higher price."""
    name, quality = _column(score, judge), QUALITY[SCORES[score]]
    sign = 1 if quality.more else -1
    better = [
        m for m in METHODS if cost(m) <= cost(other) and m != other and _clear(m, other, name, sign)
    ]
    found = ", ".join(f"<b>{each}</b>" for each in better) or "nothing here"
    alone = " It has one seed, so that no difference from it has an error." * _alone(other)
    return (
        f"<b>{other}</b>: {quality.words} <b>{_mean(other, name):.{quality.digits}f}</b> after "
        f"<b>{_price(other)}</b> (real rows: {_real(name):.{quality.digits}f}). "
        f"At no higher price, better by more than two standard errors: {found}.{alone}"
    )


def _alone(method: str) -> bool:
    return len(rows()[method]) == 1


def _clear(method: str, other: str, name: str, sign: int) -> bool:
    """Whether a method is better than another by more than two standard errors; by one seed, no."""
    gained, error = mean(_gain(method, other, name))
    return sign * gained > 2 * error
