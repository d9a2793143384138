"""Notebook 03, what gradient descent does to a two-layer network."""

from scorelab.workbook.checking import Exercises

from .exercises import EXERCISES
from .explorer import Explorer

check = Exercises(**EXERCISES)

__all__ = ["Explorer", "check"]
