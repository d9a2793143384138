"""Notebook 02, score matching as regression with noisy labels."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "check"]
