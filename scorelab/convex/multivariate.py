"""Networks in the plane and in space, trained to the global optimum.

The weight decay (β/2)(‖W‖² + ‖A‖²) of a network is least, for the function it computes, when every
neuron's ‖w_j‖ equals its ‖a_j‖. It is then β Σ ‖w_j‖‖a_j‖, so that w_j may be taken of length one
and the loss is convex in the a_j: a group lasso over all unit neurons, which ``columns`` solves.

It is solved in the data's own ``Frame``, x = c + length · Q y and s = height · s′: this turns β
into β/(length · height) and the loss into height² times its own. A solver's tolerances mean the
same in every unit of the data, and so does its work. Score matching has a height of β/length, so
that β becomes about one and the slopes count 1/β.

Where the data lie in a subspace, denoising is solved within: a weight across it costs and does
nothing. In score matching it does something, for slopes across count. A skip connection across
then lowers the loss for ever, and so do neurons for too small a β, which the loss of a network
that is zero on the data shows: one that looks across has all n data on one side and earns
n ‖P E‖, P the projection across and E the unit vectors of the outputs it feeds (derived).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from .. import validate
from .assembled import network
from .axis import Axis
from .bound import least
from .columns import GroupLasso, refused, solve
from .fit import Fit
from .frame import Frame
from .line import Line
from .objective import Objective
from .plane import Plane
from .solver import Unbounded
from .space import Space
from .units import Array, Flags, Units, size

#: Neurons that feed all outputs, or one each.
OUTPUTS = ("joint", "separate")
#: A network this far above its bound, or above what the solver found, is a failure; relative.
CERTIFIED = 1e-3
#: Data are too flat below this for the large V that score matching has across them.
FLAT = 1e-5
#: How much above the least β score matching is solved in reasonable time, relative.
MARGIN = 5e-3


class Multivariate:
    """An objective on data x (n, d), d ≥ 2, not all equal; ``fit`` takes any β.

    ``outputs`` is one of ``OUTPUTS``. ``allowed`` are the patterns (n, P) that neurons may have,
    None for all; ``start`` is a fit with a neighbouring β.
    """

    def __init__(
        self,
        objective: Objective,
        outputs: str,
        allowed: Flags | None = None,
        start: Fit | None = None,
    ) -> None:
        self.objective, self.allowed, self.start = objective, allowed, start
        k, data, self.matching = objective.outputs, objective.x.numpy(), objective.labels is None
        self.frame = Frame.of(data)
        #: The outputs that are solved for together.
        self.parts = [slice(0, k)] if outputs == "joint" else [slice(i, i + 1) for i in range(k)]
        dim = data.shape[1] if self.matching else self.frame.rank
        self.x = self.frame.inside(data)[:, :dim]
        self.exact = allowed is None and dim < 3

    def fit(self, beta: float) -> Fit:
        """The optimum at β.

        Raises ValueError where the loss has no minimum, and RuntimeError with the solver's status,
        or with the gap of a network that is none.
        """
        height = self._height(beta)
        if self.matching:
            self._require_minimum(beta)
        solved = []
        for lasso, oracle, start in self._programs(beta, height):
            try:
                solved.append((lasso, solve(lasso, oracle, start)))
            except RuntimeError as error:
                raise self._explained(error, lasso, oracle, beta) from None
        neurons, linear = network(solved, self.frame, height)
        loss = self.objective.loss(neurons, linear, beta)
        gap = loss - height**2 * sum(bought.bound for _, bought in solved)
        off = gap if self.exact else loss - height**2 * sum(bought.loss for _, bought in solved)
        if not off <= CERTIFIED * max(abs(loss), height**2):
            name = "the gap" if self.exact else "the distance to the solver's value"
            raise RuntimeError(f"no optimum: at a loss of {loss:g} {name} is {off:g}; {beta=}")
        return self.objective.fit(neurons, linear, beta, loss, gap, "Solved")

    def least_beta(self) -> float:
        """A β from which on score matching in the plane has a minimum, and at which it is found."""
        self._require_span()
        if (across := self._across()) >= len(self.x):
            return across  # where a network that is zero is the best
        programs = self._programs(1.0, self._height(1.0))
        return max(_least(lasso, oracle) for lasso, oracle, _ in programs)

    def _height(self, beta: float) -> float:
        """The unit of the score, a power of two."""
        if not self.matching:
            return size(self.objective.targets)
        return 2.0 ** np.ceil(np.log2(max(beta / len(self.x), 1.0))) / self.frame.length

    def _programs(
        self, beta: float, height: float
    ) -> list[tuple[GroupLasso, Plane | Space | Axis, Units | None]]:
        """For each part of the outputs its program, what finds its best neuron, and a start."""
        count = 1 / (self.frame.length * height)  # what slopes count
        turns = [count * self.frame.axes[part] if self.matching else None for part in self.parts]
        if self.matching:
            oracles = [self._oracle(turn) for turn in turns]
        else:
            oracles = [self._oracle(None)] * len(self.parts)
        lassos = [self._lasso(part, beta * count, height) for part in self.parts]
        starts = [self._start(part) for part in self.parts]
        return list(zip(lassos, oracles, starts, strict=True))

    def _oracle(self, turn: Array | None) -> Plane | Space | Axis:
        """What finds the best neuron: exact up to the plane, a search from many starts beyond."""
        dim, kind = self.x.shape[1], self.objective.activation
        if dim == 1:
            return Axis(self.x, kind, self.allowed)
        if dim > 2:
            return Space(self.x, kind, turn, self.allowed)
        plane = Plane(self.x, kind, turn)
        if self.allowed is not None:
            plane.restrict(self.allowed)
        return plane

    def _lasso(self, part: slice, beta: float, height: float) -> GroupLasso:
        """The program of some outputs.

        With a skip connection the sum of divergences contains n tr V. Least over the free part Φ B,
        this adds ⟨drift, f⟩ with drift = −n Q R^{−T} E, where Φ = Q R and E has the unit vectors of
        the outputs (derived in the course).
        """
        y, kind, skip = (
            self.objective.targets[:, part] / height,
            self.objective.activation,
            self.objective.skip,
        )
        lasso = GroupLasso(self.x, y, np.zeros_like(y), beta, kind, skip, rigid=self.matching)
        if not (self.matching and skip):
            return lasso
        q, r = lasso.free
        unit = np.eye(len(r))[:, part] / (self.frame.length * height)
        return replace(lasso, drift=-len(self.x) * (q @ np.linalg.solve(r.T, unit)))

    def _start(self, part: slice) -> Units | None:
        """The neurons of the earlier fit that feed some of these outputs, at length one."""
        if self.start is None:
            return None
        w, b, a = (each.detach().cpu().double().numpy() for each in self.start.neurons)
        w, b = self.frame.within(w, b)
        w = w[:, : self.x.shape[1]]
        length = np.linalg.norm(w, axis=1)
        feeds = (a[:, part] != 0).any(axis=1) & (length > 0)
        w, b, length = w[feeds], b[feeds], length[feeds]
        return Units(w / length[:, None], b / length, np.zeros((len(w), 1)))

    def _require_span(self) -> None:
        """A ValueError where a skip connection can look across the data, or all but across."""
        rank, dim = self.frame.rank, self.x.shape[1]
        if self.objective.skip:
            validate.require(
                rank == dim,
                "x",
                f"points in a subspace of {rank} of {dim} dimensions",
                "with a skip connection the loss has no minimum for any beta, because the part of "
                "V that looks across lowers the divergence and does nothing at the data",
            )
            validate.require(
                self.frame.thin > FLAT,
                "x",
                f"points {self.frame.thin:.2g} times as wide one way as another",
                f"with a skip connection must be wider than {FLAT:g} times",
            )

    def _across(self) -> float:
        """What the best neuron earns that looks across the data and is zero on them."""
        across = self.frame.axes[:, self.frame.rank :]
        reach = [np.linalg.norm(across[part], 2) for part in self.parts if across.size]
        return float(np.round(len(self.x) * max(reach, default=0.0), 9))

    def _require_minimum(self, beta: float) -> None:
        """A ValueError for what is seen at once: neurons across the data, and along one axis."""
        self._require_span()
        least = self._across()
        validate.require(
            beta >= least,
            "beta",
            beta,
            f"must be at least {least:g} on these data, which lie in a subspace: below that the "
            "loss has no minimum, because of neurons that look across and are zero at the data",
        )
        if self.x.shape[1] > 2:  # on one axis networks on a line need a minimum
            for column in self.objective.x.split(1, dim=1):
                if len(column.unique()) > 1:
                    Line(replace(self.objective, x=column)).require(beta)

    def _explained(
        self, error: Exception, lasso: GroupLasso, oracle: Plane | Space | Axis, beta: float
    ) -> Exception:
        """What to raise where a program was not solved: ValueError where β is too small."""
        if not self.matching:
            return refused(error, lasso, beta)
        why = (
            "the loss has no minimum: neurons of opposite sign with nearly the same kink change "
            "the slope at a data point and nothing else, and earn more than they cost"
        )
        unit = beta / lasso.beta
        with suppress(RuntimeError):
            if isinstance(oracle, Plane) and beta < (bound := unit * _least(lasso, oracle)):
                return ValueError(
                    f"beta={beta!r}: must be at least {bound:.5g} for {lasso.activation}, "
                    f"{'with' if lasso.skip else 'without'} a skip connection, on these data: "
                    f"below that {why}"
                )
            if isinstance(oracle, Space) and isinstance(error, Unbounded):
                return ValueError(
                    f"beta={beta!r}: must be larger on these data; "
                    f"{unit * _enough(lasso, oracle):g} is enough. With this one {why}"
                )
        return RuntimeError(f"{error}; beta={beta!r} may be too small for a minimum")


def _least(lasso: GroupLasso, oracle: Plane | Space | Axis) -> float:
    """A little more than the least β with a minimum, where it is approached, but not reached."""
    assert isinstance(oracle, Plane)
    return least(lasso, oracle)[1] * (1 + MARGIN)


def _enough(lasso: GroupLasso, oracle: Space) -> float:
    """The first of 2β, 4β, … at which there is a minimum that the solver finds."""
    for power in range(1, 60):
        more = replace(lasso, beta=2**power * lasso.beta)
        with suppress(RuntimeError):
            solve(more, oracle)
            return more.beta
    raise RuntimeError("no beta was found to be enough")
