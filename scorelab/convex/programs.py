"""The public programs: score matching and denoising, on a line and beyond.

They check what they are given, once; ``line`` and ``multivariate`` solve what is in order.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Generator, Tensor

from .. import validate
from .fit import Fit
from .line import Line
from .multivariate import OUTPUTS, Multivariate
from .objective import Objective, price
from .patterns import chosen


def score_matching(
    x: Tensor,
    beta: float,
    activation: str = "relu",
    skip: bool = True,
    patterns: int | Tensor | None = None,
    *,
    outputs: str = "joint",
    generator: Generator | None = None,
) -> Fit:
    """The network with the least Σ_i [tr ∇s(x_i) + ½‖s(x_i)‖²] + (β/2)(‖W‖² + ‖A‖²), of any width.

    ``x`` (n, d) with at least two distinct points. ``beta`` is a sum's: for a mean over the data
    divide it by n. ``activation`` "relu" or "abs"; ``skip`` adds the term V x without a penalty.
    ``patterns`` and ``outputs`` are as in ``denoising``; with patterns, and for d ≥ 3, the gap is
    infinite where the bound does not hold (Zhang and Pilanci 2024; beyond a line derived here).

    Raises ValueError where β is so small that the loss has no minimum (on a line below 1 for relu
    and 2 for abs with a skip connection on distinct points; in the plane it names the least one);
    where there is none for any β, as for points in a subspace with a skip connection; and
    RuntimeError where the solver stops early, or, with the gap, where that is not small.
    """
    beta = price(beta)
    objective = Objective.checked("x", x, activation, skip)
    return _trainer(objective, patterns, outputs, None, generator).fit(beta)


def denoising(
    x_noisy: Tensor,
    targets: Tensor,
    beta: float,
    activation: str = "relu",
    skip: bool = True,
    patterns: int | Tensor | None = None,
    *,
    outputs: str = "joint",
    start: Fit | None = None,
    generator: Generator | None = None,
) -> Fit:
    """The network with the least ½ Σ_i ‖s(x_i) − ℓ_i‖² + (β/2)(‖W‖² + ‖A‖²), of any width.

    ``x_noisy`` (n, d) with at least two distinct points, ``targets`` ℓ (n, d), for the score
    −noise/√h; ``beta``, ``activation`` and ``skip`` as in ``score_matching``. On a line, relu with
    a skip connection is ℓ1 trend filtering (Kim, Koh, Boyd, Gorinevsky 2009) on points that need
    not be evenly spaced. The rest is for d ≥ 2:

    ``outputs="joint"`` lets neurons feed all outputs, ``"separate"`` one each; ``lower_bound`` is
    that of networks of the kind. ``patterns`` None allows every neuron; a number, or a bool tensor
    (n, P) of ``convex.patterns``, only those whose activations on the data are among so many drawn
    from ``generator``, or among these: the value is then an upper bound, and ``gap`` still compares
    it with all networks. For d ≥ 3 they are where a search starts, so that the value always is an
    upper bound, and the gap is safe but wide. ``start`` is a fit with a neighbouring β,
    to be quicker. Raises as ``score_matching`` does, but any β > 0 has a minimum.
    """
    beta = price(beta)
    objective = Objective.checked("x_noisy", x_noisy, activation, skip).denoising(targets)
    return _trainer(objective, patterns, outputs, start, generator).fit(beta)


def path(
    x: Tensor,
    betas: Iterable[float],
    activation: str = "relu",
    skip: bool = True,
    targets: Tensor | None = None,
) -> list[Fit]:
    """The fits at every β on a line, x (n, 1), by score matching, or by denoising with targets.

    The program is made once and solved for one β after the other. Raises what the single fits do.
    """
    line = _line(x, targets, activation, skip)
    wanted = [price(beta) for beta in betas]
    for beta in wanted:
        line.require(beta)
    return [line.fit(beta) for beta in wanted]


def least_beta(
    x: Tensor, activation: str = "relu", skip: bool = True, *, outputs: str = "joint"
) -> float:
    """The β below which score matching on x (n, 1) or (n, 2) has no minimum.

    On a line exactly; in the plane from 5/1000 to 6/1000 above it, where a minimum is found, for a
    network whose neurons feed all ``outputs`` or one each (on a line there is only one). Raises
    ValueError for other dimensions, and for points of the plane on a line, where with a skip
    connection no β is enough; and RuntimeError where the solver stops early.
    """
    objective = Objective.checked("x", x, activation, skip)
    validate.require(x.shape[1] < 3, "x.shape", tuple(x.shape), "must be (n, 1) or (n, 2)")
    return _trainer(objective, None, outputs, None, None).least_beta()


def gaussian_beta(x: Tensor, activation: str = "relu", skip: bool = True) -> float:
    """The β from which on score matching on x (n, 1) finds the score of a Gaussian.

    With a skip connection of N(μ, v), the data's mean and variance, everywhere. Without one of
    N(μ, n v/(n − β)), on the range of the data only, and s = 0 from β = n on. Raises ValueError for
    other data.
    """
    return _line(x, None, activation, skip).gaussian_beta()


def _trainer(
    objective: Objective,
    patterns: int | Tensor | None,
    outputs: str,
    start: Fit | None,
    generator: Generator | None,
) -> Line | Multivariate:
    """What trains networks in the dimension of the data."""
    validate.one_of("outputs", outputs, OUTPUTS)
    dim = objective.x.shape[1]
    if start is not None:
        inputs = start.neurons[0].shape[1]
        validate.require(inputs == dim, "start", f"fit with {inputs} inputs", f"must have {dim}")
    if dim > 1:
        allowed = chosen(objective.x, patterns, generator)
        return Multivariate(objective, outputs, allowed, start)
    validate.require(patterns is None, "patterns", patterns, "a line needs none: all are used")
    return Line(objective)


def _line(x: Tensor, targets: Tensor | None, activation: str, skip: bool) -> Line:
    """An objective on a line; a ValueError for other data."""
    validate.points("x", x, dim=1)
    objective = Objective.checked("x", x, activation, skip)
    return Line(objective if targets is None else objective.denoising(targets))
