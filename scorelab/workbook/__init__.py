"""What the reader does: measured claims and exercises that answer at once."""

from scorelab.workbook.claims import ClaimFailed, claim
from scorelab.workbook.exercises import check

__all__ = ["ClaimFailed", "check", "claim"]
