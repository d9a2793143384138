"""The dual of the one-dimensional program: a beam in a tube, for all four networks (derived).

In one dimension an optimal network has its kinks at data only, each just left or just right of
its datum, and training it is a Lasso with a dense matrix of N rows for N distinct data. The dual
has one number a datum, z: at the optimum s − ℓ for denoising, s for score matching. Seen through
its second sum, the beam u_j = Σ_i (x_i − x_j)₊ z_i, the dual is banded:

    minimise ½‖z‖² + ℓᵀz subject to u_{j−1} − u_j = (x_j − x_{j−1}) Z_j, z_j = Z_j − Z_{j+1},  (1)
    u_1 = δ − g n, u_N = 0, Z_1 = Z_{N+1} = 0,                                                (2)
    −b − g #{x > x_j} ≤ u_j − c δ ≤ b − g #{x ≥ x_j} for each j and each share c.             (3)

g = 1 for score matching, 0 for denoising; b = β for relu, β/2 for abs, because |x| turns by 2;
δ = 0 with a skip connection, else free. The share c is the part of a kink's turn that lies left of
it: none for (x − τ)₊, all for (τ − x)₊, half for |x − τ|. With a skip connection it does not
matter, a relu network without one has both 0 and 1. The multiplier of (3) is the kink that the
network has at x_j: it bends where its beam touches the tube. So all four networks have a banded
form; without a skip connection the one column of δ borders the band.

Which solver (measured in one run, n = 500): Clarabel, handed the sparse matrices, takes 25 ms, and
the dense program in CVXPY 9 s. OSQP agrees to eight digits and takes 0.25 to 0.8 s, as it needs
thousands of its first-order steps, where Clarabel needs about fifteen.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .solver import Solution, Solver, Sparse, solver


class Beam:
    """The program (1) to (3) on N ≥ 2 rising places ``t``, made once and solved for any b.

    ``count`` (N,) says how many data each place has, ``label`` (N,) their mean ℓ, ``jump`` is g,
    ``shares`` are the c, ``skip`` fixes δ at 0. The units of t and ℓ should be about 1.
    """

    def __init__(
        self,
        t: np.ndarray,
        count: np.ndarray,
        label: np.ndarray,
        jump: float,
        shares: tuple[float, ...],
        skip: bool,
    ) -> None:
        self.t, self.count, self.label, self.jump = t, count, label, jump
        self.shares, self.skip = shares, skip
        self.n = int(count.sum())

    def bound(self) -> tuple[float, int]:
        """The least b for which the tube is not empty, and the index of the place that sets it."""
        slack = self._slack(self._middle, 0.0).reshape(-1, len(self.t)).min(axis=0)
        place = int(slack.argmin())
        return max(0.0, -float(slack[place])), place

    def straight(self) -> float:
        """The least b for which the optimal score is affine (for score matching).

        With a skip connection that is z = −t. Without one weight decay leaves 1 − δ/n of it, with
        δ = b / max c: the walls and this beam move linearly with b, and it is asked when they part.
        """
        beam = self._bend(-self.t)[0]

        def slack(b: float) -> np.ndarray:
            delta = 0.0 if self.skip else b / max(self.shares)
            point = np.concatenate(((1 - delta / self.n) * beam, np.zeros(len(beam) - 1), [delta]))
            return self._slack(point, b)

        start, growth = slack(0.0), slack(1.0) - slack(0.0)
        moves = growth > 1e-9
        return float((-start[moves] / growth[moves]).max())

    def solve(self, b: float, tighter: float = 0.0) -> Solution:
        """Clarabel's solution for the tube (3), drawn tighter by that share of its half-width.

        ``x`` holds (u, Z_2 … Z_N, δ). ``kinks`` finds the multipliers in it.
        """
        walls = self._walls(b) - tighter * self._slack(self._middle, b)
        self._solver.update(b=np.concatenate((self._fixed, walls)))
        return self._solver.solve()

    def kinks(self, solution: Solution) -> np.ndarray:
        """The multipliers of (3), (2 len(shares), N): for each c its upper and its lower wall.

        Zero where the multiplier is smaller than the distance to the wall: there is no contact.
        """
        force, slack = (np.array(part)[len(self._fixed) :] for part in (solution.z, solution.s))
        return np.where(force > slack, force, 0.0).reshape(-1, len(self.t))

    def value(self, solution: Solution, b: float) -> float:
        """The dual value −½‖z‖² − ℓᵀz of the solution's z, or −inf where it is not feasible.

        z is first made to meet (2) to rounding, and its beam is summed up anew, so that (3) is
        checked for the numbers that are used and not for the solver's account of them.
        """
        n = len(self.t)
        z = -np.diff(np.pad(np.array(solution.x)[n : 2 * n - 1], 1)) / self.count
        z -= self.count @ z / self.n
        if self.skip:
            moment = self.count * self.t
            z -= (moment @ z + self.jump * self.n) / (moment @ self.t) * self.t
        beam, sums = self._bend(z)
        point = np.concatenate((beam, sums, [beam[0] + self.jump * self.n]))
        if not self._slack(point, b).min() >= -1e-13 * self.n:
            return -np.inf
        return -float((self.count * z) @ (z / 2 + self.label))

    def _bend(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The beam u (N,) of z (N,) by (1), and its slopes Z_2 … Z_N."""
        sums = np.cumsum((self.count * z)[::-1])[-2::-1]
        return np.pad(np.cumsum((np.diff(self.t) * sums)[::-1])[::-1], (0, 1)), sums

    @cached_property
    def _tube(self) -> Sparse:
        """G of the tube (3), G (u, Z, δ) ≤ h: for each c its upper and its lower wall."""
        import scipy.sparse as sp

        n = len(self.t)
        eye, none, one = sp.identity(n), sp.csc_matrix((n, n - 1)), np.ones((n, 1))
        walls = [sp.hstack([s * eye, none, -s * c * one]) for c in self.shares for s in (1, -1)]
        return sp.vstack(walls, format="csc")

    def _walls(self, b: float) -> np.ndarray:
        """The right-hand side h of the tube (3)."""
        above = self.jump * (self.n - self.count.cumsum())
        upper, lower = b - above - self.jump * self.count, b + above
        return np.tile(np.concatenate((upper, lower)), len(self.shares))

    def _slack(self, point: np.ndarray, b: float) -> np.ndarray:
        return self._walls(b) - self._tube @ point

    @cached_property
    def _middle(self) -> np.ndarray:
        """(u, Z, δ) in the middle of the tube, farthest from its walls; Z, not in (3), is 0."""
        ends = self.jump * max(self.count[0], self.count[-1])
        delta = ends if self.shares == (0.5,) and not self.skip else 0.0
        u = delta / 2 - self.jump * (self.n - self.count.cumsum() + self.count / 2)
        u[0], u[-1] = delta - self.jump * self.n, 0.0
        return np.concatenate((u, np.zeros(len(u) - 1), [delta]))

    @cached_property
    def _fixed(self) -> np.ndarray:
        """The right-hand side of the equations: (1), (2), and δ = 0 where there is a skip."""
        ends = [-self.jump * self.n, 0.0, 0.0]
        return np.concatenate((np.zeros(len(self.t) - 1), ends if self.skip else ends[:2]))

    @cached_property
    def _solver(self) -> Solver:
        import scipy.sparse as sp

        n, one = len(self.t), np.ones(len(self.t) - 1)
        # Offsets may be a list, but scipy has no types; count z = second Z.
        second = sp.diags([-one, one], [0, -1], shape=(n, n - 1))  # pyright: ignore[reportArgumentType]
        bending = second.T @ sp.diags(1 / self.count) @ second
        square = sp.block_diag((sp.csc_matrix((n, n)), bending, sp.csc_matrix((1, 1))))
        linear = np.concatenate((np.zeros(n), second.T @ self.label, [0.0]))
        falls = sp.diags([one, -one], [0, 1], shape=(n - 1, n))  # pyright: ignore[reportArgumentType]
        slopes = sp.hstack([falls, sp.diags(-np.diff(self.t)), sp.csc_matrix((n - 1, 1))])
        ends = sp.csc_matrix(
            ([1.0, -1.0, 1.0, 1.0], ([0, 0, 1, 2], [0, 2 * n - 1, n - 1, 2 * n - 1])), (3, 2 * n)
        )
        rows = sp.vstack([slopes, ends if self.skip else ends[:2], self._tube], format="csc")
        right = np.concatenate((self._fixed, self._walls(1.0)))
        cones = [("zero", len(self._fixed)), ("nonnegative", self._tube.shape[0])]
        upper = sp.triu(square, format="csc")
        return solver(upper, linear, rows, right, cones, again=True)
