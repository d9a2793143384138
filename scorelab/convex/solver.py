"""Second-order cone programs, by Clarabel, and its refusals in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plane import Array

if TYPE_CHECKING:
    import clarabel
    from scipy.sparse import csc_matrix as Sparse


class Unbounded(Exception):
    """The loss has no minimum."""


def minimise(
    square: Sparse, cost: Array, rows: Sparse, offset: Array, cones: list[int], tol: float = 1e-10
) -> clarabel.DefaultSolution:
    """min ½ xᵀ square x + costᵀ x with offset − rows x in second-order cones of these sizes.

    Raises RuntimeError with the solver's status, and Unbounded where there is no minimum.
    """
    import clarabel  # slow to import

    kinds = [clarabel.SecondOrderConeT(size) for size in cones]
    found = clarabel.DefaultSolver(square, cost, rows, offset, kinds, settings(tol)).solve()
    status = str(found.status)
    if "DualInfeasible" in status:
        raise Unbounded(status)
    if status not in ("Solved", "AlmostSolved"):  # how far off it is, the certificate will say
        raise RuntimeError(f"Clarabel stopped early: {status}")
    return found


def settings(tol: float) -> clarabel.DefaultSettings:
    """One quiet thread, and how exact the optimum is."""
    import clarabel

    chosen = clarabel.DefaultSettings()
    chosen.verbose, chosen.max_threads = False, 1
    chosen.tol_gap_abs = chosen.tol_gap_rel = chosen.tol_feas = tol
    return chosen
