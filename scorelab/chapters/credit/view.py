"""What the explorer of the credit table shows: precomputed paths, and one stop of one of them."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from scorelab.credit import CODES, COLUMNS, load, small
from scorelab.explore.figures import COLORS, Array, add_heat, add_line, add_points, number, panels

if TYPE_CHECKING:
    import pandas as pd

Trace = dict[str, Any]
Traces = dict[str, Trace]
FORMS, DATA, WIDTHS = small.FORMS, tuple(small.DATA), small.WIDTHS
STOPS = small.STOPS + small.LATE
#: What chooses the stop: the slider, a rule from training data alone, or nothing.
RULES = ("hand", "hold-out", "leave-one-out", "never")
#: The score of each line, and what it is divided by to share an axis.
SCORES = {"C2ST": ("c2st", 1), "TSTR AUC": ("tstr", 1), "DCR": ("dcr", 1),
          "trend error ÷ 20 %": ("trend", 20)}  # fmt: skip
WORST = 40.0  # per cent at which the shade of a pair is full
PAIRS = list(itertools.combinations(range(len(COLUMNS)), 2))


def blank() -> go.Figure:
    """Risk and scores against the step, one column and all pairs at the chosen step."""
    figure = panels(["risk", "scores", "one column", "all pairs of columns"], height=410)
    black = COLORS["truth"]
    add_line(figure, "held-out risk", 1, COLORS["network"])
    add_line(figure, "leave-one-out", 1, COLORS["kernel"], dash="dash", width=2)
    add_points(figure, "where each stops", 1, black, size=11, symbol="x-thin",
               line={"width": 3, "color": black})  # fmt: skip
    shades = (COLORS["noise"], black, COLORS["overfit"], COLORS["convex"])
    for name, shade in zip(SCORES, shades, strict=True):
        add_line(figure, name, 2, shade)
    add_line(figure, "copies nothing", 2, COLORS["data"], dash="dot", width=2)
    for panel, name in ((1, "this step"), (2, "this step of the scores")):
        add_points(figure, name, panel, black, size=12, symbol="circle-open", line={"width": 3})
    figure.add_bar(name="real", marker={"color": COLORS["data"]}, row=1, col=3)
    add_line(figure, "synthetic", 3, COLORS["network"], shape="hvh")
    add_heat(figure, "trend error of a pair, to 40 %", 4, COLORS["overfit"], (0, WORST))
    figure.for_each_trace(
        lambda trace: trace.update(showlegend=False),
        selector=lambda trace: trace.name in {"this step of the scores", "copies nothing"},
    )
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Ranges and words of the axes; a step is placed by the logarithm, and 0 where 1 would be."""
    steps = {"range": [-0.25, 6.25], "tickvals": [0, 1, 2, 3, 4, 6], "title": "steps",
             "ticktext": ["0", "10", "100", "1k", "10k", "1M"]}  # fmt: skip
    figure.update_xaxes(steps, row=1, col=1)
    figure.update_xaxes(steps, row=1, col=2)
    figure.update_yaxes({"range": [0.85, 1.9], "title": "of that without a network"}, row=1, col=1)
    figure.update_yaxes({"range": [0, 1], "dtick": 0.25, "title": ""}, row=1, col=2)
    figure.update_yaxes(
        {"range": [0, 0.85], "dtick": 0.2, "title": "share of the rows"}, row=1, col=3
    )
    groups = {0.5: "limit", 4.5: "bills", 10.5: "paid", 18: "codes"}
    for update, end in ((figure.update_xaxes, False), (figure.update_yaxes, True)):
        span = [23.5, -0.5] if end else [-0.5, 23.5]
        update({"range": span, "tickvals": list(groups), "ticktext": list(groups.values()),
                "title": "", "tickangle": -90 if end else 0}, row=1, col=4)  # fmt: skip
    figure.update_xaxes({"tickangle": 0}, row=1, col=3)
    figure.update_layout(bargap=0.05, margin={"b": 120}, legend={"y": -0.24})


@lru_cache(maxsize=1)
def _paths() -> dict[tuple[str, str, float], pd.DataFrame]:
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


def _at(stops: Array | int) -> Array:
    """Where a step is drawn."""
    return np.log10(np.maximum(stops, 1))


def compute(form: str, data: str, width: float, rule: str, stop: int, column: str) -> Traces:
    """All traces, by the name of the trace."""
    rows = path(form, data, width)
    here = chosen(rows, rule, stop)
    return {**over_steps(form, data, width), **at_step(form, data, width, here),
            **marginal(form, data, width, here, column)}  # fmt: skip


