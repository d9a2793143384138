"""Notebook 08, the convex program in one dimension."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "check"]
