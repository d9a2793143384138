"""Gated networks pinned to data points: what is left of our program when its cones are dropped.

A neuron of the plane lives in a cell: its kink line turns about a data point between two events,
and its active set S stays the same. The cone says that w itself is such a direction. Without it w
may point anywhere, while the gate stays S: 1[x ∈ S] w · (x − p) jumps at the gate. Every ReLU
neuron is a gated one, so the optimum is lower.

This pinned model is ours: with a free bias a gate alone would be a step that costs nothing. It is
not the gated network of Mishkin, Sahiner and Pilanci (2022), which without regularisation is
equivalent to the ReLU network and with it comes with bounds (Kim and Pilanci 2024 have bounds for
random data). Nothing that is measured of the pinned model speaks for or against theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from .. import validate
from .axis import Axis
from .columns import GroupLasso, refused, solve
from .frame import Frame
from .objective import Objective, price
from .plane import Plane
from .units import Array, Offer, Units, Whole, join, size


@dataclass(frozen=True)
class Gates(Units):
    """Gated units: 1[g · x + e > 0] (w · x + b), for w, g (m, 2) and b, e (m,)."""

    g: Array
    e: Array

    def features(self, x: Array, activation: str) -> Array:
        """What each unit says at x (n, 2), shape (n, m)."""
        return (x @ self.g.T + self.e > 0) * (x @ self.w.T + self.b)


def _none(dim: int) -> Gates:
    w, b = np.zeros((0, dim)), np.zeros(0)
    return Gates(w, b, np.zeros((0, 1)), w, b)


@dataclass(frozen=True)
class Gated:
    """The optimum of the gated network: ``objective``, its certified ``gap``, and its function."""

    objective: float
    gap: float
    beta: float
    units: Units = field(repr=False)
    a: Array = field(repr=False)
    linear: tuple[Array, Array] = field(repr=False)

    def score(self, x: Tensor) -> Tensor:
        """Σ_j 1[g_j · x + e_j > 0] (w_j · x + b_j) a_j + V x + b2 for x (n, 2), shape (n, k)."""
        points = validate.points("x", x, dim=2).detach().cpu().double().numpy()
        v, b2 = self.linear
        found = self.units.features(points, "relu") @ self.a + points @ v.T + b2
        return torch.from_numpy(found).to(x)


def gated(x_noisy: Tensor, targets: Tensor, beta: float, skip: bool = True) -> Gated:
    """min ½ Σ_i ‖f(x_i) − ℓ_i‖² + β Σ_j ‖w_j‖‖a_j‖ over gated networks, x_noisy (n, 2), all cells.

    A looser model than the ReLU network, and below its joint optimum with the same ``skip``. Raises
    as ``denoising`` does.
    """
    beta = price(beta)
    validate.points("x_noisy", x_noisy, dim=2)
    objective = Objective.checked("x_noisy", x_noisy, "relu", skip).denoising(targets)
    frame, height = Frame.of(objective.x.numpy()), size(objective.targets)
    x, y = frame.inside(objective.x.numpy())[:, : frame.rank], objective.targets / height
    unit = frame.length * height  # of the data, as for other networks
    lasso = GroupLasso(x, y, np.zeros_like(y), beta / unit, "relu", objective.skip)
    best = (
        partial(_best, Plane(x, "relu")) if frame.rank == 2 else partial(_beyond, Axis(x, "relu"))
    )
    try:
        bought = solve(lasso, best, _none(frame.rank))
    except RuntimeError as error:
        raise refused(error, lasso, beta) from None
    v, b2 = lasso.linear(bought.units.features(x, "relu"), bought.a)
    loss, bound, slope = height**2 * bought.loss, height**2 * bought.bound, height / frame.length
    linear = frame.outside(v * slope, b2 * slope)
    gap = max(loss - bound, 0.0)
    return Gated(loss, gap, beta, _outside(frame, bought.units), bought.a * slope, linear)


def _outside(frame: Frame, units: Units) -> Units:
    """The units for the points as they were."""
    assert isinstance(units, Gates)
    (w, b), (g, e) = frame.outside(units.w, units.b), frame.outside(units.g, units.e)
    return Gates(w, b, units.slope, g, e)


def _beyond(axis: Axis, dual: Array) -> Offer:
    """On a line a gate and what is behind it is the ReLU neuron that has its kink there."""
    units, earned, most, bound = axis(dual)
    return Offer(Gates(units.w, units.b, units.slope, units.w, units.b), earned, most, bound)


def _best(plane: Plane, dual: Array) -> Offer:
    """The best gated neuron about each point, for residuals (n, k)."""
    found, values = [], []
    for start, value, angle, _ in plane.best(dual, cones=False):
        # A cell without width, between copies of a point, parts what no gate does.
        value = np.where(plane.wide[start : start + len(value), :, None], value, 0)
        cell, row = value[..., 0].argmax(1), np.arange(len(value))
        found.append(_gates(plane, start + row, cell, angle[row, cell, 0]))
        values.append(value[row, cell, 0])
    value = np.concatenate(values)
    return Offer(join(*found), value, float(value.max()), float(value.max()))


def _gates(plane: Plane, pivot: Whole, cell: Whole, angle: Array) -> Gates:
    """Units of the given angles behind the gates of some cells: lines through their middle."""
    middle = (plane.low[pivot, cell] + plane.high[pivot, cell]) / 2
    w, g = (np.stack((np.cos(t), np.sin(t)), axis=-1) for t in (angle, middle))
    b, e = (-(side * plane.x[pivot]).sum(1) for side in (w, g))
    # The pivot itself earns nothing, w · (p − p) = 0, on whichever side rounding puts it.
    return Gates(w, b, np.zeros((len(w), 1)), g, e)
