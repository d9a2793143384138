"""The exercises of notebook 01, the forward process."""

from __future__ import annotations

from scorelab.workbook.checking import Exercise

EXERCISES: dict[str, Exercise] = {}
