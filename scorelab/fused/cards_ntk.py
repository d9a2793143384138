"""The NTK, fused for a card: each tile of the Gram matrix is made in one go and written once.

A tile is made in float64 whatever the result's type is, with the arcsine of fdlibm, which is good
to an ulp: the angle of two close features has its digits, and a card has the time, for it waits for
the writing. See ``fused.cards`` for how to run it without a card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import triton
import triton.language as tl
from torch import Tensor

from .cards import padded

if TYPE_CHECKING:
    constexpr = int  # what a caller gives for it
else:
    from triton.language import constexpr

TILE = 64


@triton.jit
def _obtuse_share(u):
    """(π − arccos u) / (2π) for float64 cosines u."""
    size = tl.where(tl.abs(u) > 1.0 - 2e-15, 1.0, tl.abs(u))  # as ``fused.ntk``'s ALONG
    large = size > 0.5
    z = tl.where(large, 0.5 * (1.0 - size), size * size)
    s = tl.where(large, tl.sqrt(z), size)
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
    acute = tl.where(large, 2.0 * arcsine, 1.5707963267948966 - arcsine)
    return tl.where(u >= 0, 3.141592653589793 - acute, acute) * 0.15915494309189535


@triton.jit
def _rows(z, rows, n, COLUMNS: constexpr, PAD: constexpr):
    k = tl.arange(0, PAD)
    real = (rows < n)[:, None] & (k < COLUMNS)[None, :]
    return tl.load(z + rows[:, None] * COLUMNS + k[None, :], mask=real, other=0.0).to(tl.float64)


@triton.jit
def _gram(z1, z2, out, n1, n2, COLUMNS: constexpr, PAD: constexpr, TILE: constexpr):
    """out (n1, n2) = κ(z1, z2), one tile a program."""
    i = tl.program_id(0) * TILE + tl.arange(0, TILE)
    j = tl.program_id(1) * TILE + tl.arange(0, TILE)
    a, b = _rows(z1, i, n1, COLUMNS, PAD), _rows(z2, j, n2, COLUMNS, PAD)
    dots = tl.dot(a, tl.trans(b), input_precision="ieee", out_dtype=tl.float64)
    norms = tl.sqrt(tl.sum(a * a, 1))[:, None] * tl.sqrt(tl.sum(b * b, 1))[None, :]
    values = dots * _obtuse_share(dots / tl.where(norms > 0, norms, 1.0))
    at = i.to(tl.int64)[:, None] * n2 + j[None, :]
    real = (i < n1)[:, None] & (j < n2)[None, :]
    tl.store(out + at, values.to(out.dtype.element_ty), mask=real)


def gram(z1: Tensor, z2: Tensor) -> Tensor:
    """κ for features z1 (n1, p) and z2 (n2, p) on one card; shape (n1, n2), in the type of z1."""
    z1, z2 = z1.contiguous(), z2.contiguous()
    out = torch.empty(len(z1), len(z2), dtype=z1.dtype, device=z1.device)
    grid = (triton.cdiv(len(z1), TILE), triton.cdiv(len(z2), TILE))
    pad = padded(z1.shape[1])
    _gram[grid](z1, z2, out, len(z1), len(z2), z1.shape[1], pad, TILE)
    return out
