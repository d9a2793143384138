"""Notebook 11, memorisation, and beyond the kernel."""

from scorelab.workbook.checking import Exercises, read_pages

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(read_pages(__file__), **EXERCISES)

__all__ = ["Explorer", "check"]
