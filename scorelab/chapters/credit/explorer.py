"""The explorer of notebook 10: paths on a sample of a real table."""

from __future__ import annotations

import math

from scorelab.credit import COLUMNS
from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer

from . import view
from .quiz import QUIZ
from .view import DATA, FORMS, RULES, SCORES, STOPS, WIDTHS

FORM = "What the network starts from and corrects"
ROWS = "As many training rows, from many clients or few"
RULE = "The slider, a rule that sees training clients only, or nothing"
COLUMN = "The column in the third panel"
SCORE = "What the second panel shows, and which direction is better"
STEPS = "Steps of gradient descent, if stopped by hand"


class Explorer(BaseExplorer):
    """Form, data, width, rule, stop, and the score and the column that are looked at."""

    controls = (
        {
            "form": Choice("form", FORMS, FORMS[0], FORM, "160px"),
            "data": Choice("data", DATA, DATA[0], ROWS, "270px"),
            "rule": Choice("stop by", RULES, "hand", RULE, "180px"),
            "column": Choice("column", COLUMNS, "PAY_0", COLUMN, "180px"),
        },
        {
            "width": Slider("width", WIDTHS, math.inf, "Neurons of the network", "300px"),
            "stop": Slider("stop", STOPS, 30, STEPS),
            "play": Play("stop", "Stop later and later"),
            "score": Choice("score", tuple(SCORES), next(iter(SCORES)), SCORE, "280px"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen stop of the chosen path."""
        self.show(view.compute(**self.state), **view.ranges(self["column"], self["score"]))
        self.say(view.sentence(**self.state))
