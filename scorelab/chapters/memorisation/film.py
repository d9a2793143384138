"""What of the explorer is recorded for the web."""

import math

from scorelab.explore.film import Film

from .explorer import STOPS, TARGETS, Explorer

VALUES = {"law": TARGETS, "n": (5, 10, 40), "draws": (1, 30, math.inf), "stop": STOPS[::2]}
FILMS = (Film(Explorer, VALUES, reels=1),)
