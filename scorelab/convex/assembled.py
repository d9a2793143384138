"""From solutions in the data's frame to one network in the data's own units."""

from __future__ import annotations

import numpy as np
import torch

from .columns import Bought, GroupLasso
from .fit import Linear, Neurons
from .frame import Frame
from .units import Array


def network(
    solved: list[tuple[GroupLasso, Bought]], frame: Frame, height: float
) -> tuple[Neurons, Linear]:
    """One network of one or several solutions, each for its own outputs, in the data's units."""
    w, b = (np.concatenate([getattr(bought.units, name) for _, bought in solved]) for name in "wb")
    if solved[0][0].rigid:  # whose kinks are beside data, where slopes count
        b = _beside(w, b, solved[0][0].x, frame.grain)
    w, b = frame.outside(w, b)
    a = _diagonal([bought.a for _, bought in solved]) * (height / frame.length)
    root = np.sqrt(np.linalg.norm(a, axis=1))
    free = [
        lasso.linear(bought.units.features(lasso.x, lasso.activation), bought.a)
        for lasso, bought in solved
    ]
    v, b2 = (np.concatenate(parts) for parts in zip(*free, strict=True))
    v, b2 = frame.outside(v * (height / frame.length), b2 * (height / frame.length))
    weights = (w * root[:, None], b * root, a / root[:, None], v, b2)
    w, b, a, v, b2 = (torch.from_numpy(each) for each in weights)
    return (w, b, a), (v, b2)


def _diagonal(blocks: list[Array]) -> Array:
    """Blocks (m_i, k_i) along a diagonal, zero elsewhere."""
    widths = np.cumsum([0, *(block.shape[1] for block in blocks)])
    padded = [
        np.pad(block, ((0, 0), (left, widths[-1] - left - block.shape[1])))
        for block, left in zip(blocks, widths, strict=False)
    ]
    return np.concatenate(padded)


def _beside(w: Array, b: Array, x: Array, far: float) -> Array:
    """b (m,) of kinks w · x + b = 0 that are moved by ``far`` from the nearest of the points x."""
    pre = x @ w.T + b
    nearest = np.abs(pre).argmin(axis=0)
    return b + far * np.sign(pre[nearest, np.arange(len(b))])
