"""What of the explorer is recorded for the web."""

from scorelab.explore.film import STOPS, Film

from .explorer import Explorer

VALUES = {"width": (16, 64, 256, 1024), "noise": (0.15, 0.3, 0.45, 0.6, 0.75), "stop": STOPS}
FILMS = (Film(Explorer, VALUES),)
