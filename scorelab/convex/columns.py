"""Column generation: a network's neurons are bought one by one, until none is worth its price.

The network is f = Σ_j σ(w_j · x + b_j) a_j with unit w_j, plus what is free (a constant, and a
linear function with a skip connection). The master program chooses the a_j among the neurons that
are known, ½‖f − Y‖² + Σ_j (c_j · a_j + β‖a_j‖), a group lasso, which Clarabel solves; its residuals
Z price all other neurons: one with ‖Zᵀσ‖ > β lowers the loss. When there is none, Z is feasible for
the dual program, and the loss is proved to be the smallest that any network can have.

Which solver (measured: 100 points, 150 units, ten digits): Clarabel handed the matrices is fastest.
For two outputs SCS takes 1.5 times as long and Clarabel through CVXPY 1.9 times, most of which is
CVXPY's; for one output OSQP 1.7 times, SCS 2.1 times, CVXPY 4.6 times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .solver import minimise
from .units import Array, Offer, Units, join, pick

#: From residuals (n, k) to the neurons that are worth the most.
Oracle: TypeAlias = Callable[[Array], Offer]

#: Neurons that join the master program in one round.
BATCH = 40
#: Rounds before it counts as failed. At the least β of score matching the last digits decide
#: whether ten are enough or a hundred are not.
ROUNDS = 200
#: A loss this near the least is the least, relative.
EXACT = 1e-6
#: A neuron of less than this share of the largest is not kept.
NEGLIGIBLE = 1e-7
#: Residuals round by more than a β below this.
HIDDEN = 1e-12
#: How much smaller β is taken in score matching, relative.
ROOM = 2e-7


@dataclass(frozen=True)
class GroupLasso:
    """½‖f − target‖² + ⟨drift, f⟩ + Σ_j (c_j · a_j + β‖a_j‖) over the points x (n, d).

    ``target``, ``drift`` (n, k). ``rigid`` marks score matching: there the target is zero, and the
    drift is zero without a skip connection.
    """

    x: Array
    target: Array
    drift: Array
    beta: float
    activation: str
    skip: bool
    rigid: bool = False

    @property
    def pay(self) -> float:
        """β; in score matching a little less, so that dual constraints have room for rounding."""
        return self.beta * (1 - ROOM * self.rigid)

    def affords(self, most: float) -> bool:
        """Whether what units earn at most is below β, but for rounding."""
        return most <= self.beta * (1 + 1e-12)

    @cached_property
    def free(self) -> tuple[Array, Array]:
        """Q, R of what costs nothing: the constant, and x with a skip connection."""
        ones = np.ones((len(self.x), 1))
        return np.linalg.qr(np.hstack((self.x, ones)) if self.skip else ones)

    def project(self, values: Array) -> Array:
        """Values (n, …) without what the free part can do by itself."""
        q = self.free[0]
        return values - q @ (q.T @ values)

    def linear(self, features: Array, a: Array) -> tuple[Array, Array]:
        """The best free part beside Σ_j: V (k, d) and b2 (k,)."""
        q, r = self.free
        rest = q.T @ (self.target + self.drift - features @ a)
        free, dim = np.linalg.lstsq(r, rest, rcond=None)[0].T, self.x.shape[1]
        return (free[:, :dim] if self.skip else np.zeros((len(free), dim))), free[:, -1]


@dataclass
class Bought:
    """Neurons and their weights a (m, k), the loss, the best dual value, the residuals."""

    units: Units
    a: Array
    loss: float
    bound: float
    dual: Array = field(repr=False)


def solve(lasso: GroupLasso, oracle: Oracle, start: Units | None = None) -> Bought:
    """Buy neurons until the loss is the least that allowed ones have, but for ``EXACT``.

    ``start`` are neurons to begin with, as from a neighbouring β. Raises RuntimeError with the
    solver's status when it stops early.
    """
    target = lasso.project(lasso.target)
    units, bound = empty(lasso) if start is None else start, -np.inf
    for _ in range(ROUNDS):
        state = Master(lasso, units, target)
        offered, earned, inner, outer = oracle(state.dual)
        bound = max(bound, state.dual_value(outer))
        short = state.loss - state.dual_value(inner)
        if short <= EXACT * max(1.0, abs(state.loss)) or (lasso.rigid and lasso.affords(inner)):
            return Bought(state.units, state.a, state.loss, bound, state.dual)
        worth = np.flatnonzero(earned > lasso.pay * (1 + ROOM / 4))
        chosen = worth[np.argsort(-earned[worth])[:BATCH]]
        if not len(chosen):
            raise RuntimeError("no neuron improves the loss, and yet it is not certified")
        units = join(state.units, pick(offered, chosen))
    raise RuntimeError(f"column generation stopped early: {ROUNDS} rounds were not enough")


def refused(error: Exception, lasso: GroupLasso, beta: float) -> Exception:
    """What to raise where a program with labels was not solved, for the caller's β.

    A ValueError where β is so small in the units of the program that rounding hides it.
    """
    if lasso.beta > HIDDEN:
        return RuntimeError(f"{error}; {beta=}")
    allowed = "must be larger on data and labels that are this wide: rounding hides it"
    return ValueError(f"{beta=}: {allowed}")


def empty(lasso: GroupLasso) -> Units:
    """No neuron."""
    width = lasso.target.shape[1] if lasso.rigid else 1
    return Units(np.zeros((0, lasso.x.shape[1])), np.zeros(0), np.zeros((0, width)))


class Master:
    """The best weights for given neurons; those that it does not use are dropped."""

    def __init__(self, lasso: GroupLasso, units: Units, target: Array) -> None:
        self.lasso, self.target = lasso, target
        raw = units.features(lasso.x, lasso.activation)
        features = lasso.project(raw)
        price = units.slope + raw.T @ lasso.drift
        a = weights(features, target, price, lasso.pay)
        size = np.linalg.norm(a, axis=1)
        used = size > NEGLIGIBLE * size.max(initial=0)
        self.units, self.a = pick(units, used), a[used]
        residual = target - features[:, used] @ self.a
        self.dual = residual - lasso.drift
        self.loss = float(
            (residual**2).sum() / 2
            - (lasso.drift**2).sum() / 2
            + (price[used] * self.a).sum()
            + lasso.beta * size[used].sum()
        )

    def dual_value(self, most: float) -> float:
        """The dual value ⟨Z, target⟩ − ½‖Z‖² of the residuals, made feasible.

        Where ``most`` that a unit earns is above β, residuals are scaled down. In score matching
        other constraints forbid that: there they count only if they are feasible as they are.
        """
        z, beta = self.dual, self.lasso.beta
        inner, square = float((z * self.target).sum()), float((z**2).sum())
        if self.lasso.rigid:
            return inner - square / 2 if self.lasso.affords(most) else -np.inf
        scale = min(beta / most if most > 0 else 1.0, inner / square if square > 0 else 1.0)
        return scale * inner - scale**2 * square / 2


def weights(features: Array, target: Array, price: Array, beta: float) -> Array:
    """min ½‖features a − target‖² + ⟨price, a⟩ + β Σ_j ‖a_j‖ over a (m, k), by Clarabel.

    Raises RuntimeError with the solver's status, and Unbounded where there is no minimum.
    """
    from scipy import sparse  # slow to import

    (m, k) = price.shape
    if m == 0:
        return np.zeros((0, k))
    gram = sparse.csc_matrix(np.triu(features.T @ features))
    square = sparse.block_diag([gram] * k + [sparse.csc_matrix((m, m))], format="csc")
    cost = np.concatenate(((price - features.T @ target).T.ravel(), np.full(m, beta)))
    # Variables: the columns of a, then a bound t_j on each ‖a_j‖. Cones: (t_j, a_j1, …, a_jk).
    column = np.arange(m)[:, None] + m * np.array([k, *range(k)])
    size = column.size
    cones = sparse.csc_matrix((-np.ones(size), (np.arange(size), column.ravel())), (size, size))
    found = minimise(square, cost, cones, np.zeros(size), [k + 1] * m)
    return np.array(found.x[: k * m]).reshape(k, m).T
