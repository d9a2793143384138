"""Networks on a line: from data to the program of ``beam`` and from its solution to a ``Fit``."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .. import kernel, validate
from .beam import Beam
from .fit import Fit, Linear, Neurons, denoising_loss, network_score, penalty, score_matching_loss

#: The solver gets a tube tighter than the true one by this share of its half-width, so that its
#: rounding still leaves a feasible point; the next where the first does not.
TIGHTER = (1e-9, 1e-8, 1e-7)
#: A kink below this share of the largest, or of the slope of a Gaussian's score, is rounding.
ROUNDING = 1e-8
#: A gap above this share of the value, or of the value of a Gaussian's score, is a failure.
CERTIFIED = 1e-6
#: Numbers that one block of a loss holds at once.
BLOCK = 2**22


class Line:
    """Training data x (n, 1) and labels (n, 1), None for score matching; ``fit`` takes any β.

    The program is solved in standard units: x = μ + σt and s = κŝ turn β into β/(κσ) and the loss
    into κ² times its own. κ = 1/σ for score matching, so that β stays; else κ = the labels' spread.
    """

    def __init__(self, x: Tensor, labels: Tensor | None, activation: str, skip: bool) -> None:
        self.activation, self.skip, self.device = activation, skip, x.device
        self.x = x.detach().cpu().double()
        self.labels = None if labels is None else labels.detach().cpu().double()
        data = self.x[:, 0].numpy()
        self.places, where, count = np.unique(data, return_inverse=True, return_counts=True)
        validate.require(len(count) > 1, "x", f"{len(count)} distinct point",
                         "must hold at least two distinct points")  # fmt: skip
        self.mean, self.std = data.mean(), data.std()
        self.size, self.within, means = 1 / self.std, 0.0, np.zeros(len(count))
        if self.labels is not None:
            label = self.labels[:, 0].numpy()
            means = np.bincount(where, label) / count
            self.size, self.within = label.std() or 1.0, np.square(label - means[where]).sum() / 2
        shares = (0.0,) if skip else (0.5,) if activation == "abs" else (0.0, 1.0)
        jump = 1.0 if labels is None else 0.0
        t = (self.places - self.mean) / self.std
        self.beam = Beam(t, count, means / self.size, jump, shares, skip)
        #: β in units of b, the half-width of the tube: what a unit of kink costs.
        self.unit = self.size * self.std * (2 if activation == "abs" else 1)

    def bound(self) -> float:
        """The least β for which the loss has a minimum; 0 for denoising.

        The larger of the counts of equal data at the two ends and half the largest count between
        them, for relu; for abs twice that with a skip connection, the largest count without.
        """
        return self.unit * self.beam.bound()[0]

    def straight(self) -> float:
        """The β from which on the optimal score is affine on the data, for score matching."""
        return self.unit * self.beam.straight()

    def require(self, beta: float) -> float:
        """β itself, or the ValueError that says why the loss has no minimum."""
        validate.positive("beta", beta)
        least, place = self.unit * self.beam.bound()[0], self.beam.bound()[1]
        # The bound of standardised data carries rounding.
        validate.require(
            beta >= least * (1 - 1e-12),
            "beta",
            beta,
            f"must be at least {least:g} for {self.activation}, "
            f"{'with' if self.skip else 'without'} a skip connection, on these data: below that "
            f"the loss has no minimum, because ever steeper kinks beside x = "
            f"{self.places[place]:g} ({self.beam.count[place]} of {self.beam.n} data) lower "
            "the sum of s' by more than their weight decay costs",
        )
        return float(beta)

    def fit(self, beta: float) -> Fit:
        """The optimum at β. Raises RuntimeError with the solver's status where it has none."""
        b = self.require(beta) / self.unit
        for tighter in TIGHTER:
            solution = self.beam.solve(b, tighter)
            if not np.isfinite([*solution.x, *solution.z]).all():
                continue
            neurons = self._neurons(self.beam.kinks(solution))
            linear = self._linear(neurons)
            loss = self._loss(neurons, linear, beta)
            gap = loss - self.size**2 * self.beam.value(solution, b) - self.within
            if gap <= CERTIFIED * max(abs(loss), 1e-3 * self.size**2 * self.beam.n):
                device = kernel.algebra_device(self.device)
                moved = (tuple(w.to(device) for w in part) for part in (neurons, linear))
                return Fit(loss, max(float(gap), 0.0), *moved, self.activation, float(beta),
                           str(solution.status))  # fmt: skip
        raise RuntimeError(
            f"Clarabel stopped after {solution.iterations} steps with status {solution.status}, "
            f"and no optimum could be certified (n = {self.beam.n}, beta = {beta:g})"
        )

    def _neurons(self, kinks: np.ndarray) -> Neurons:
        """A neuron with |w| = |a| for each kink that is not rounding.

        The upper wall counts the datum itself: its kinks lie just left of it and turn down.
        """
        wall, place = np.nonzero(kinks > ROUNDING * max(1.0, kinks.max()))
        side = np.where(wall % 2 == 0, -1.0, 1.0)
        root = np.sqrt(kinks[wall, place] * self.size / self.unit) * np.sqrt(self.size)
        w = np.where(wall < 2, root, -root)
        tau = self.places[place] + side * self._nudge()[place]
        return tuple(
            torch.from_numpy(each) for each in (w[:, None], -w * tau, (side * root)[:, None])
        )

    def _nudge(self) -> np.ndarray:
        """How far beside its datum a kink lies: what w x + b can resolve, and never at the next."""
        gaps = np.pad(np.diff(self.places), 1, constant_values=np.inf)
        least = 16 * np.finfo(float).eps * np.abs(self.places).max()
        return np.minimum(least, np.minimum(gaps[:-1], gaps[1:]) / 2)

    def _linear(self, neurons: Neurons) -> Linear:
        """The best V and b2 beside these neurons, by least squares in closed form."""
        bare = (torch.zeros(1, 1).double(), torch.zeros(1).double())
        parts = self._blocks(neurons)
        rest = -torch.cat([network_score(x, neurons, bare, self.activation) for x, _ in parts])
        if self.labels is not None:
            rest += self.labels
        centred = self.x - self.mean
        slope = (centred * rest).mean() - (1.0 if self.labels is None else 0.0)
        slope = slope / self.std**2 if self.skip else torch.zeros(()).double()
        return slope.reshape(1, 1), (rest.mean() - slope * self.mean).reshape(1)

    def _loss(self, neurons: Neurons, linear: Linear, beta: float) -> float:
        """The loss of this very network."""
        loss = penalty(neurons, beta)
        for x, labels in self._blocks(neurons):
            if labels is None:
                loss += score_matching_loss(x, neurons, linear, 0.0, self.activation)
            else:
                loss += denoising_loss(x, labels, neurons, linear, 0.0, self.activation)
        return float(loss)

    def _blocks(self, neurons: Neurons) -> list[tuple[Tensor, Tensor | None]]:
        """Data and labels in blocks that keep rows times neurons within memory."""
        rows = max(1, BLOCK // max(1, len(neurons[0])))
        x = self.x.split(rows)
        labels = [None] * len(x) if self.labels is None else self.labels.split(rows)
        return list(zip(x, labels, strict=True))
