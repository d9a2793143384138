"""What the reader does: measured claims, and exercises that answer at once."""

from scorelab.workbook.claims import ClaimFailed, claim

__all__ = ["ClaimFailed", "claim"]
