"""The explorer of quality against cost, over all methods of the comparison."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play
from scorelab.explore.explorer import BaseExplorer

from . import frontier_view as view
from .frontier_view import METHODS, SCORES
from .measured import FAMILIES, JUDGES

SCORE = "What is drawn, and which direction is better"
JUDGE = "Whether the margins of synthetic rows were given back before they were judged"
LISTED = "The family of methods whose differences are shown, one by one"
OTHER = "The method that all others are compared with, seed by seed"


class FrontierExplorer(BaseExplorer):
    """The score, who judges, the method that others are compared with, and which those are."""

    controls = (
        {
            "score": Choice("score", tuple(SCORES), next(iter(SCORES)), SCORE, "300px"),
            "judge": Choice("rows", tuple(JUDGES), "margins given back", JUDGE, "230px"),
            "other": Choice("compare with", METHODS, "framework on mixture", OTHER, "340px"),
            "listed": Choice("list", tuple(FAMILIES), "deep", LISTED, "160px"),
            "play": Play("other", "Compare with one method after another"),
        },
    )
    blank = staticmethod(view.blank)

    def refresh(self) -> None:
        """Show the chosen score of all methods."""
        self.show(view.compute(**self.state), **view.ranges(**self.state))
        self.say(view.sentence(self["score"], self["judge"], self["other"]))
