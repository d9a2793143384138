"""The explorer of patterns: a neuron's line, the map of all lines, and buying one by one."""

from __future__ import annotations

from scorelab.explore.controls import Play, Slider
from scorelab.explore.explorer import BaseExplorer

from . import pattern_view as view
from .pattern_view import ANGLES, COUNTS, OFFSETS, POINTS

BOUGHT = "How many times the neuron that earns most was bought"


class PatternExplorer(BaseExplorer):
    """Number of points, angle and offset of one neuron, and how many were bought."""

    controls = (
        {
            "n": Slider("n", POINTS, 4, "Number of points", "200px"),
            "angle": Slider("angle", ANGLES, 60, "Direction of w, degrees", "260px"),
            "offset": Slider("offset", OFFSETS, 0.2, "Where the kink is along w", "260px"),
            "bought": Slider("bought", COUNTS, 3, BOUGHT, "260px"),
            "play": Play("bought", "Buy the best neuron, again and again"),
        },
    )
    blank = staticmethod(view.blank)

    def refresh(self) -> None:
        """Show the chosen line and round."""
        self.show(view.compute(**self.state))
        self.say(view.sentence(**self.state))
