"""What of the explorer is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import BETAS, NEURONS, SKIPS, TARGETS, Explorer

VALUES = {"target": TARGETS, "activation": NEURONS, "skip": SKIPS, "beta": BETAS[::2]}
FILMS = (Film(Explorer, VALUES, reels=1),)
