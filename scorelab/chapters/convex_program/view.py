"""What the explorer of the convex program shows: a path in β, and the law that its score has."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.convex.curve import Curve
from scorelab.explore import figures as fig
from scorelab.explore.theme import faint

from .dual import contacts, earned
from .optima import BETAS, CHAINS, TINY, Optima, walk

TITLES = [
    "the score, and the beam in its tube",
    "gain (Gaussian: 1), and its gap",
    "Langevin samples, and laws",
]
#: What is drawn in the lower parts of the first panel and of the second.
TUBE = ("walls", "beam", "beam, facing left", "touches")
BELOW = ("gap, each β", "10⁻⁶ of the value", "thresholds below", "this β below")
REACH, HEIGHT = 4.0, 7.0  # what the axes of x and of the score span
COLUMNS = [(0, 0.275), (0.365, 0.64), (0.725, 1)]  # left and right end of each panel
UPPER, LOWER = [0.44, 1], [0, 0.34]
GRID = np.linspace(-REACH, REACH, 321)
BINS = np.linspace(-REACH, REACH, 41)


def blank() -> go.Figure:
    """The score with its kinks above the dual; gain above gap, against β; histogram and laws."""
    figure = fig.panels(TITLES, height=450)
    green, black, grey = fig.COLORS["convex"], fig.COLORS["truth"], fig.COLORS["data"]
    dash = {"symbol": "line-ns", "opacity": 0.7, "line": {"width": 1, "color": grey}}
    fig.add_points(figure, "training data", 1, grey, size=9, **dash)
    fig.add_line(figure, "target", 1, black, width=2)
    fig.add_line(figure, "optimal score", 1, green)
    fig.add_points(figure, "its kinks", 1, green, size=9, symbol="circle-open", line={"width": 2})
    fig.add_line(figure, "walls", 1, black, width=2)
    fig.add_line(figure, "beam", 1, green, width=1.5)
    fig.add_line(figure, "beam, facing left", 1, green, width=1.5, dash="dot")
    fig.add_points(figure, "touches", 1, green, size=9, symbol="circle-open", line={"width": 2})
    fig.restyle(figure, TUBE, xaxis="x5", yaxis="y5")
    fig.add_line(figure, "thresholds", 2, black, dash="dot", width=2)
    fig.add_line(figure, "gain", 2, green, width=1.5)
    fig.restyle(figure, ["gain"], mode="lines+markers", marker={"size": 5, "color": green})
    fig.add_points(figure, "this β", 2, green, size=13)
    fig.add_points(figure, "gap, each β", 2, green, size=5)
    fig.add_line(figure, "10⁻⁶ of the value", 2, fig.COLORS["overfit"], dash="dash", width=2)
    fig.add_line(figure, "thresholds below", 2, black, dash="dot", width=2)
    fig.add_points(figure, "this β below", 2, green, size=13)
    fig.restyle(figure, BELOW, xaxis="x4", yaxis="y4")
    fig.add_line(figure, "samples", 3, green, width=1, shape="hv")
    fig.restyle(figure, ["samples"], fill="tozeroy", fillcolor=faint(green, 0.25))
    fig.add_line(figure, "law of the target", 3, black, width=2)
    fig.add_line(figure, "law of this score", 3, green, dash="dash")
    hidden = ("this β", "this β below", "thresholds below", "law of the target", "touches")
    fig.restyle(figure, hidden, showlegend=False)
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes; the first two panels are two, one above the other."""
    fig.place(figure, COLUMNS)
    span = np.log10([BETAS[0] / 1.15, BETAS[-1] * 1.15]).tolist()
    beta = {"type": "log", "range": span, "tickvals": [3, 10, 30, 100, 300]}
    exponents = (-13, -10, -7, -4)
    gaps = {"type": "log", "range": [-13.6, -3.6], "tickvals": [10.0**k for k in exponents]}
    gaps["ticktext"] = [f"10<sup>−{-k}</sup>" for k in exponents]
    values = fig.log_axis([-2.4, 3.6], [0.01, 0.1, 1, 10, 100, 1000], title="gain −p*")
    flat = {"range": [-REACH, REACH], "title": "x"}
    upper = fig.wordless(flat | {"tickvals": [-4, -2, 0, 2, 4]})
    score = {"range": [-HEIGHT, HEIGHT], "title": "score s(x)", "domain": UPPER}
    fig.axes(figure, 1, upper, score)
    fig.axes(figure, 2, fig.wordless(beta), values | {"domain": UPPER})
    fig.axes(figure, 3, flat, {"range": [0, 0.8], "title": "density"})
    below = beta | {"domain": COLUMNS[1], "anchor": "y4", "title": "weight decay β"}
    gaps |= {"domain": LOWER, "anchor": "x4", "title": "gap / value"}
    figure.update_layout(xaxis4=fig.STILL | below, yaxis4=fig.STILL | gaps)
    places = flat | {"domain": COLUMNS[0], "anchor": "y5", "title": "x, or a kink τ"}
    tube = {"range": [-1.5, 1.5], "tickvals": [-1, 0, 1], "title": "earned / β"}
    tube |= {"domain": LOWER, "anchor": "x5"}
    figure.update_layout(xaxis5=fig.STILL | places, yaxis5=fig.STILL | tube)


