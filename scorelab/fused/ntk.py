"""The NTK, fused: a tile of the Gram matrix is made while it is in cache, from float64 dots.

The angle comes from rational or polynomial approximations to the arcsine, good to the last digits
of the type they are for and written without branches, so that LLVM vectorises them, which it
cannot do with a call to acos. Both take (1 − |u|)/2 for the cosine u, made in float64: that keeps
the digits of small angles, also where the rest is float32.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import torch
from torch import Tensor

from .threads import Parallel, jit, turn

#: A cosine this near to 1 is 1: what is left is rounding, and its arccosine would be 2e-8.
ALONG = 1.0 - 2e-15
#: Rows that one thread takes at a time, and columns that stay in its first cache meanwhile.
ROWS, TILE = 64, 512

ZERO, QUARTER, ONE, TWO = (np.float32(c) for c in (0, 0.25, 1, 2))
PI, HALF_PI, PER_TURN = (np.float32(c) for c in (math.pi, math.pi / 2, 0.5 / math.pi))
C0, C1, C2, C3, C4 = (
    np.float32(c)
    for c in (1.6666752422e-1, 7.4953002686e-2, 4.5470025998e-2, 2.4181311049e-2, 4.2163199048e-2)
)


@jit
def _dots(z, columns, dots):
    """dots[j] = z · z_j for one feature z (p,) against columns (p, n)."""
    dots[:] = 0.0
    for k in range(len(z)):
        zk, column = z[k], columns[k]
        for j in range(len(dots)):
            dots[j] += zk * column[j]


@jit
def _double(dots, inverse, inverses, out):
    """out[j] = dots[j] (π − angle) / (2π), the arcsine as in fdlibm's asin, good to an ulp."""
    for j in range(len(dots)):
        u = abs(dots[j] * inverse * inverses[j])
        u = 1.0 if u > ALONG else u
        large = u > 0.5
        z = 0.5 * (1.0 - u) if large else u * u
        s = math.sqrt(z) if large else u
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
        out[j] = dots[j] * (math.pi - acute if dots[j] >= 0 else acute) * (0.5 / math.pi)


@jit
def _single(dots, inverse, inverses, gaps, out):
    """The same in float32 but for the dots, with the polynomial of Cephes' asinf: no division."""
    for j in range(len(dots)):
        out[j] = dots[j]
        u = abs(dots[j] * inverse * inverses[j])
        gaps[j] = 0.0 if u > ALONG else 0.5 - 0.5 * u
    for j in range(len(dots)):
        dot, gap = np.float32(out[j]), gaps[j]
        u = ONE - TWO * gap
        large = gap < QUARTER
        z = gap if large else u * u
        s = math.sqrt(gap) if large else u
        arcsine = s + s * z * ((((C4 * z + C3) * z + C2) * z + C1) * z + C0)
        acute = TWO * arcsine if large else HALF_PI - arcsine
        out[j] = dot * (PI - acute if dot >= ZERO else acute) * PER_TURN


@Parallel
def _gram(z1, inverse1, columns, inverse2, single, out):
    n = columns.shape[1]
    for block in numba.prange((len(z1) + ROWS - 1) // ROWS):
        dots, gaps = np.empty(TILE), np.empty(TILE, np.float32)
        for low in range(0, n, TILE):
            high = min(n, low + TILE)
            size, inverse = high - low, inverse2[low:high]
            for i in range(ROWS * block, min(ROWS * (block + 1), len(z1))):
                _dots(z1[i], columns[:, low:high], dots[:size])
                if single:
                    _single(dots[:size], inverse1[i], inverse, gaps, out[i, low:high])
                else:
                    _double(dots[:size], inverse1[i], inverse, out[i, low:high])


@Parallel
def _product(z1, inverse1, columns, inverse2, coefficients):
    out = np.empty((len(z1), len(coefficients)))
    for i in numba.prange(len(z1)):
        dots, row = np.empty(columns.shape[1]), np.empty(columns.shape[1])
        _dots(z1[i], columns, dots)
        _double(dots, inverse1[i], inverse2, row)
        for k in range(len(coefficients)):
            out[i, k] = np.dot(coefficients[k], row)
    return out


def _laid_out(z: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Features in contiguous float64, and one over their norms (0 for the zero vector)."""
    rows = np.ascontiguousarray(z.double().numpy())
    norms = np.linalg.norm(rows, axis=1)
    return rows, np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)


class Columns:
    """Features z (n, p) laid out for the loops above: transposed, with their inverse norms."""

    def __init__(self, z: Tensor) -> None:
        rows, self.inverse = _laid_out(z)
        self.columns = np.ascontiguousarray(rows.T)

    def gram(self, z1: Tensor) -> Tensor:
        """κ(z1, z) for z1 (m, p): shape (m, n), in the type of z1 and as good as that allows."""
        single = z1.dtype != torch.float64
        shape = (len(z1), self.columns.shape[1])
        # NumPy asks for huge pages, torch does not: that halves the time of a large matrix.
        out = np.empty(shape, np.float32 if single else np.float64)
        with turn():
            _gram(*_laid_out(z1), self.columns, self.inverse, single, out)
        return torch.from_numpy(out).to(z1.dtype)

    def product(self, z1: Tensor, coefficients: Tensor) -> Tensor:
        """κ(z1, z) C for coefficients C (n, d), without the Gram matrix: (m, d), float64."""
        c = np.ascontiguousarray(coefficients.T.double().numpy())
        with turn():
            out = _product(*_laid_out(z1), self.columns, self.inverse, c)
        return torch.from_numpy(out)
