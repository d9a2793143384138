"""What of the explorer is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import DIMS, RULES, SIZES, TIMES, Explorer

VALUES = {"dim": DIMS, "times": TIMES, "rule": tuple(RULES), "n": SIZES, "seeds": (2, 3, 5, 10)}
FILMS = (Film(Explorer, VALUES),)