def compute(what: Optima, beta: float) -> fig.Traces:
    """All traces for one β: arrays by the name of the trace."""
    return {**still(what), **at_beta(what, beta)}


def still(what: Optima) -> fig.Traces:
    """The traces that β does not move: data, target, the path, and the thresholds."""
    grid = torch.from_numpy(GRID)[:, None].requires_grad_()
    density = what.law.log_prob(grid)
    (score,) = torch.autograd.grad(density.sum(), grid)
    marks = [what.least, what.gaussian] + ([] if what.skip else [what.n])
    upright = np.concatenate([[mark, mark, np.nan] for mark in marks])
    return {
        "training data": {"x": what.x[:, 0].numpy(), "y": np.full(what.n, -0.94 * HEIGHT)},
        "target": {"x": GRID, "y": score[:, 0].numpy()},
        "walls": {"x": [-9, 9, np.nan, -9, 9], "y": [1, 1, np.nan, -1, -1]},
        "gain": {"x": BETAS, "y": what.gain},
        "thresholds": {"x": upright, "y": np.tile([1e-9, 1e9, np.nan], len(marks))},
        "thresholds below": {"x": upright, "y": np.tile([1e-15, 1.0, np.nan], len(marks))},
        "gap, each β": {"x": BETAS, "y": np.maximum(what.gap, TINY)},
        "10⁻⁶ of the value": {"x": [BETAS[0] / 2, BETAS[-1] * 2], "y": [1e-6, 1e-6]},
        "law of the target": {"x": GRID, "y": density.exp().detach().numpy()},
    }


def at_beta(what: Optima, beta: float) -> fig.Traces:
    """The score at one β, its kinks, its law and Langevin samples."""
    curve, index = Curve.of(what.fit(beta)), BETAS.index(beta)
    kinks = np.stack((curve.knots, curve.values.clip(-99, 99)), axis=1)[1:-1]
    x = np.union1d(GRID, kinks[:, 0])
    count, _ = np.histogram(walk(what, beta), BINS)
    law = curve.density(GRID)
    return {
        **tube(what, beta),
        "optimal score": {"x": x, "y": np.clip(curve(x), -99, 99)},
        "its kinks": dict(zip("xy", fig.never_empty(kinks).T, strict=True)),
        "this β": {"x": [beta], "y": [what.gain[index]]},
        "this β below": {"x": [beta], "y": [max(what.gap[index], TINY)]},
        "samples": {"x": BINS, "y": np.append(count, 0) / (CHAINS * (BINS[1] - BINS[0]))},
        "law of this score": {"x": GRID, "y": np.zeros(len(GRID)) if law is None else law},
    }


def tube(what: Optima, beta: float) -> fig.Traces:
    """The dual of one β: what kinks would earn over what they cost, and where it is the same."""
    fit = what.fit(beta)
    x, z = what.x[:, 0].numpy(), fit.score(what.x)[:, 0].numpy()
    places, right, left = earned(x, z, what.activation, 2 * REACH)
    touches = fig.never_empty(contacts(fit))
    return {
        "beam": {"x": places, "y": right / beta},
        "beam, facing left": {"x": places, "y": left / beta},
        "touches": dict(zip("xy", touches.T, strict=True)),
    }


def regime(what: Optima, beta: float) -> str:
    """What the theory says of the optimum at this β, in words."""
    if not what.skip and beta >= what.n:
        return "β ≥ n: <b>s = 0</b>, nothing is learned and Langevin only diffuses"
    if beta >= what.gaussian and what.skip:
        return f"β ≥ β₁: the score of the <b>Gaussian</b> N(μ, v) with v = {what.v:.2f}, everywhere"
    if beta >= what.gaussian:
        wide = what.n * what.v / (what.n - beta)
        tails = "Laplace" if what.activation == "abs" else "wider Gaussian"
        return (
            f"β₁ ≤ β < n: on the data a <b>Gaussian</b> of variance n v/(n − β) = "
            f"<b>{wide:.2f}</b> instead of {what.v:.2f}, with <b>{tails}</b> tails beyond"
        )
    if Curve.of(what.fit(beta)).density(GRID) is None:
        return "below β₁: piecewise linear, and a <b>tail that points outwards</b>: there is no law"
    return "below β₁: <b>piecewise linear</b>, its law pieces of Gaussians"


def sentence(what: Optima, beta: float) -> str:
    """The numbers of one β, its thresholds, and the regime that it is in."""
    fit, curve = what.fit(beta), Curve.of(what.fit(beta))
    kinks, away = len(curve.knots) - 2, float((np.abs(walk(what, beta)) > REACH).mean())
    certified = fig.rounded(what.gap[BETAS.index(beta)])
    words = (
        f"At β = {fig.number(beta)}: optimum <b>{fit.objective:,.3f}</b> (a Gaussian's score has "
        f"{-what.n / (2 * what.v):,.3f}), certified to <b>{certified}</b> of it · "
        f"<b>{kinks}</b> kink{'s' * (kinks != 1)}, at data · no minimum below β = "
        f"{what.least:g}, β₁ = <b>{what.gaussian:.1f}</b>, n = {what.n} · {regime(what, beta)} · "
        f"Langevin: step {curve.step(what.v):.2g}, {away:.0%} of the samples out of sight"
    )
    return words.replace("-", "−")
