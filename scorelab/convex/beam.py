"""The dual of the one-dimensional program: a beam in a tube, for all four networks (derived).

In one dimension an optimal network has its kinks at data only, each just left or just right of
its datum, and training it is a Lasso with a dense matrix of N rows for N distinct data. The dual
has one number a datum, z: at the optimum s − ℓ for denoising, s for score matching. Seen through
its second sum, the beam u_j = Σ_i (x_i − x_j)₊ z_i, the dual is banded:

    minimise ½‖z‖² + ℓᵀz subject to u_{j−1} − u_j = (x_j − x_{j−1}) Z_j, z_j = Z_j − Z_{j+1},  (1)
    u_1 = δ − g n, u_N = 0, Z_1 = Z_{N+1} = 0,                                                (2)
    −b − g #{x > x_j} ≤ u_j − c δ ≤ b − g #{x ≥ x_j} for each j and each share c.             (3)

What is computed is v_j = u_j + g (#{x > x_j} + #{x = x_j}/2), how far the beam is from the middle
of its tube, so that (3) is |v_j − c δ| ≤ b − g #{x = x_j}/2: u itself goes from −g n to 0, while
the tube may be no wider than what one datum counts.

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

        def slack(b: float) -> np.ndarray:
            delta = 0.0 if self.skip else b / max(self.shares)
            beam, sums = self._bend(-(1 - delta / self.n) * self.t)
            return self._slack(np.concatenate((beam, sums, [delta])), b)

        start, growth = slack(0.0), slack(1.0) - slack(0.0)
        moves = growth > 1e-9
        return float((-start[moves] / growth[moves]).max())

    def solve(self, b: float, tighter: float = 0.0) -> Solution:
        """Clarabel's solution for the tube (3), drawn tighter by that share of its half-width.

        ``x`` holds (v, Z_2 … Z_N, δ). ``kinks`` finds the multipliers in it.
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
        """A dual value, −½‖z‖² − ℓᵀz of a feasible z near that of the solution.

        Its z, where that is feasible, is the more exact one; that of its beam always is feasible.
        """
        return max(self._value_of_z(solution, b), self._value_of_beam(solution, b))

    def _value_of_beam(self, solution: Solution, b: float) -> float:
        """Of the z of the solution's beam, once that keeps to its ends and stays in the tube."""
        n, least, most = len(self.t), min(self.shares), max(self.shares)
        v, delta = np.array(solution.x)[:n], 0.0 if self.skip else solution.x[-1]
        ends = self.jump * self.count[[0, -1]]
        delta = min(max(delta, (ends.max() - b) / most), b / most) if most else 0.0
        half = b - self.jump * self.count / 2
        low, high = sorted((least * delta, most * delta))
        v = np.clip(v, high - half, low + half)
        v[0], v[-1] = delta - ends[0] / 2, ends[1] / 2
        sums = (v[:-1] - v[1:] - self._between) / np.diff(self.t)
        return self._energy(-np.diff(np.pad(sums, 1)) / self.count)

    def _energy(self, z: np.ndarray) -> float:
        return -float((self.count * z) @ (z / 2 + self.label))

    def _value_of_z(self, solution: Solution, b: float) -> float:
        """Of the solution's z, or −inf where it is not feasible.

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
        point = np.concatenate((beam, sums, [beam[0] + self.jump * self.count[0] / 2]))
        if not self._slack(point, b).min() >= -1e-13 * self.n:
            return -np.inf
        return self._energy(z)

    def _bend(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The beam v (N,) of z (N,) by (1), and its slopes Z_2 … Z_N."""
        sums = np.cumsum((self.count * z)[::-1])[-2::-1]
        falls = np.diff(self.t) * sums + self._between
        beam = np.pad(np.cumsum(falls[::-1])[::-1], (0, 1))
        return beam + self.jump * self.count[-1] / 2, sums

    @cached_property
    def _tube(self) -> Sparse:
        """G of the tube (3), G (v, Z, δ) ≤ h: for each c its upper and its lower wall."""
        import scipy.sparse as sp

        n = len(self.t)
        eye, none, one = sp.identity(n), sp.csc_matrix((n, n - 1)), np.ones((n, 1))
        walls = [sp.hstack([s * eye, none, -s * c * one]) for c in self.shares for s in (1, -1)]
        return sp.vstack(walls, format="csc")

    def _walls(self, b: float) -> np.ndarray:
        """The right-hand side h of the tube (3)."""
        return np.tile(b - self.jump * self.count / 2, 2 * len(self.shares))

    def _slack(self, point: np.ndarray, b: float) -> np.ndarray:
        return self._walls(b) - self._tube @ point

    @cached_property
    def _middle(self) -> np.ndarray:
        """(v, Z, δ) in the middle of the tube, farthest from its walls; Z, not in (3), is 0."""
        ends = self.jump * max(self.count[0], self.count[-1])
        delta = ends if self.shares == (0.5,) and not self.skip else 0.0
        first, last = self.jump * self.count[[0, -1]] / 2
        v = np.full(len(self.t), delta / 2)
        v[0], v[-1] = delta - first, last
        return np.concatenate((v, np.zeros(len(v) - 1), [delta]))

    @cached_property
    def _between(self) -> np.ndarray:
        """By how much the middle of the tube rises from one place to the next, (N − 1,)."""
        return self.jump * (self.count[:-1] + self.count[1:]) / 2

    @cached_property
    def _fixed(self) -> np.ndarray:
        """The right-hand side of the equations: (1), (2), and δ = 0 where there is a skip."""
        ends = [-self.jump * self.count[0] / 2, self.jump * self.count[-1] / 2, 0.0]
        return np.concatenate((self._between, ends if self.skip else ends[:2]))

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
