"""Networks on a line: from data to the program of ``beam`` and from its solution to a ``Fit``."""

from __future__ import annotations

import math

import numpy as np
import torch

from .. import validate
from .beam import Beam
from .fit import Fit, Linear, Neurons, network_score
from .objective import Objective
from .solver import Solution

#: The solver gets a tube tighter than the true one by this share of its half-width, so that its
#: rounding still leaves a feasible point.
TIGHTER = 1e-9
#: Units of the score in which the program is solved: the next where the one before is too small for
#: what a narrow tube, with a β near the least, makes of it.
UNITS = (1.0, 30.0, 1000.0)
#: A kink below this share of the largest, or of the slope of a Gaussian's score, is rounding.
ROUNDING = 1e-8
#: A gap above this share of the value, or of the value of a Gaussian's score, has another unit
#: tried; above that one is a failure. Neurons of a narrow tube have large weights, which round.
EXACT, CERTIFIED = 1e-6, 1e-5


class Line:
    """An objective on data x (n, 1), not all equal; ``fit`` takes any β.

    The program is solved in standard units: x = μ + σt and s = κŝ turn β into β/(κσ) and the loss
    into κ² times its own. κ = 1/σ for score matching, so that β stays; else κ = the labels' spread.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective, labels = objective, objective.labels
        data = objective.x[:, 0].numpy()
        self.places, where, count = np.unique(data, return_inverse=True, return_counts=True)
        self.mean, self.std = data.mean(), data.std()
        self.size, self.within, means = 1 / self.std, 0.0, np.zeros(len(count))
        if labels is not None:
            label = labels[:, 0].numpy()
            means = np.bincount(where, label) / count
            self.size, self.within = label.std() or 1.0, np.square(label - means[where]).sum() / 2
        absolute, skip = objective.activation == "abs", objective.skip
        shares = (0.0,) if skip else (0.5,) if absolute else (0.0, 1.0)
        jump = 1.0 if labels is None else 0.0
        t = (self.places - self.mean) / self.std
        self.beams = [
            Beam(unit * t, count, means / self.size / unit, jump, shares, skip) for unit in UNITS
        ]
        self.beam = self.beams[0]
        #: β in units of b, the half-width of the tube: what a unit of kink costs.
        self.unit = self.size * self.std * (2 if absolute else 1)

    def least_beta(self) -> float:
        """The least β for which the loss has a minimum; 0 for denoising.

        The larger of the counts of equal data at the two ends and half the largest count between
        them, for relu; for abs twice that with a skip connection, the largest count without.
        """
        return self.unit * self.beam.bound()[0]

    def gaussian_beta(self) -> float:
        """The β from which on the optimal score is affine on the data, for score matching."""
        return self.unit * self.beam.straight()

    def require(self, beta: float) -> None:
        """A ValueError that says why the loss has no minimum, where it has none."""
        least, place = self.unit * self.beam.bound()[0], self.beam.bound()[1]
        # The bound of standardised data carries rounding.
        validate.require(
            beta >= least * (1 - 1e-12),
            "beta",
            beta,
            f"must be at least {least:g} for {self.objective.activation}, "
            f"{'with' if self.objective.skip else 'without'} a skip connection, on these data: "
            "below that the loss has no minimum, because ever steeper kinks beside x = "
            f"{self.places[place]:g} ({self.beam.count[place]} of {self.beam.n} data) lower "
            "the sum of s' by more than their weight decay costs",
        )

    def fit(self, beta: float) -> Fit:
        """The optimum at β. Raises RuntimeError, with status and gap, where none is.

        A tube is at most 8 n^1.5 wide either way, which changes nothing: in the best z without any
        tube ‖z‖ ≤ √n, so that |u_j| ≤ ‖t − t_j‖ ‖z‖ ≤ n^1.5, and no beam leaves it (derived).
        """
        self.require(beta)
        scale = 1e-3 * self.size**2 * self.beam.n
        best, words, half = None, "", min(beta / self.unit, 8 * self.beam.n**1.5)
        for beam, unit in zip(self.beams, UNITS, strict=True):
            solution = beam.solve(half, TIGHTER)
            words = f"after {solution.iterations} steps with status {solution.status}"
            if np.isfinite([*solution.x, *solution.z]).all():
                fit = self._fit(beam, unit, solution, half, beta)
                best = fit if best is None or not best.gap <= fit.gap else best
                if best.gap <= EXACT * max(abs(best.objective), scale):
                    return best
        if best is None or not best.gap <= CERTIFIED * max(abs(best.objective), scale):
            gap = math.nan if best is None else best.gap
            raise RuntimeError(
                f"Clarabel stopped {words}, and no optimum could be certified (n = {self.beam.n}, "
                f"beta = {beta:g}): the gap is {gap:.2g}"
            )
        return best

    def _fit(self, beam: Beam, unit: float, solution: Solution, half: float, beta: float) -> Fit:
        """The network of a solution, and how far a dual value shows it to be from an optimum."""
        neurons = self._neurons(unit**2 * beam.kinks(solution))
        linear = self._linear(neurons)
        loss = self.objective.loss(neurons, linear, beta)
        dual = (unit * self.size) ** 2 * beam.value(solution, half)
        gap = loss - dual - self.within
        return self.objective.fit(neurons, linear, beta, loss, gap, str(solution.status))

    def _neurons(self, kinks: np.ndarray) -> Neurons:
        """A neuron with |w| = |a| for each kink that is not rounding.

        The upper wall counts the datum itself: its kinks lie just left of it and turn down.
        """
        wall, place = np.nonzero(kinks > ROUNDING * max(1.0, kinks.max()))
        side = np.where(wall % 2 == 0, -1.0, 1.0)
        root = np.sqrt(kinks[wall, place] * self.size / self.unit) * np.sqrt(self.size)
        w = np.where(wall < 2, root, -root)
        tau = self.places[place] + side * self._nudge()[place]
        weights = (w[:, None], -w * tau, (side * root)[:, None])
        w, b, a = (torch.from_numpy(each) for each in weights)
        return w, b, a

    def _nudge(self) -> np.ndarray:
        """How far beside its datum a kink lies: what w x + b can resolve, and never at the next."""
        gaps = np.pad(np.diff(self.places), 1, constant_values=np.inf)
        least = 16 * np.finfo(float).eps * np.abs(self.places).max()
        return np.minimum(least, np.minimum(gaps[:-1], gaps[1:]) / 2)

    def _linear(self, neurons: Neurons) -> Linear:
        """The best V and b2 beside these neurons, by least squares in closed form."""
        bare = (torch.zeros(1, 1).double(), torch.zeros(1).double())
        data, kind = self.objective, self.objective.activation
        rest = -torch.cat([network_score(x, neurons, bare, kind) for x, _ in data.blocks(neurons)])
        if data.labels is not None:
            rest += data.labels
        centred = data.x - self.mean
        slope = (centred * rest).mean() - (1.0 if data.labels is None else 0.0)
        slope = slope / self.std**2 if data.skip else torch.zeros(()).double()
        return slope.reshape(1, 1), (rest.mean() - slope * self.mean).reshape(1)
