"""What of the explorer is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import FITS, LEVELS, SIZES, TARGETS, Explorer

VALUES = {"target": TARGETS, "fit": FITS, "n": SIZES, "noise": LEVELS[::2]}
FILMS = (Film(Explorer, VALUES, reels=1),)
