"""What of the explorer is recorded for the web."""

from scorelab.explore.film import STOPS, Film

from .explorer import Explorer

VALUES = {
    "width": (16, 256, 1024),
    "rate": (0.25, 1.0, 1.9, 2.5, 10.0, 100.0),
    "noise": (0.25, 0.45, 0.75),
    "stop": STOPS,
}
FILMS = (Film(Explorer, VALUES, reels=1),)
