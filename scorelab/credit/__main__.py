"""``python -m scorelab.credit [NAME …]`` remakes the precomputed tables of notebook 10.

The comparison needs the packages of the extras ``bench`` and ``ctgan``.
"""

from scorelab import sweep

from . import small, study

STUDIES = (study.COMPARISON, small.PATHS)

if __name__ == "__main__":
    sweep.remake("scorelab.credit", STUDIES)
