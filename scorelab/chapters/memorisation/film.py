"""What of the explorer is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import DRAWS, SIZES, STOPS, TARGETS, Explorer

VALUES = {"law": TARGETS, "n": SIZES, "draws": DRAWS, "stop": STOPS[::2]}
FILMS = (Film(Explorer, VALUES, reels=1),)
