"""What of the explorers is recorded for the web."""

from scorelab.explore.film import Film

from .explorer import BETAS, COUNTS, NOISES, TARGETS, Explorer
from .pattern_explorer import ANGLES, OFFSETS, PatternExplorer

LINES = {
    "n": (3, 4, 6),
    "angle": ANGLES[::3],
    "offset": OFFSETS[1::2],
    "bought": (0, 1, 3, 10),
}
ALL = {"target": TARGETS, "beta": BETAS, "noise": NOISES, "patterns": COUNTS}
FILMS = (Film(PatternExplorer, LINES, reels=1), Film(Explorer, ALL, reels=1))
