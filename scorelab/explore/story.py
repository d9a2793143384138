"""The explorer of notebook 00: the whole story on one screen."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import ipywidgets as W
import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.explore.explorers import Explorer, button, choice, number, slider
from scorelab.explore.figures import (
    COLORS,
    Array,
    add_line,
    add_points,
    add_shapes,
    arrows,
    dots,
    panels,
    square_axes,
)
from scorelab.explore.live import Run, one_thread
from scorelab.explore.record import STOPS, Frame, Record, record
from scorelab.explore.setting import PROCESS, TARGETS, setting
from scorelab.process import Denoiser

WIDTHS = (16, 64, 256, 1024, 4096, math.inf)
NOISE_LEVELS = tuple(round(0.15 + 0.05 * i, 2) for i in range(17))
REACH = 3.0
GRID = np.stack(np.meshgrid(*[np.linspace(-2.6, 2.6, 11)] * 2), axis=-1).reshape(-1, 2)
#: Range (log) and ticks of the errors: an excess risk can be small, a hold-out risk cannot.
ERRORS = {True: ([-2, 0.6], [0.01, 0.1, 1]), False: ([-0.4, 0.4], [0.5, 1, 2])}
Trace = dict[str, Any]
Traces = dict[str, Trace]
START = 0.7  # where step 0 stands on the logarithmic axis


def blank() -> go.Figure:
    """The three panels: risk, denoiser, samples."""
    figure = panels(["risk against steps", "the denoiser's arrows", "samples at this stop"])
    grey, black = COLORS["data"], COLORS["truth"]
    add_line(figure, "best stop", 1, COLORS["overfit"], dash="dot", width=2)
    add_line(figure, "rule, C = 1", 1, black, dash="dash", width=2)
    add_line(figure, "training error", 1, COLORS["network"], dash="dot", width=2)
    add_line(figure, "risk", 1, COLORS["network"])
    add_points(figure, "now", 1, COLORS["network"], size=13)
    add_shapes(figure, "noised data", 2, grey, opacity=0.7)
    add_shapes(figure, "exact", 2, black)
    add_shapes(figure, "learned", 2, COLORS["network"])
    add_shapes(figure, "data", 3, grey)
    add_shapes(figure, "samples", 3, COLORS["network"], opacity=0.8)
    figure.update_traces(showlegend=False, selector={"name": "now"})
    powers = [1, 10, 100, 1000, 10_000]
    figure.update_xaxes(
        type="log",
        range=[-0.22, 4.1],
        title_text="steps of gradient descent",
        tickvals=powers,
        ticktext=[number(p) for p in powers],
        row=1,
        col=1,
    )
    figure.update_yaxes(type="log", title_text="mean square error", row=1, col=1)
    for panel in (2, 3):
        square_axes(figure, panel, REACH)
    return figure


@lru_cache(maxsize=64)
def backdrop(target: str, n: int, times: str, noise: float) -> tuple[Traces, float]:
    """The traces that no model changes, at one noise level, and the scale of the arrows."""
    where = setting(target, n, times)
    exact = moves(where.truth, noise, where.fresh.device)
    noised = PROCESS.perturb(where.train.x_0[:200], PROCESS.time_at(noise),
                             generator=torch.Generator().manual_seed(3))  # fmt: skip
    scale = 0.42 / float(np.quantile(np.linalg.norm(exact, axis=1), 0.9))
    return {
        "noised data": dots(noised.cpu().numpy(), 0.025),
        "exact": arrows(GRID, scale * exact),
        "data": cloud(target, n, times),
    }, scale


@lru_cache(maxsize=8)
def cloud(target: str, n: int, times: str) -> Trace:
    """The training data."""
    return dots(setting(target, n, times).train.x_0[:500].cpu().numpy())


def moves(denoiser: Denoiser, noise: float, device: torch.device) -> Array:
    """f(t, x) − x on the grid at the time of a noise level, (121, 2)."""
    x = torch.tensor(GRID, dtype=torch.float32, device=device)
    t = x.new_full((len(x),), PROCESS.time_at(noise))
    return (denoiser(t, x) - x).cpu().numpy()


def compute(run: Record, now: Frame, noise: float) -> Traces:
    """All traces for one frame of a record: arrays and colours by the name of the trace."""
    where = run.where
    still, scale = backdrop(where.target, where.n, where.times, noise)
    learned = moves(now.denoiser, noise, where.fresh.device)
    color = COLORS["kernel" if run.width == math.inf else "network"]
    line, marker = {"line": {"color": color}}, {"marker": {"color": color}}
    fill = {"fillcolor": color}
    return {
        **still,
        **marks(run),
        "training error": {**curve(run, "training"), **line},
        "risk": {**curve(run, "risk"), **line},
        "now": {"x": [max(now.step, START)], "y": [now.risk], **marker},
        "learned": {**arrows(GRID, scale * learned), **fill},
        "samples": {**dots(now.samples.cpu().numpy()), **fill},
    }


def curve(run: Record, name: str) -> dict[str, list[float]]:
    """One number of the frames against their steps; a zero is put below the logarithmic axis."""
    return {"x": [max(f.step, START) for f in run.frames],
            "y": [max(getattr(f, name), 1e-9) for f in run.frames]}  # fmt: skip


def marks(run: Record) -> Traces:
    """Vertical lines at the best stop and at the rule's."""
    stops = {"best stop": run.best().step, "rule, C = 1": run.where.rule}
    return {name: {"x": [max(s, START)] * 2, "y": [1e-9, 1e9]} for name, s in stops.items()}


