"""What a figure only moves looks as if it had been drawn anew."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import pytest
from lab import Lab
from plotly.basedatatypes import Undefined

from scorelab.chapters import convex_denoising, rates, sampling
from scorelab.explore.explorer import BaseExplorer

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
#: Where every line, dot and word is, in the order in which they lie above each other.
SEEN = """figure => [...figure.querySelectorAll('.cartesianlayer :is(.trace path, .trace text)')]
    .map(e => [e.getAttribute('d'), e.getAttribute('transform'), e.textContent].join(' '))"""
DRAW = """async ([id, figure]) => {
    const home = document.getElementById(id)
    Plotly.purge(home)
    await Plotly.newPlot(home, figure.data, figure.layout)
}"""
MOVE = """async ([moves, traces, options]) =>
    Plotly.animate('moved', {data: moves, traces: traces, layout: {}}, options)"""
UPDATE = """async ([style, layout, traces]) => {
    for (const name in style)
        style[name] = style[name].map(value => value === '_undefined_' ? undefined : value)
    await Plotly.update('moved', style, layout, traces)
}"""


def plain(value: Any) -> Any:
    """A message as the page gets it."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [v if np.isfinite(v) else None for v in value.tolist()]
    return "_undefined_" if value is Undefined else value


@pytest.mark.parametrize("kind", [rates.Explorer, sampling.Explorer, convex_denoising.Explorer])
def test_a_figure_that_moves_looks_like_one_drawn_anew(
    lab: Lab, kind: type[BaseExplorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORELAB_HEADLESS", "1")
    page = lab.browser.new_page()
    page.set_content('<div id="moved"></div><div id="anew"></div>')
    page.add_script_tag(path=PLOTLY)
    explorer, moved = kind(), 0
    page.evaluate(DRAW, ["moved", plain(explorer.figure.to_plotly_json())])

    def follow(change: Any) -> None:
        nonlocal moved
        if (message := plain(change.new)) is None:
            return
        data, traces = message["style_data"], message["style_traces"]
        if change.name == "_py2js_animate":
            moved += 1
            page.evaluate(MOVE, [data, traces, message["animation_opts"]])
        else:
            page.evaluate(UPDATE, [data, message["layout_data"], traces])

    explorer.figure.observe(follow, ["_py2js_update", "_py2js_animate"])
    if "n" in explorer.by_name:  # few points: many are dear, and look no different
        explorer.by_name["n"].index = 0
    dear = ("n", "target")
    choices = [w for k, w in explorer.by_name.items() if hasattr(w, "options") and k not in dear]
    dice = random.Random(0)
    for _ in range(8):
        control = dice.choice(choices)
        control.index = dice.randrange(len(control.options))
        page.evaluate(DRAW, ["anew", plain(explorer.figure.to_plotly_json())])
        moving, anew = (page.evaluate(f"({SEEN})({home})") for home in ("moved", "anew"))
        assert moving == anew
    assert moved > 2
    page.close()
