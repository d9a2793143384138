"""What the tests of explorers look at: the numbers and words of every trace, and what changed."""

from collections.abc import Iterable

import numpy as np

from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.figures import SIGN


def shown(explorer: BaseExplorer) -> dict[str, list[object]]:
    """The x, y, z and text of each trace, flat, by its name."""

    def flat(values: Iterable[object] | None) -> list[object]:
        every = [] if values is None else np.ravel(values).tolist()
        return [None if value != value else value for value in every]  # a gap equals a gap

    parts = ("x", "y", "z", "text")
    return {
        trace.name: [value for part in parts for value in flat(getattr(trace, part, None))]
        for trace in explorer.figure.data
        if not trace.name.endswith(SIGN)
    }


def moved_by(explorer: BaseExplorer, **values: object) -> set[str]:
    """The names of the traces that change when these controls are set."""
    before = shown(explorer)
    explorer.set(**values)
    return {name for name, points in shown(explorer).items() if points != before[name]}
