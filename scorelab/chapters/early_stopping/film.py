"""What of the explorer is recorded for the web."""

import math

from scorelab.explore.film import Film

from .explorer import LABELS, TIMES, Explorer

VALUES = {
    "times": TIMES,
    "labels": LABELS,
    "radius": (1.5, 2, 3, math.inf),
    "constant": (1, 3, 10, 30),
    "stop": (0, *(m * 10**k for k in range(7) for m in (1, 3)), 10**7),
}
FILMS = (Film(Explorer, VALUES, reels=2),)
