"""``python -m scorelab.credit [NAME …]`` remakes the precomputed tables of notebook 10.

First the search, whose best settings the comparison uses.
"""

from scorelab import sweep

from . import small, study

STUDIES = (study.SEARCH, study.COMPARISON, small.PATHS)

if __name__ == "__main__":
    sweep.remake("scorelab.credit", STUDIES)
