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

from .columns import GroupLasso, empty
from .plane import Plane
from .solver import minimise
from .units import Array, Units, join, pick

#: How near each other the two ends are in the end, relative; and rounds before they must be.
NEAR, ROUNDS = 1e-3, 100
#: A unit that is this far below the largest length is let go; it may come back.
FAR = 0.6


def least(lasso: GroupLasso, oracle: Plane) -> tuple[float, float]:
    """Below the first β there is no minimum, from the second on there is one.

    Raises RuntimeError when they do not come near each other, or with a solver's status.
    """
    units, low, high = empty(lasso), 0.0, np.inf
    q, dual = lasso.free[0], -lasso.drift
    rest = np.linalg.svd(q)[0][:, q.shape[1] :]  # Z = rest u − drift
    for _ in range(ROUNDS):
        offered, earned, most, _ = oracle(dual)
        high = min(high, most)
        if high - low <= NEAR * high:
            return low, high
        units, before = join(units, pick(offered, earned > low)), low
        dual, low, reach = _shortest(lasso, rest, units)
        if low > before * (1 + NEAR / 10):  # else nobody goes, so that no round is made twice
            units = pick(units, reach > FAR * low)
    raise RuntimeError(f"the least β is between {low:g} and {high:g} after {ROUNDS} rounds")


def _shortest(lasso: GroupLasso, rest: Array, units: Units) -> tuple[Array, float, Array]:
    """The Z whose largest ‖Zᵀσ_j − c_j‖ over these units is smallest; that; and all of them."""
    from scipy import sparse

    k = lasso.drift.shape[1]
    raw = units.features(lasso.x, lasso.activation)
    price = units.slope + raw.T @ lasso.drift
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
    nothing = sparse.csc_matrix((size, size))
    found = minimise(nothing, cost, sparse.csc_matrix(rows), offset, [k + 1] * m, NEAR / 100_000)
    u = np.array(found.x[:-1]).reshape(k, width).T
    reach = np.linalg.norm((rest @ u).T @ raw - price.T, axis=0)
    return rest @ u - lasso.drift, float(found.obj_val_dual), reach
