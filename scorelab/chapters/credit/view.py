"""What the explorer of the credit table shows: precomputed paths, and one stop of one of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from scorelab.credit import CODES, COLUMNS, load, small
from scorelab.explore import figures as fig

if TYPE_CHECKING:
    import pandas as pd

FORMS, DATA, WIDTHS = small.FORMS, tuple(small.DATA), small.WIDTHS
STOPS = small.STOPS + small.LATE
#: What chooses the stop: the slider, a rule from training data alone, or nothing.
RULES = ("hand", "hold-out", "leave-one-out", "never")
#: What a reader sees of each score, and its column and the range of its axis.
SCORES = {
    "C2ST, more is better": ("c2st", (0, 0.5)),
    "TSTR AUC, more is better": ("tstr", (0.4, 0.8)),
    "trend error %, less is better": ("trend", (0, 20)),
    "DCR, one half is best": ("dcr", (0.4, 1)),
}
#: What the shorthand of the field means.
C2ST = fig.explained("C2ST", "classifier two-sample test: 0, boosted trees tell all; 1, none")
TSTR = fig.explained("TSTR AUC", "train on synthetic rows, test on real ones: 0.5 is chance")
DCR = fig.explained("DCR", "share of rows nearer to a training row than to any held out")
WORST = 40.0  # per cent at which the shade of a pair is full
PAIR = "trend error of a pair"
#: The scale of the shades: a strip above the map, in the map's own coordinates, since plotly's
#: colour bar stands outside the axes, where a figure without margins at its sides has no room.
SCALE, ENDS = "shades", "what the ends of the shades mean"
STRIP = {"x": np.linspace(4, 12, 19), "y": np.linspace(-4.4, -2.6, 19)}
WORDS = {"x": [3.4, 12.6], "y": [-3.5, -3.5], "text": ["0 %", f"{WORST:.0f} % or more"]}
PAIRS = list(itertools.combinations(range(len(COLUMNS)), 2))


def blank() -> go.Figure:
    """Risk and scores against the step, one column and all pairs at the chosen step."""
    figure = fig.panels(["risk", "one score", "one column", "all pairs of columns"], height=430)
    black = fig.COLORS["truth"]
    fig.add_line(figure, "held-out risk", 1, fig.COLORS["network"])
    fig.add_line(figure, "leave-one-out", 1, fig.COLORS["kernel"], dash="dash", width=2)
    cross = {"symbol": "x-thin", "line": {"width": 3, "color": black}}
    fig.add_points(figure, "where each stops", 1, black, size=11, **cross)
    fig.add_line(figure, "score", 2, fig.COLORS["noise"])
    fig.add_line(figure, "ideal DCR", 2, fig.COLORS["data"], dash="dot", width=2)
    for panel, name in ((1, "this step"), (2, "this step of the score")):
        fig.add_points(figure, name, panel, black, size=12, symbol="circle-open", line={"width": 3})
    figure.add_bar(name="real", marker={"color": fig.COLORS["data"]}, row=1, col=3)
    fig.add_line(figure, "synthetic", 3, fig.COLORS["network"], shape="hvh")
    fig.add_heat(figure, PAIR, 4, fig.COLORS["overfit"], (0, WORST))
    fig.add_heat(figure, SCALE, 4, fig.COLORS["overfit"], (0, WORST))
    fig.add_points(figure, ENDS, 4, black)
    ends = {"mode": "text", "textposition": ["middle left", "middle right"], "marker": None}
    fig.restyle(figure, [ENDS], **ends, textfont={"color": black}, hoverinfo="skip")
    fig.restyle(figure, [PAIR, SCALE, ENDS], showlegend=False)
    fig.restyle(figure, ["this step of the score", "ideal DCR"], showlegend=False)
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Ranges and words of the axes; a step is placed by the logarithm, and 0 where 1 would be."""
    steps = {"range": [-0.25, 6.25], "tickvals": [0, 1, 2, 3, 4, 6], "title": "steps"}
    steps["ticktext"] = ["0", "10", "100", "1k", "10k", "1M"]
    fig.axes(figure, 1, steps, {"range": [0.85, 1.9], "title": "÷ that of no network"})
    fig.axes(figure, 2, steps, {"title": ""})
    shares = {"range": [0, 0.85], "dtick": 0.2, "title": "share of the rows"}
    fig.axes(figure, 3, {"tickangle": 0, "title": ""}, shares)
    places, groups = [0.5, 4.5, 10.5, 18], ["limit", "bills", "paid", "codes"]
    across = {"tickvals": places[1:], "ticktext": groups[1:], "range": [-0.5, 23.5], "title": ""}
    down = {"tickvals": places, "ticktext": groups, "range": [23.5, -5], "title": ""}
    fig.axes(figure, 4, across | {"tickangle": 0}, down | {"tickangle": 0})
    figure.update_layout(bargap=0.05, margin={"b": 120}, legend={"y": -0.24})


@lru_cache(maxsize=1)
def _paths() -> dict[Hashable, pd.DataFrame]:
    axes = ["form", "data", "width"]
    return {key: rows.reset_index(drop=True) for key, rows in small.table().groupby(axes)}


def path(form: str, data: str, width: float) -> pd.DataFrame:
    """The rows of the table for one path, a row a stop."""
    return _paths()[form, data, float(width)]


def chosen(rows: pd.DataFrame, rule: str, stop: int) -> int:
    """The place in the path that a rule chooses; by hand, the recorded stop nearest to ``stop``."""
    if rule == "hold-out":
        return int(rows["risk"].argmin())
    if rule == "leave-one-out":
        return int(rows["loo"].argmin())
    return len(rows) - 1 if rule == "never" else int(np.abs(_at(rows["stop"]) - _at(stop)).argmin())


