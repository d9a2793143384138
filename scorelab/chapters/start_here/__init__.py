"""Notebook 00, the whole story on one screen."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "check"]
