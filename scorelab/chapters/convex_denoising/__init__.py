"""Notebook 09, convex denoising."""

from scorelab.workbook.checking import Exercises, read_pages

from .exercises import EXERCISES
from .explorer import Explorer
from .pattern_explorer import PatternExplorer

check = Exercises(read_pages(__file__), **EXERCISES)

__all__ = ["Explorer", "PatternExplorer", "check"]
