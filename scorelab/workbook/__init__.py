"""What the reader does: measured claims, pictures of them, and exercises that answer at once."""

from scorelab.workbook.claims import ClaimFailed, claim
from scorelab.workbook.plots import COLORS, STYLE, picture

__all__ = ["COLORS", "STYLE", "ClaimFailed", "claim", "picture"]
