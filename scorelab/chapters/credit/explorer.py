"""The explorer of notebook 10: paths on a sample of a real table."""

from __future__ import annotations

import math

from scorelab.credit import COLUMNS
from scorelab.explore.explorer import BaseExplorer, choice, slider

from .view import (
    DATA,
    FORMS,
    RULES,
    STOPS,
    WIDTHS,
    blank,
    compute,
    ranges,
    sentence,
)


class Explorer(BaseExplorer):
    """Form, data, width, rule, stop, and the column that is looked at."""

    def __init__(self) -> None:
        rows = [
            {
                "form": choice("form", FORMS, FORMS[0],
                               "What the network starts from and corrects", "160px"),
                "data": choice("data", DATA, DATA[0],
                               "As many training rows, from many clients or few", "270px"),
                "rule": choice("stop by", RULES, "hand",
                               "The slider, a rule that sees training clients only, or nothing",
                               "180px"),
                "column": choice("column", COLUMNS, "PAY_0", "The column in the third panel",
                                 "180px"),
            },
            {
                "width": slider("width", WIDTHS, math.inf, "Neurons of the network", "260px"),
                "stop": slider("stop", STOPS, 30, "Steps of gradient descent, if stopped by hand"),
            },
        ]  # fmt: skip
        super().__init__(rows, blank(), [name for row in rows for name in row])
        self.draw()

    def draw(self) -> None:
        """Show the chosen stop of the chosen path."""
        state = tuple(self[n] for n in ("form", "data", "width", "rule", "stop", "column"))
        self.show(compute(*state), **ranges(self["column"]))
        self.say(sentence(*state))
