"""The β below which score matching in the plane has no minimum.

A network that is zero at all data costs nothing but its weight decay and its slopes there. Where
its slopes earn more than the decay costs, it can be scaled up for ever. By duality that cannot
happen just where some Z (n, k), with what the free part demands of it, has ‖Zᵀσ_j − c_j‖ ≤ β for
every unit neuron j, with its slopes c_j; so the least β is the smallest largest of these lengths
(derived in the course). Neurons come in one by one, as in ``columns``: those that are known give a
lower end, and the exact search over the plane's cells an upper one.
"""

from __future__ import annotations

import numpy as np

from .columns import BATCH, Problem, empty, settings
from .plane import Array, Plane, join, pick

#: How near each other the two ends are in the end, relative; and rounds before they must be.
NEAR, ROUNDS = 1e-3, 100


def least(problem: Problem, oracle: Plane) -> tuple[float, float]:
    """Below the first β there is no minimum, from the second on there is one.

    Raises RuntimeError when they do not come near each other, or with a solver's status.
    """
    units, low, high = empty(problem), 0.0, np.inf
    dual = -problem.drift
    for _ in range(ROUNDS):
        offered, earned, most, _ = oracle(dual)
        high = min(high, most)
        if high - low <= NEAR * high:
            return low, high
        best = np.argsort(-earned)[:BATCH]
        units = join(units, pick(offered, best[earned[best] > low]))
        dual, low = _shortest(problem, units.features(problem.x, problem.activation), units.slope)
    raise RuntimeError(f"the least β is between {low:g} and {high:g} after {ROUNDS} rounds")


def _shortest(problem: Problem, raw: Array, slope: Array) -> tuple[Array, float]:
    """The Z whose largest ‖Zᵀσ_j − c_j‖ over the units with features raw (n, m) is smallest."""
    import clarabel
    from scipy import sparse

    k = problem.drift.shape[1]
    rest = np.linalg.svd(problem.free[0])[0][:, problem.free[0].shape[1] :]  # Z = rest u − drift
    price = slope + raw.T @ problem.drift
    (m, width) = len(price), rest.shape[1]
    # Variables: the columns of u, then t. Cones: (t, the k entries of Zᵀσ_j − c_j).
    each = np.zeros((m, k + 1, k, width))
    for output in range(k):
        each[:, output + 1, output] = raw.T @ rest
    edge = np.zeros((m, k + 1, 1))
    edge[:, 0] = 1
    rows = -np.concatenate((each.reshape(m, k + 1, -1), edge), axis=2).reshape(m * (k + 1), -1)
    offset = np.concatenate((np.zeros((m, 1)), -price), axis=1).ravel()
    size = k * width + 1
    cost = np.eye(size)[-1]
    cones = [clarabel.SecondOrderConeT(k + 1)] * m
    nothing = sparse.csc_matrix((size, size))
    solver = clarabel.DefaultSolver(
        nothing, cost, sparse.csc_matrix(rows), offset, cones, settings()
    )
    found = solver.solve()
    if str(found.status) not in ("Solved", "AlmostSolved"):
        raise RuntimeError(f"Clarabel stopped early: {found.status}")
    u = np.array(found.x[:-1]).reshape(k, width).T
    return rest @ u - problem.drift, float(found.obj_val_dual)
