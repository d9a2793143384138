"""The two-layer network, fused: one pass over the rows forward and backward, nothing stored.

The matrices are very thin, so that BLAS and autograd spend their time moving the (n, m) arrays
of pre-activations through memory. Here a block of eight rows goes forward and backward while its
pre-activations are still in cache. Each inner loop writes one array only, because LLVM gives up
vectorising where it would have to check many arrays for overlap. Weights are stored transposed,
(p, m), so that every loop runs over neurons. All tails are padded with zeros, which change
neither loss nor gradient: p to a multiple of 4, d to 2 or to a multiple of 4, rows to one of 8.
"""

from __future__ import annotations

import numba
import numpy as np
import torch
from torch import Tensor

from .threads import Paced, Parallel, jit

ROWS = 8
PARTS = 8  # shares of the rows with a gradient of their own, whatever the number of threads
ZERO = np.float32(0)


def padded(array: np.ndarray, multiples: tuple[int, int]) -> np.ndarray:
    """A contiguous float32 copy with zeros up to the next multiple in each direction."""
    shape = [-(-size // m) * m for size, m in zip(array.shape, multiples, strict=True)]
    out = np.zeros(shape, np.float32)
    out[: array.shape[0], : array.shape[1]] = array
    return out


def outputs_first(signs: Tensor) -> np.ndarray:
    """Signs (m, d) as (d, m), with d padded to 2 or to a multiple of 4."""
    return padded(signs.T.numpy(), (2 if signs.shape[1] <= 2 else 4, 1))


@jit
def _set4(y, m, c):
    m0, m1, m2, m3 = m[0], m[1], m[2], m[3]
    s, t, u, v = c[0], c[1], c[2], c[3]
    for r in range(y.shape[0]):
        y[r] = s * m0[r] + t * m1[r] + u * m2[r] + v * m3[r]


@jit
def _add4(y, m, c, k):
    m0, m1, m2, m3 = m[k], m[k + 1], m[k + 2], m[k + 3]
    s, t, u, v = c[k], c[k + 1], c[k + 2], c[k + 3]
    for r in range(y.shape[0]):
        y[r] += s * m0[r] + t * m1[r] + u * m2[r] + v * m3[r]


@jit
def _add8(y, m, c, k):
    m0, m1, m2, m3 = m[k], m[k + 1], m[k + 2], m[k + 3]
    m4, m5, m6, m7 = m[k + 4], m[k + 5], m[k + 6], m[k + 7]
    s, t, u, v = c[k], c[k + 1], c[k + 2], c[k + 3]
    w, x, p, q = c[k + 4], c[k + 5], c[k + 6], c[k + 7]
    for r in range(y.shape[0]):
        y[r] += (s * m0[r] + t * m1[r] + u * m2[r] + v * m3[r]
                 + w * m4[r] + x * m5[r] + p * m6[r] + q * m7[r])  # fmt: skip


@jit
def _combine(y, m, c):
    """y = c @ m, eight of its rows at a time, so that y comes and goes seldom."""
    _set4(y, m, c)
    for k in range(4, len(m) - 7, 8):
        _add8(y, m, c, k)
    if len(m) % 8 == 0:
        _add4(y, m, c, len(m) - 4)


@jit
def _add_rows(y, c, z, k):
    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
    s, t, u, v = z[0, k], z[1, k], z[2, k], z[3, k]
    w, x, p, q = z[4, k], z[5, k], z[6, k], z[7, k]
    for r in range(y.shape[0]):
        y[r] += (s * c0[r] + t * c1[r] + u * c2[r] + v * c3[r]
                 + w * c4[r] + x * c5[r] + p * c6[r] + q * c7[r])  # fmt: skip


@jit
def _outputs(p0, p1, p2, p3, a0, a1, out, b, i):
    """Two outputs of four rows at once: out[b:b+4, i:i+2] = relu(p) @ (a0, a1)."""
    s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = ZERO
    for r in range(p0.shape[0]):
        x0, x1 = max(p0[r], ZERO), max(p1[r], ZERO)
        x2, x3 = max(p2[r], ZERO), max(p3[r], ZERO)
        s00 += a0[r] * x0
        s01 += a1[r] * x0
        s10 += a0[r] * x1
        s11 += a1[r] * x1
        s20 += a0[r] * x2
        s21 += a1[r] * x2
        s30 += a0[r] * x3
        s31 += a1[r] * x3
    out[b, i], out[b, i + 1] = s00, s01
    out[b + 1, i], out[b + 1, i + 1] = s10, s11
    out[b + 2, i], out[b + 2, i + 1] = s20, s21
    out[b + 3, i], out[b + 3, i + 1] = s30, s31


@jit
def _backward2(pre, a0, a1, s, t):
    for r in range(pre.shape[0]):
        pre[r] = s * a0[r] + t * a1[r] if pre[r] > ZERO else ZERO


@jit
def _mask(pre, coef):
    for r in range(pre.shape[0]):
        pre[r] = coef[r] if pre[r] > ZERO else ZERO


@jit
def _forward(z, weight, signs, pre, out):
    for b in range(ROWS):
        _combine(pre[b], weight, z[b])
    for b in range(0, ROWS, 4):
        for i in range(0, signs.shape[0], 2):
            _outputs(pre[b], pre[b + 1], pre[b + 2], pre[b + 3], signs[i], signs[i + 1], out, b, i)


@jit
def _backward(z, signs, pre, coef, residual, grad):
    """Overwrite pre by the masked coefficients Σ_i a_i R_i, then add their outer products."""
    for b in range(ROWS):
        if signs.shape[0] == 2:
            _backward2(pre[b], signs[0], signs[1], residual[b, 0], residual[b, 1])
        else:
            _combine(coef, signs, residual[b])
            _mask(pre[b], coef)
    for k in range(grad.shape[0]):
        _add_rows(grad[k], pre, z, k)


@jit
def _gradient(z, labels, weight, signs, scale, grad):
    """Add the gradient of all rows to grad (p, m) and return Σ ‖residual‖²."""
    pre = np.empty((ROWS, weight.shape[1]), np.float32)
    coef = np.empty(weight.shape[1], np.float32)
    out = np.empty((ROWS, signs.shape[0]), np.float32)
    square = 0.0
    for j in range(0, z.shape[0], ROWS):
        _forward(z[j : j + ROWS], weight, signs, pre, out)
        for b in range(ROWS):
            for i in range(out.shape[1]):
                out[b, i] = out[b, i] * scale - labels[j + b, i]
                square += out[b, i] * out[b, i]
        _backward(z[j : j + ROWS], signs, pre, coef, out, grad)
    return square


@jit
def _update(weight, grad, rate):
    """weight −= rate · Σ_i grad[i]: too little work to wait for a second thread at each sum."""
    for i in range(1, len(grad)):
        for k in range(len(weight)):
            for r in range(weight.shape[1]):
                grad[0, k, r] += grad[i, k, r]
    for k in range(len(weight)):
        for r in range(weight.shape[1]):
            weight[k, r] -= rate * grad[0, k, r]


@Parallel
def _descend(z, labels, weight, signs, rows, step_size, steps):
    """``steps`` steps of full-batch gradient descent on weight (p, m), in place.

    z (N, p), labels (N, d), weight (p, m) and signs (d, m) are padded float32 arrays, ``rows``
    the number of rows that are real.
    """
    p, m = weight.shape
    blocks = z.shape[0] // ROWS
    parts = min(PARTS, blocks)
    scale = np.float32(1 / np.sqrt(m))
    rate = np.float32(step_size / rows) * scale
    grad = np.empty((parts, p, m), np.float32)
    for _ in range(steps):
        for i in numba.prange(parts):
            low, high = ROWS * (i * blocks // parts), ROWS * ((i + 1) * blocks // parts)
            grad[i] = ZERO
            _gradient(z[low:high], labels[low:high], weight, signs, scale, grad[i])
        _update(weight, grad, rate)


@Parallel
def _predict(z, weight, signs):
    """f(z) for padded z (N, p), weight (p, m) and signs (d, m): shape (N, d)."""
    scale = np.float32(1 / np.sqrt(weight.shape[1]))
    out = np.empty((z.shape[0], signs.shape[0]), np.float32)
    for block in numba.prange(z.shape[0] // ROWS):
        pre = np.empty((ROWS, weight.shape[1]), np.float32)
        rows = slice(ROWS * block, ROWS * (block + 1))
        _forward(z[rows], weight, signs, pre, out[rows])
    return out * scale


descend, predict = Paced(_descend), Paced(_predict)


def forward(z: Tensor, weight: Tensor, signs: Tensor) -> Tensor:
    """f(z) for float32 CPU tensors z (n, p), weight (m, p) and signs (m, d): shape (n, d)."""
    rows, columns = padded(z.numpy(), (ROWS, 4)), padded(weight.T.numpy(), (4, 1))
    out = predict(len(z) * len(weight), rows, columns, outputs_first(signs))
    return torch.from_numpy(out[: len(z), : signs.shape[1]]).contiguous()


class FusedDescent:
    """The state of gradient descent on one network and one data set, all tensors on the CPU."""

    def __init__(
        self, z: Tensor, labels: Tensor, weight: Tensor, signs: Tensor, step_size: float
    ) -> None:
        self.rows, self.columns = z.shape
        self.step_size = step_size
        self.w, self.signs = padded(weight.T.numpy(), (4, 1)), outputs_first(signs)
        self.z = padded(z.numpy(), (ROWS, 4))
        self.labels = padded(labels.numpy(), (ROWS, len(self.signs)))

    def advance(self, steps: int) -> None:
        """Take ``steps`` steps."""
        work = max(steps, 1) * self.z.shape[0] * self.w.shape[1]
        descend(work, self.z, self.labels, self.w, self.signs, self.rows, self.step_size, steps)

    def weight(self) -> Tensor:
        """A copy of the weights (m, p) as they are now."""
        return torch.from_numpy(self.w[: self.columns].T.copy())