@lru_cache(maxsize=32)
def over_steps(form: str, data: str, width: float) -> Traces:
    """Risks and scores against the step, and where two rules stop."""
    rows = path(form, data, width)
    x = _at(rows["stop"].to_numpy())
    ends = [chosen(rows, rule, 0) for rule in ("hold-out", "leave-one-out")]
    marks = [rows[name][i] for name, i in zip(("risk", "loo"), ends, strict=True)]
    lines = {n: {"x": x, "y": rows[c].to_numpy() / by} for n, (c, by) in SCORES.items()}
    return {
        "held-out risk": {"x": x, "y": rows["risk"].to_numpy()},
        "leave-one-out": {"x": x, "y": rows["loo"].to_numpy()},
        "where each stops": {"x": x[ends], "y": marks},
        "copies nothing": {"x": [-0.25, 6.25], "y": [0.5, 0.5]},
        **lines,
    }


@lru_cache(maxsize=256)
def at_step(form: str, data: str, width: float, here: int) -> Traces:
    """Where the step is in the first two panels, and all its pairs."""
    row = path(form, data, width).iloc[here]
    x = float(_at(row["stop"]))
    square = np.zeros((len(COLUMNS), len(COLUMNS)))
    for i, j in PAIRS:
        square[i, j] = square[j, i] = row[f"{COLUMNS[i]}~{COLUMNS[j]}"]
    places = np.arange(len(COLUMNS))
    return {
        "this step": {"x": [x], "y": [row["risk"]]},
        "this step of the scores": {"x": [x] * 4, "y": [row[c] / by for c, by in SCORES.values()]},
        "trend error of a pair, to 40 %": {"x": places, "y": places, "z": square.round(1)},
    }


@lru_cache(maxsize=512)
def marginal(form: str, data: str, width: float, here: int, column: str) -> Traces:
    """The shares of the bins of one column, in the whole table and in the synthetic rows."""
    row, wanted = path(form, data, width).iloc[here], real(column)
    made = np.array([row[f"{column}={i}"] for i in range(len(wanted))])
    x = np.array(CODES[column]) if column in CODES else np.arange(len(wanted))
    return {"real": {"x": x, "y": wanted}, "synthetic": {"x": x, "y": made}}


@lru_cache(maxsize=32)
def real(column: str) -> Array:
    """The shares of a column's bins in the whole table."""
    return small.shares(_table(), column).numpy()


_table = lru_cache(maxsize=1)(load)


def ranges(column: str) -> dict[str, Any]:
    """The axis of the third panel: codes, or amounts in NT$ at some edges of the bins."""
    if column in CODES:
        codes = CODES[column]
        ends, ticks = codes[:: len(codes) - 1], list(codes[:: 1 + len(codes) // 8])
        words = [str(code).replace("-", "−") for code in ticks]
        title = f"{column}, code"
    else:
        edges = small.edges()[column].numpy()
        places = np.linspace(0, len(edges) - 1, 4).round().astype(int)
        ends, ticks = (0, len(edges) - 2), (places - 0.5).tolist()
        words = [_amount(column, edges[i]) for i in places]
        title = f"{column}, {'years' if column == 'AGE' else 'NT$'}"
    span = [ends[0] - 0.6, ends[-1] + 0.6]
    return {"xaxis3": {"range": span, "tickvals": ticks, "ticktext": words,
                       "title": {"text": title}}}  # fmt: skip


def _amount(column: str, edge: float) -> str:
    value = edge if column == "AGE" else 3000 * math.sinh(edge)
    words = f"{value / 1000:.0f}k" if abs(value) >= 1000 else f"{value:.0f}"
    return words.replace("-", "−")


def sentence(form: str, data: str, width: float, rule: str, stop: int, column: str) -> str:
    """The numbers of the chosen step, and the worst pair."""
    rows = path(form, data, width)
    row = rows.iloc[chosen(rows, rule, stop)]
    errors = {pair: row["~".join(pair)] for pair in itertools.combinations(COLUMNS, 2)}
    worst = max(errors, key=errors.__getitem__)
    off = np.abs([row[f"{column}={i}"] - s for i, s in enumerate(real(column))]).sum() / 2
    return (
        f"After <b>{number(int(row['stop']))}</b> steps: held-out risk <b>{row['risk']:.2f}</b> of "
        f"that without a network · trend error <b>{row['trend']:.1f} %</b>, C2ST "
        f"<b>{row['c2st']:.2f}</b>, TSTR AUC <b>{row['tstr']:.2f}</b>, DCR <b>{row['dcr']:.2f}</b> "
        f"(.5: copies nothing) · {column} is off by <b>{100 * off:.0f} %</b> of the rows · worst "
        f"pair <b>{worst[0]}</b> and <b>{worst[1]}</b>, off by <b>{errors[worst]:.0f} %</b>"
    )
