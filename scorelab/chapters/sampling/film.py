"""What of the explorer is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import EXACT, STOPS, Explorer

VALUES = {
    "exact": tuple(EXACT),
    "method": ("ancestral", "ode"),
    "measure": ("distance", "fidelity"),
    "stop": STOPS[::2],
}
FILMS = (Film(Explorer, VALUES, reels=1),)
