"""The pictures of notebook 11: the stack of the parts of the risk, and the map of what samples are.

Both draw on axes that they are given, so that a notebook can put several beside each other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba

from scorelab.workbook.plots import COLORS

from .kinds import KINDS, MADE_OF, SHADES, kinds_at
from .training_set import DRAWS, SIZES, TrainingSet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What is truth, memory and noise, in the risk and among samples: colours with their opacities.
HUES = {name: to_rgba(COLORS[name], opacity) for name, opacity in SHADES.items()}
#: Half the side of a square of the map.
HALF = 0.43


def stack(axes: Axes, what: TrainingSet) -> None:
    """Bias², memory and noise on each other against the steps, and the excess risk."""
    stops, heights = what.flow.stops[1:], what.parts[:, 1:].numpy()
    labels = "bias²", "memory", "noise of the draws"
    axes.stackplot(stops, *heights[:3], labels=labels, colors=list(HUES.values()))
    axes.plot(stops, heights[3], color=COLORS["kernel"], label="excess risk")
    axes.set(xscale="log", xlim=(1, 1e6), ylim=(0, 0.3), xlabel="steps")
    axes.set_title(f"M = {'∞' if what.draws == math.inf else what.draws}")


def squares(axes: Axes, dim: int, stop: int) -> None:
    """A square for each n and M, filled by copies, by what is off the law, and by the rest."""
    shares, chance = kinds_at(dim, stop)
    hues = [HUES[hue] for hue in MADE_OF]
    for (n, m), by_chance in np.ndenumerate(chance):
        heights = m - HALF + 2 * HALF * np.cumsum([0, *shares[:, n, m]])
        across, level = [n - HALF, n + HALF], m - HALF + 2 * HALF * by_chance
        for name, hue, low, high in zip(KINDS, hues, heights, heights[1:], strict=False):
            label = name if n == m == 0 else None
            axes.fill_between(across, low, high, color=hue, lw=0, label=label)
        axes.plot(across, [level] * 2, "--", color=COLORS["truth"], lw=1)
    axes.set_xticks(range(len(SIZES)), [str(n) for n in SIZES])
    axes.set_yticks(range(len(DRAWS)), ["∞" if m == math.inf else str(m) for m in DRAWS])
    axes.grid(visible=False)
    axes.set(xlabel="n, points", title=f"d = {dim}, step {stop:,}")