def risk_name(run: Record) -> str:
    """What the risk of this setting is called."""
    return "excess risk" if run.where.known else "hold-out risk"


def judge(now: Frame, best: Frame) -> str:
    """Where a stop stands: within a tenth of the least risk, or on which side of it."""
    if now.step == 0:
        return "not trained"
    if now.risk <= 1.1 * best.risk:
        return "about right"
    return "too early" if now.step < best.step else "overfitting"


def sentence(run: Record, now: Frame) -> str:
    """The numbers of one frame, beside what they should be."""
    best = run.best()
    verdict = judge(now, best)
    color = COLORS["overfit" if verdict == "overfitting" else "truth"]
    return (
        f"At {number(now.step)} steps: {risk_name(run)} <b>{now.risk:.3f}</b> "
        f"(best {best.risk:.3f}, at {number(best.step)}) · sample distance "
        f"<b>{now.distance:.3f}</b> (floor {run.where.floor:.3f}) · memorised "
        f"<b>{now.memorized:.0%}</b> (chance {run.where.chance:.0%}) · "
        f'<b style="color:{color}">{verdict}</b>'
    )


class StoryExplorer(Explorer):
    """Width, noise level and stopping time, for one data set at a time; trained live.

    A model that was never trained on the chosen data starts by itself, behind the stop that the
    reader looks at. Train goes on with the present one, or trains it anew when it was done, and
    lets the stop follow; Stop halts; Reset goes back to the start.
    """

    def __init__(self) -> None:
        self.following = self.moving = False
        self.shown: Record | None = None
        self.progress = W.IntProgress(max=STOPS[-1], layout=W.Layout(width="110px"))
        self.count = W.Label()
        rows = [
            {
                "target": choice("target", TARGETS, TARGETS[0], "Law of the clean data", "210px"),
                "n": choice("n", [100, 250, 500, 1000, 2000], 250, "Training points", "100px"),
                "times": choice("times", ["uniform", "log"], "log",
                                "How the noising times are drawn", "130px"),
                "train": button("Train", "Train on, or anew, and follow"),
                "halt": button("Stop", "Halt the training"),
                "reset": button("Reset", "Back to before training"),
                "progress": self.progress,
                "count": self.count,
            },
            {
                "width": slider("width", WIDTHS, 1024, "Neurons; ∞ is the kernel"),
                "noise": slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the arrows"),
                "stop": slider("stop", STOPS, 100, "Steps of gradient descent"),
            },
        ]  # fmt: skip
        rows[1]["stop"].observe(self.let_go, "value")
        super().__init__(rows, blank(), ["target", "n", "times", "width", "noise"])
        self.run = Run(self.tick, self.show_progress, self.page.ready, self.fail)
        for name, action in (("train", self.train), ("halt", self.halt), ("reset", self.reset)):
            self.by_name[name].on_click(action)
        self.draw()

    def draw(self) -> None:
        """Show the chosen model at the chosen stop; begin to train it if it is new."""
        chosen = self.model()
        errors = dict(zip(("range", "tickvals"), ERRORS[chosen.where.known], strict=True))
        self.show_progress()
        with one_thread():
            now = chosen.frame(chosen.steps if self.following else self["stop"])
            traces, words = compute(chosen, now, self["noise"]), sentence(chosen, now)
        self.show(traces, words, yaxis=errors)

    def model(self) -> Record:
        """The record of the chosen model; a new choice leaves the last one as far as it came."""
        chosen = record(self["target"], self["n"], self["times"], self["width"])
        if chosen is not self.shown:
            self.run.stop()
            self.following, self.shown = False, chosen
            chosen.begin()
            if not chosen.complete:
                self.run.start(chosen.work())
        return chosen

    def tick(self) -> None:
        """A frame of the live training, with the stop moved along where it follows."""
        if self.following:
            self.moving = True
            self.by_name["stop"].value = self.shown.frames[-1].step
            self.moving = False
        self.draw()

    def let_go(self, _: object) -> None:
        """The reader, not the training, has moved the stop: it follows no longer."""
        if not self.moving:
            self.following = False
            self.redraw()

    def train(self, _: object = None) -> None:
        """Go on training, or train anew, and follow."""
        model = self.model()
        if model.complete:
            self.run.stop()
            model.forget()
            model.begin()
        self.following = True
        if not self.run.running:
            self.run.start(model.work())

    def halt(self, _: object = None) -> None:
        """Halt; what was trained so far stays."""
        self.run.stop()

    def reset(self, _: object = None) -> None:
        """Back to before training, and stay there."""
        model = self.model()
        self.run.stop()
        model.forget()
        model.begin()
        self.following = False
        self.set(stop=0)
        self.draw()

    def show_progress(self) -> None:
        """How far the training has come."""
        self.progress.value = self.shown.steps
        self.count.value = f"{number(self.shown.steps)} of {number(STOPS[-1])}"
