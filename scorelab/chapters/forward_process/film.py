"""What of the explorer is recorded for the web: all of it."""

from scorelab.explore.film import Film

from .explorer import TARGETS, TIMES, Explorer

FILMS = (Film(Explorer, {"target": TARGETS, "time": TIMES}, reels=1),)
