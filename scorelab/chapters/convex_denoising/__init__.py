"""Notebook 09, convex denoising."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer
from .pattern_explorer import PatternExplorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "PatternExplorer", "check"]
