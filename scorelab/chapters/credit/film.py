"""What of the explorers is recorded for the web."""

from scorelab.explore.film import Film

from . import frontier_view
from .explorer import DATA, FORMS, SCORES, STOPS, WIDTHS, Explorer
from .frontier_explorer import FrontierExplorer
from .frontier_view import METHODS
from .measured import JUDGES

PATHS = {
    "form": FORMS,
    "data": DATA,
    "rule": ("hand", "leave-one-out"),
    "width": WIDTHS,
    "score": tuple(SCORES),
    "stop": STOPS,
}
METHOD = {"score": tuple(frontier_view.SCORES), "judge": tuple(JUDGES), "other": METHODS}
FILMS = (
    Film(Explorer, PATHS, reels=2),
    Film(FrontierExplorer, METHOD),
)
