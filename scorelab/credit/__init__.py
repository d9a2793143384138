"""A real table, Default of Credit Card Clients: the data, a code for it, models and their scores.

`load` gives the table (`table.py` says whose it is), `Encoding` turns rows into points and back,
`scores` compares a synthetic table with a real one. `python -m scorelab.credit` remakes the
precomputed tables of notebook 10.
"""

from .encoding import Encoding, normal_scores
from .table import (
    CATEGORICAL,
    CODES,
    COLUMNS,
    NUMERIC,
    TARGET,
    check,
    limit_and_bill,
    load,
    to_money,
    to_view,
)

__all__ = [
    "CATEGORICAL",
    "CODES",
    "COLUMNS",
    "NUMERIC",
    "TARGET",
    "Encoding",
    "check",
    "limit_and_bill",
    "load",
    "normal_scores",
    "to_money",
    "to_view",
]
