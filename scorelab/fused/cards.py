"""The two-layer network, fused for a card: Triton kernels that hold no array of n × m.

A step is two kernels and a sum. The first makes the residuals: a program takes a block of rows and
goes over all neurons. The second makes the gradient: a program takes a block of neurons and a share
of the rows, and makes their pre-activations anew, which costs less than to keep and read them. The
shares are added in a fixed order, so that a run repeats itself. A graph holds many steps, because a
small step is shorter than the launch of its kernels. Products are in full precision: no TF32.

TRITON_INTERPRET=1, set before Triton is imported, runs all of it on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch
import triton
import triton.language as tl
from torch import Tensor

from .graphs import capture

if TYPE_CHECKING:
    constexpr = int  # what a caller gives for it
else:
    from triton.language import constexpr

STEPS = 32  # in one graph
PROGRAMS = 512  # enough to keep every processor of a card busy


@triton.jit
def _pre(z, weight, rows, neurons, n, m, COLUMNS: constexpr, PAD: constexpr):
    """The features (rows, PAD) of a block, and its pre-activations (rows, neurons)."""
    k = tl.arange(0, PAD)
    real = (rows < n)[:, None] & (k < COLUMNS)[None, :]
    block = tl.load(z + rows[:, None] * COLUMNS + k[None, :], mask=real, other=0.0)
    real = (k < COLUMNS)[:, None] & (neurons < m)[None, :]
    columns = tl.load(weight + neurons[None, :] * COLUMNS + k[:, None], mask=real, other=0.0)
    return block, tl.dot(block, columns, input_precision="ieee", out_dtype=block.dtype)


@triton.jit
def _signs(signs, neurons, m, OUTPUTS: constexpr, WIDE: constexpr):
    """The signs (neurons, WIDE) of a block of neurons."""
    i = tl.arange(0, WIDE)
    real = (neurons < m)[:, None] & (i < OUTPUTS)[None, :]
    return tl.load(signs + neurons[:, None] * OUTPUTS + i[None, :], mask=real, other=0.0)


@triton.jit
def _residuals(
    z,
    weight,
    signs,
    labels,
    out,
    n,
    m,
    scale,
    COLUMNS: constexpr,
    PAD: constexpr,
    OUTPUTS: constexpr,
    WIDE: constexpr,
    ROWS: constexpr,
    NEURONS: constexpr,
):
    """out (n, d) = scale · relu(z Wᵀ) a − labels, a block of rows a program."""
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    i = tl.arange(0, WIDE)
    at = rows[:, None] * OUTPUTS + i[None, :]
    real = (rows < n)[:, None] & (i < OUTPUTS)[None, :]
    total = tl.zeros((ROWS, WIDE), dtype=z.dtype.element_ty)
    for first in range(0, m, NEURONS):
        neurons = first + tl.arange(0, NEURONS)
        _, pre = _pre(z, weight, rows, neurons, n, m, COLUMNS, PAD)
        a = _signs(signs, neurons, m, OUTPUTS, WIDE)
        total += tl.dot(tl.maximum(pre, 0.0), a, input_precision="ieee", out_dtype=total.dtype)
    tl.store(out + at, total * scale - tl.load(labels + at, mask=real, other=0.0), mask=real)


@triton.jit
def _gradients(
    z,
    weight,
    signs,
    residual,
    out,
    n,
    m,
    share,
    COLUMNS: constexpr,
    PAD: constexpr,
    OUTPUTS: constexpr,
    WIDE: constexpr,
    ROWS: constexpr,
    NEURONS: constexpr,
):
    """out[s] (m, p) = Σ_j 1[w_r·z_j > 0] (a_r · residual_j) z_j over the s-th share of the rows."""
    neurons = tl.program_id(0) * NEURONS + tl.arange(0, NEURONS)
    first = tl.program_id(1) * share
    i = tl.arange(0, WIDE)
    k = tl.arange(0, PAD)
    a = _signs(signs, neurons, m, OUTPUTS, WIDE)
    total = tl.zeros((NEURONS, PAD), dtype=z.dtype.element_ty)
    for row in range(first, min(first + share, n), ROWS):
        rows = row + tl.arange(0, ROWS)
        block, pre = _pre(z, weight, rows, neurons, n, m, COLUMNS, PAD)
        real = (rows < n)[:, None] & (i < OUTPUTS)[None, :]
        r = tl.load(residual + rows[:, None] * OUTPUTS + i[None, :], mask=real, other=0.0)
        pull = tl.dot(r, tl.trans(a), input_precision="ieee", out_dtype=total.dtype)
        pull = tl.where(pre > 0.0, pull, 0.0)
        total += tl.dot(tl.trans(pull), block, input_precision="ieee", out_dtype=total.dtype)
    at = (tl.program_id(1) * m + neurons[:, None]) * COLUMNS + k[None, :]
    tl.store(out + at, total, mask=(neurons < m)[:, None] & (k < COLUMNS)[None, :])


def padded(size: int) -> int:
    """The next power of two, and at least 16: what a product of matrices takes."""
    return max(16, 1 << (size - 1).bit_length())


def _shares(size: int, each: int) -> int:
    return -(-size // each)


def _sizes(z: Tensor, signs: Tensor) -> tuple[int, int, int, int]:
    p, d = z.shape[1], signs.shape[1]
    return p, padded(p), d, padded(d)


class _Kernels:
    """The kernels for n rows and m neurons: how both are cut into blocks, and into shares."""

    def __init__(self, z: Tensor, signs: Tensor) -> None:
        self.n, self.m = len(z), len(signs)
        self.sizes = _sizes(z, signs)
        self.rows = 64 if self.n >= 64 * PROGRAMS else 16
        self.neurons = 64
        blocks = _shares(self.m, self.neurons)
        shares = min(_shares(PROGRAMS, blocks), _shares(self.n, 64))
        self.share = 64 * _shares(_shares(self.n, shares), 64)
        self.grid = (blocks, _shares(self.n, self.share))

    def residuals(
        self, z: Tensor, weight: Tensor, signs: Tensor, labels: Tensor, out: Tensor
    ) -> None:
        _residuals[(_shares(self.n, self.rows),)](
            z,
            weight,
            signs,
            labels,
            out,
            self.n,
            self.m,
            1 / math.sqrt(self.m),
            *self.sizes,
            self.rows,
            self.neurons,
        )

    def gradients(
        self, z: Tensor, weight: Tensor, signs: Tensor, residual: Tensor, out: Tensor
    ) -> None:
        _gradients[self.grid](
            z,
            weight,
            signs,
            residual,
            out,
            self.n,
            self.m,
            self.share,
            *self.sizes,
            64,
            self.neurons,
        )


def forward(z: Tensor, weight: Tensor, signs: Tensor) -> Tensor:
    """f(z) for tensors z (n, p), weight (m, p) and signs (m, d) of one type: shape (n, d)."""
    z, weight, signs = (a.contiguous() for a in (z, weight, signs))
    out = z.new_empty(len(z), signs.shape[1])
    _Kernels(z, signs).residuals(z, weight, signs, torch.zeros_like(out), out)
    return out


class FusedDescent:
    """The state of gradient descent on one network and one data set, all tensors on one card."""

    def __init__(
        self, z: Tensor, labels: Tensor, weight: Tensor, signs: Tensor, step_size: float
    ) -> None:
        self.z, self.labels, self.signs = (a.contiguous() for a in (z, labels, signs))
        self.w = weight.clone(memory_format=torch.contiguous_format)
        self.rate = step_size / (len(z) * math.sqrt(len(weight)))
        self.kernels = _Kernels(self.z, self.signs)
        self.residual = torch.empty_like(self.labels)
        self.parts = self.w.new_empty(self.kernels.grid[1], *self.w.shape)
        self.many: Callable[[], None] | None = None

    def advance(self, steps: int) -> None:
        """Take ``steps`` steps."""
        if self.z.is_cuda and steps > STEPS:
            self.many = self.many or self._capture()
            for _ in range(steps // STEPS):
                self.many()
            steps %= STEPS
        self._steps(steps)

    def weight(self) -> Tensor:
        """A copy of the weights (m, p) as they are now."""
        return self.w.clone()

    def _steps(self, steps: int) -> None:
        for _ in range(steps):
            self.kernels.residuals(self.z, self.w, self.signs, self.labels, self.residual)
            self.kernels.gradients(self.z, self.w, self.signs, self.residual, self.parts)
            self.w.sub_(self.parts.sum(0), alpha=self.rate)

    def _capture(self) -> Callable[[], None]:
        before = self.w.clone()
        self._steps(1)  # compiles the kernels, which a capture cannot
        self.w.copy_(before)
        many = partial(self._steps, STEPS)
        return capture(many, self.w.device) or many