def _at(stops: ArrayLike) -> fig.Array:
    """Where a step is drawn."""
    return np.log10(np.maximum(stops, 1))


def compute(
    form: str, data: str, width: float, rule: str, stop: int, column: str, score: str
) -> fig.Traces:
    """All traces, by the name of the trace."""
    rows = path(form, data, width)
    here = chosen(rows, rule, stop)
    return {
        **over_steps(form, data, width, score),
        **at_step(form, data, width, here, score),
        **marginal(form, data, width, here, column),
    }


def over_steps(form: str, data: str, width: float, score: str) -> fig.Traces:
    """Risks and a score against the step, and where two rules stop."""
    rows = path(form, data, width)
    x = _at(rows["stop"].to_numpy())
    ends = [chosen(rows, rule, 0) for rule in ("hold-out", "leave-one-out")]
    marks = [rows[name][i] for name, i in zip(("risk", "loo"), ends, strict=True)]
    name = SCORES[score][0]
    ideal = 0.5 if name == "dcr" else -9.0  # below every axis
    return {
        "held-out risk": {"x": x, "y": rows["risk"].to_numpy()},
        "leave-one-out": {"x": x, "y": rows["loo"].to_numpy()},
        "where each stops": {"x": x[ends], "y": marks},
        "score": {"x": x, "y": rows[name].to_numpy()},
        "ideal DCR": {"x": [-0.25, 6.25], "y": [ideal, ideal]},
    }


def at_step(form: str, data: str, width: float, here: int, score: str) -> fig.Traces:
    """Where the step is in the first two panels, and all its pairs."""
    row = path(form, data, width).iloc[here]
    x = float(_at(row["stop"]))
    square = np.zeros((len(COLUMNS), len(COLUMNS)))
    for i, j in PAIRS:
        square[i, j] = square[j, i] = row[f"{COLUMNS[i]}~{COLUMNS[j]}"]
    places = np.arange(len(COLUMNS))
    return {
        "this step": {"x": [x], "y": [row["risk"]]},
        "this step of the score": {"x": [x], "y": [row[SCORES[score][0]]]},
        PAIR: {"x": places, "y": places, "z": square.round(1)},
        SCALE: STRIP | {"z": np.tile(np.linspace(0, WORST, 19), (19, 1))},
        ENDS: WORDS,
    }


def marginal(form: str, data: str, width: float, here: int, column: str) -> fig.Traces:
    """The shares of the bins of one column, in the whole table and in the synthetic rows."""
    row, wanted = path(form, data, width).iloc[here], real(column)
    made = np.array([row[f"{column}={i}"] for i in range(len(wanted))])
    x = np.array(CODES[column]) if column in CODES else np.arange(len(wanted))
    return {"real": {"x": x, "y": wanted}, "synthetic": {"x": x, "y": made}}


@lru_cache(maxsize=32)
def real(column: str) -> fig.Array:
    """The shares of a column's bins in the whole table."""
    return small.shares(_table(), column).numpy()


_table = lru_cache(maxsize=1)(load)


def ranges(column: str, score: str) -> dict[str, Any]:
    """The axes of the second panel, and of the third: codes, or amounts in NT$ at some edges."""
    if column in CODES:
        codes = CODES[column]
        ends, ticks = codes[:: len(codes) - 1], list(codes[:: 1 + len(codes) // 8])
        words = [str(code).replace("-", "−") for code in ticks]
        title = f"{column}, code"
    else:
        edges = small.edges()[column].numpy()
        places = np.linspace(0, len(edges) - 1, 4).round().astype(int)
        ends, ticks = (0, len(edges) - 2), (places - 0.5).tolist()
        words = [_amount(column, float(edges[i])) for i in places]
        title = f"{column}, {'years' if column == 'AGE' else 'NT$'}"
    span = [ends[0] - 0.6, ends[-1] + 0.6]
    axis = {"range": span, "tickvals": ticks, "ticktext": words, "title": {"text": title}}
    upright = {"range": SCORES[score][1], "title": {"text": score}}
    return {"xaxis3": axis, "yaxis2": upright}


def _amount(column: str, edge: float) -> str:
    value = edge if column == "AGE" else 3000 * math.sinh(edge)
    words = f"{value / 1000:.0f}k" if abs(value) >= 1000 else f"{value:.0f}"
    return words.replace("-", "−")


def sentence(
    form: str, data: str, width: float, rule: str, stop: int, column: str, score: str
) -> str:
    """The numbers of the chosen step, and the worst pair."""
    rows = path(form, data, width)
    row = rows.iloc[chosen(rows, rule, stop)]
    errors = {pair: row["~".join(pair)] for pair in itertools.combinations(COLUMNS, 2)}
    worst = max(errors, key=errors.__getitem__)
    off = np.abs([row[f"{column}={i}"] - s for i, s in enumerate(real(column))]).sum() / 2
    return (
        f"After <b>{fig.number(int(row['stop']))}</b> steps: held-out risk "
        f"<b>{row['risk']:.2f}</b> of that without a network · trend error "
        f"<b>{row['trend']:.1f} %</b>, {C2ST} <b>{row['c2st']:.2f}</b>, "
        f"{TSTR} <b>{row['tstr']:.2f}</b>, {DCR} <b>{row['dcr']:.2f}</b> "
        f"(.5: copies nothing) · {column} is off by <b>{100 * off:.0f} %</b> of the rows · worst "
        f"pair <b>{worst[0]}</b> and <b>{worst[1]}</b>, off by <b>{errors[worst]:.0f} %</b>"
    )
