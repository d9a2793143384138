"""Notebook 10, a real table."""

from scorelab.workbook.checking import Exercises, read_pages

from .exercises import EXERCISES
from .explorer import Explorer
from .frontier_explorer import FrontierExplorer

check = Exercises(read_pages(__file__), **EXERCISES)

__all__ = ["Explorer", "FrontierExplorer", "check"]
