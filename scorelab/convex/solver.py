"""Convex programs over cones, by Clarabel, and its refusals in words."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, TypeAlias

from .units import Array

#: A scipy.sparse.csc_matrix: scipy is slow to import, and has no types.
Sparse: TypeAlias = Any
#: "zero", "nonnegative" or "second order", and a size.
Cone: TypeAlias = tuple[str, int]


class Unbounded(RuntimeError):
    """The loss has no minimum."""


class Solution(Protocol):
    """What Clarabel found: ``x``, the multipliers ``z`` and slacks ``s`` of the cones, and how."""

    x: list[float]
    z: list[float]
    s: list[float]
    obj_val_dual: float
    status: object
    iterations: int


class Solver(Protocol):
    """A program that Clarabel can solve, more than once where ``offset`` changes."""

    def solve(self) -> Solution:
        """Solve it, whatever comes of it: the status says."""
        ...

    def update(self, *, b: Array) -> None:
        """Another offset."""
        ...


def solver(
    square: Sparse,
    cost: Array,
    rows: Sparse,
    offset: Array,
    cones: list[Cone],
    tol: float = 1e-10,
    *,
    again: bool = False,
) -> Solver:
    """min ½ xᵀ square x + costᵀ x with offset − rows x in these cones, of x rows each.

    ``square`` holds its upper triangle. ``again`` keeps what another offset needs.
    """
    clarabel = import_module("clarabel")  # slow to import, and without types
    kinds = {
        "zero": clarabel.ZeroConeT,
        "nonnegative": clarabel.NonnegativeConeT,
        "second order": clarabel.SecondOrderConeT,
    }
    made = [kinds[kind](size) for kind, size in cones]
    return clarabel.DefaultSolver(square, cost, rows, offset, made, settings(tol, again))


def minimise(
    square: Sparse, cost: Array, rows: Sparse, offset: Array, sizes: list[int], tol: float = 1e-10
) -> Solution:
    """The optimum over second-order cones of these sizes.

    Raises RuntimeError with the solver's status, and Unbounded where there is no minimum.
    """
    cones = [("second order", size) for size in sizes]
    found = solver(square, cost, rows, offset, cones, tol).solve()
    status = str(found.status)
    if "DualInfeasible" in status:
        raise Unbounded(status)
    if status not in ("Solved", "AlmostSolved"):  # how far off it is, the certificate will say
        raise RuntimeError(f"Clarabel stopped early: {status}")
    return found


def settings(tol: float, again: bool) -> Any:
    """One quiet thread, how exact the optimum is, and whether the program is solved again."""
    chosen = import_module("clarabel").DefaultSettings()
    chosen.verbose, chosen.max_threads = False, 1
    chosen.presolve_enable = not again  # it would forbid another offset
    chosen.tol_gap_abs = chosen.tol_gap_rel = chosen.tol_feas = tol
    return chosen
