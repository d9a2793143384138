"""The exercises of the course. In a notebook: `check.noising(noising)` after writing `noising`.

To add one: write its solution in `solutions`, then an `Exercise` of that name in `EXERCISES` of
the module of its notebook.
"""

from __future__ import annotations

from scorelab.workbook.checking import Exercises
from scorelab.workbook.exercises import (
    convex_denoising,
    convex_program,
    credit,
    early_stopping,
    forward_process,
    memorisation,
    rates,
    sampling,
    score_matching,
    start_here,
    tangent_kernel,
    two_layer_network,
)

check = Exercises(
    **start_here.EXERCISES,
    **forward_process.EXERCISES,
    **score_matching.EXERCISES,
    **two_layer_network.EXERCISES,
    **tangent_kernel.EXERCISES,
    **early_stopping.EXERCISES,
    **rates.EXERCISES,
    **sampling.EXERCISES,
    **memorisation.EXERCISES,
    **convex_program.EXERCISES,
    **convex_denoising.EXERCISES,
    **credit.EXERCISES,
)
