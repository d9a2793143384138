"""The explorer of activation patterns: a neuron's line in the plane, and the map of all lines."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, slider

from .pattern_view import (
    ANGLES,
    OFFSETS,
    POINTS,
    blank,
    compute,
    sentence,
)


class PatternExplorer(BaseExplorer):
    """Number of points, and angle and offset of one neuron."""

    def __init__(self) -> None:
        row = {
            "n": slider("n", POINTS, 4, "Number of points", "240px"),
            "angle": slider("angle", ANGLES, 60, "Direction of w, degrees", "330px"),
            "offset": slider("offset", OFFSETS, 0.2, "Where the kink is along w", "330px"),
        }
        super().__init__([row], blank(), list(row))
        self.draw()

    def draw(self) -> None:
        """Show the chosen line."""
        state = self["n"], self["angle"], self["offset"]
        self.show(compute(*state))
        self.say(sentence(*state))
