"""What is minimised: score matching or denoising on given data, by networks of one kind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .. import kernel, validate
from .fit import ACTIVATIONS, Fit, Linear, Neurons, denoising_loss, penalty, score_matching_loss
from .units import Array

#: Numbers that one block of a loss holds at once.
BLOCK = 2**22
#: Spreads of the data and of labels between which squares and their inverses are numbers.
SMALLEST, LARGEST = 1e-140, 1e140


@dataclass(frozen=True, eq=False)
class Objective:
    """Score matching on x (n, d), or denoising where there are ``labels`` (n, k).

    Data are float64 on the CPU; ``device`` is where the caller's are.
    """

    x: Tensor
    activation: str
    skip: bool
    device: torch.device
    labels: Tensor | None = None

    @classmethod
    def checked(cls, name: str, x: Tensor, activation: str, skip: bool) -> Objective:
        """Score matching on x (n, d), which a ValueError calls by this ``name``."""
        validate.points(name, x)
        validate.one_of("activation", activation, ACTIVATIONS)
        validate.require(
            isinstance(skip, bool | np.bool_), "skip", type(skip).__name__, "must be True or False"
        )
        inside = x.detach().cpu().double()
        validate.require(
            bool((inside != inside[0]).any()),
            name,
            "1 distinct point",
            "must hold at least two distinct points",
        )
        _sized(name, inside)
        return cls(inside, activation, bool(skip), x.device)

    def denoising(self, targets: Tensor) -> Objective:
        """Denoising with labels ``targets`` (n, k), k = 1 on a line, or a ValueError."""
        shape, n = tuple(validate.points("targets", targets).shape), len(self.x)
        if self.x.shape[1] == 1:
            validate.shape("targets", targets, (n, 1))
        validate.require(len(targets) == n, "targets.shape", shape, f"must have {n} rows")
        labels = targets.detach().cpu().double()
        if bool((labels != labels[0]).any()):
            _sized("targets", labels)
        return replace(self, labels=labels)

    @property
    def outputs(self) -> int:
        """How many outputs a network has."""
        return (self.x if self.labels is None else self.labels).shape[1]

    @property
    def targets(self) -> Array:
        """The labels (n, k), or the zeros (n, d) of score matching."""
        return np.zeros(self.x.shape) if self.labels is None else self.labels.numpy()

    def blocks(self, neurons: Neurons) -> list[tuple[Tensor, Tensor | None]]:
        """Data and labels in blocks that keep rows times neurons within memory."""
        rows = max(1, BLOCK // max(1, len(neurons[0])))
        x = self.x.split(rows)
        labels = [None] * len(x) if self.labels is None else self.labels.split(rows)
        return list(zip(x, labels, strict=True))

    def loss(self, neurons: Neurons, linear: Linear, beta: float) -> float:
        """The loss of this very network."""
        loss = penalty(neurons, beta)
        for x, labels in self.blocks(neurons):
            if labels is None:
                loss += score_matching_loss(x, neurons, linear, 0.0, self.activation)
            else:
                loss += denoising_loss(x, labels, neurons, linear, 0.0, self.activation)
        return float(loss)

    def fit(
        self, neurons: Neurons, linear: Linear, beta: float, loss: float, gap: float, status: str
    ) -> Fit:
        """The network with its loss and certified gap, where the caller's data are."""
        where = kernel.algebra_device(self.device)
        (w, b, a), (v, b2) = neurons, linear
        moved = (w.to(where), b.to(where), a.to(where)), (v.to(where), b2.to(where))
        return Fit(loss, max(float(gap), 0.0), *moved, self.activation, float(beta), status)


def price(beta: float) -> float:
    """β, or a ValueError unless its square is a number."""
    ok = SMALLEST < (beta := validate.positive("beta", beta)) < LARGEST
    validate.require(ok, "beta", beta, f"must be between {SMALLEST:g} and {LARGEST:g}")
    return beta


def _sized(name: str, values: Tensor) -> None:
    """A ValueError for values (n, k) so small or large that their squares are no numbers."""
    spread = float((values.amax(0) - values.amin(0)).max())
    ok = spread > SMALLEST and float(values.abs().max()) < LARGEST
    allowed = f"must be between {SMALLEST:g} and {LARGEST:g}: squares are taken"
    validate.require(ok, name, f"values up to {values.abs().max():.2g}, {spread:.2g} wide", allowed)
