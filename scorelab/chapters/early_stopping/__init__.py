"""Notebook 05, overfitting and early stopping."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "check"]
