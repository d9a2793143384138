"""The public programs: score matching and denoising, on a line and beyond."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torch import Tensor

from .. import validate
from .fit import ACTIVATIONS, Fit

if TYPE_CHECKING:
    from .line import Line


def score_matching(x: Tensor, beta: float, activation: str = "relu", skip: bool = True) -> Fit:
    """The network with the least Σ_i [s′(x_i) + ½ s(x_i)²] + (β/2)(‖W‖² + ‖A‖²), of any width.

    ``x`` (n, 1) with at least two distinct points. ``beta`` is a sum's: for a mean over the data
    divide it by n. ``activation`` "relu" or "abs"; ``skip`` adds the term V x without a penalty.
    Raises ValueError where β is so small that the loss has no minimum (below 1 for relu and 2 for
    abs with a skip connection on distinct points), and RuntimeError where the solver stops early.
    """
    return _line(x, None, activation, skip).fit(beta)


def denoising(
    x_noisy: Tensor, targets: Tensor, beta: float, activation: str = "relu", skip: bool = True
) -> Fit:
    """The network with the least ½ Σ_i (s(x_i) − ℓ_i)² + (β/2)(‖W‖² + ‖A‖²), of any width.

    ``x_noisy`` (n, 1) with at least two distinct points, ``targets`` ℓ (n, 1), for the score
    −noise/√h. Relu with a skip connection is ℓ1 trend filtering (Kim, Koh, Boyd, Gorinevsky 2009)
    on points that need not be evenly spaced. Raises as ``score_matching`` does, but any β > 0 has
    a minimum.
    """
    return _line(x_noisy, targets, activation, skip).fit(beta)


def path(
    x: Tensor,
    betas: Iterable[float],
    activation: str = "relu",
    skip: bool = True,
    targets: Tensor | None = None,
) -> list[Fit]:
    """The fits at every β, by score matching, or by denoising where there are targets.

    The program is made once and solved for one β after the other. Raises what the single fits do.
    """
    line = _line(x, targets, activation, skip)
    wanted = [line.require(beta) for beta in betas]
    return [line.fit(beta) for beta in wanted]


def least_beta(x: Tensor, activation: str = "relu", skip: bool = True) -> float:
    """The β below which score matching on x (n, 1) has no minimum."""
    return _line(x, None, activation, skip).bound()


def gaussian_beta(x: Tensor, activation: str = "relu", skip: bool = True) -> float:
    """The β from which on score matching on x (n, 1) finds the score of a Gaussian.

    With a skip connection of N(μ, v), the data's mean and variance, everywhere. Without one of
    N(μ, n v/(n − β)), on the range of the data only, and s = 0 from β = n on.
    """
    return _line(x, None, activation, skip).straight()


def _line(x: Tensor, targets: Tensor | None, activation: str, skip: bool) -> Line:
    from .line import Line  # and with it scipy: only who calls pays for it

    validate.one_of("activation", activation, ACTIVATIONS)
    validate.points("x" if targets is None else "x_noisy", x, dim=1)
    if targets is not None:
        validate.shape("targets", validate.points("targets", targets), tuple(x.shape))
    return Line(x, targets, activation, skip)
