"""What of the explorer is recorded for the web."""

import math

from scorelab.explore.film import STOPS, Film
from scorelab.explore.replay.plane import NOISE_LEVELS

from .explorer import TARGETS, TIMES, Explorer

VALUES = {
    "target": TARGETS,
    "times": TIMES,
    "width": (16, 256, 1024, math.inf),
    "noise": NOISE_LEVELS[::2],
    "stop": STOPS,
}
FILMS = (Film(Explorer, VALUES, reels=2),)
