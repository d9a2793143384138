"""The explorer of activation patterns: a neuron's line in the plane, and the map of all lines."""

from __future__ import annotations

from scorelab.explore.controls import Slider
from scorelab.explore.explorer import BaseExplorer

from . import pattern_view as view
from .pattern_view import ANGLES, OFFSETS, POINTS


class PatternExplorer(BaseExplorer):
    """Number of points, and angle and offset of one neuron."""

    controls = (
        {
            "n": Slider("n", POINTS, 4, "Number of points", "240px"),
            "angle": Slider("angle", ANGLES, 60, "Direction of w, degrees"),
            "offset": Slider("offset", OFFSETS, 0.2, "Where the kink is along w"),
        },
    )
    blank = staticmethod(view.blank)

    def refresh(self) -> None:
        """Show the chosen line."""
        self.show(view.compute(**self.state))
        self.say(view.sentence(**self.state))
