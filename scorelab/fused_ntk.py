"""The NTK, fused: each row of the Gram matrix is made while it is in cache, in float64.

The angle between two features comes from a rational approximation to the arcsine (that of
fdlibm's asin, good to one unit in the last place) written without branches, so that LLVM
vectorises it, which it cannot do with a call to acos.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import torch
from torch import Tensor

from .threads import Paced

jit = numba.njit(fastmath=True, cache=True)
parallel = numba.njit(parallel=True, fastmath=True, cache=True)


@jit
def _angle(u):
    """arccos(u): from asin(√((1 − |u|)/2)) where |u| > ½, from asin(|u|) elsewhere."""
    w = min(abs(u), 1.0)
    large = w > 0.5
    z = 0.5 * (1.0 - w) if large else w * w
    s = math.sqrt(z) if large else w
    top = 3.47933107596021167570e-05 * z + 7.91534994289814532176e-04
    top = top * z - 4.00555345006794114027e-02
    top = top * z + 2.01212532134862925881e-01
    top = top * z - 3.25565818622400915405e-01
    top = top * z + 1.66666666666666657415e-01
    low = 7.70381505559019352791e-02 * z - 6.88283971605453293030e-01
    low = low * z + 2.02094576023350569471e00
    low = low * z - 2.40339491173441421878e00
    low = low * z + 1.0
    arcsine = s + s * (z * top / low)
    acute = 2.0 * arcsine if large else 0.5 * math.pi - arcsine
    return acute if u >= 0 else math.pi - acute


@jit
def _row(z, norm, columns, norms, dots, out):
    """out[j] = κ(z, z_j) for one feature z (p,) against columns (p, n)."""
    dots[:] = 0.0
    for k in range(len(z)):
        zk, column = z[k], columns[k]
        for j in range(len(dots)):
            dots[j] += zk * column[j]
    inverse = 1.0 / norm if norm > 0 else 0.0
    for j in range(len(dots)):
        dot = dots[j]
        out[j] = dot * (math.pi - _angle(dot * inverse * norms[j])) * (0.5 / math.pi)


@parallel
def _gram(z1, norms, columns, inverse_norms, out):
    for i in numba.prange(len(z1)):
        dots = np.empty(columns.shape[1])
        _row(z1[i], norms[i], columns, inverse_norms, dots, out[i])


@parallel
def _product(z1, norms, columns, inverse_norms, coefficients):
    out = np.empty((len(z1), len(coefficients)))
    for i in numba.prange(len(z1)):
        dots = np.empty(columns.shape[1])
        row = np.empty(columns.shape[1])
        _row(z1[i], norms[i], columns, inverse_norms, dots, row)
        for k in range(len(coefficients)):
            out[i, k] = np.dot(coefficients[k], row)
    return out


gram, product = Paced(_gram), Paced(_product)


class Columns:
    """Features z (n, p) laid out for the loops above: transposed, with their inverse norms."""

    def __init__(self, z: Tensor) -> None:
        z = z.double().numpy()
        norms = np.linalg.norm(z, axis=1)
        self.columns = np.ascontiguousarray(z.T)
        self.inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)

    def gram(self, z1: Tensor) -> Tensor:
        """κ(z1, z) for z1 (m, p): shape (m, n), in the type of z1, made in float64."""
        rows = z1.double().numpy()
        out = torch.empty(len(z1), self.columns.shape[1], dtype=z1.dtype)
        gram(
            out.numel(), rows, np.linalg.norm(rows, axis=1), self.columns, self.inverse, out.numpy()
        )
        return out

    def product(self, z1: Tensor, coefficients: Tensor) -> Tensor:
        """κ(z1, z) C for coefficients C (n, d), without the Gram matrix: (m, d), float64."""
        rows = z1.double().numpy()
        c = np.ascontiguousarray(coefficients.T.double().numpy())
        return torch.from_numpy(
            product(
                len(rows) * self.columns.shape[1],
                rows,
                np.linalg.norm(rows, axis=1),
                self.columns,
                self.inverse,
                c,
            )
        )
