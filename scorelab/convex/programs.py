"""The public programs: score matching and denoising, on a line and beyond."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torch import Generator, Tensor

from .. import validate
from .fit import ACTIVATIONS, Fit

if TYPE_CHECKING:
    from .line import Line


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
    For d ≥ 2 ``patterns`` and ``outputs`` are as in ``denoising``. Raises ValueError
    where β is so small that the loss has no minimum (on a line below 1 for relu and 2 for abs with
    a skip connection on distinct points), and RuntimeError where the solver stops early.
    """
    if _many(x):
        from . import many

        return many.score_matching(x, beta, activation, skip, patterns, outputs=outputs,
                                   generator=generator)  # fmt: skip
    _no_patterns(patterns)
    return _line(x, None, activation, skip).fit(beta)


def denoising(
    x_noisy: Tensor,
    targets: Tensor,
    beta: float,
    activation: str = "relu",
    patterns: int | Tensor | None = None,
    *,
    skip: bool = True,
    outputs: str = "joint",
    start: Fit | None = None,
    generator: Generator | None = None,
) -> Fit:
    """The network with the least ½ Σ_i ‖s(x_i) − ℓ_i‖² + (β/2)(‖W‖² + ‖A‖²), of any width.

    ``x_noisy`` (n, d) with at least two distinct points, ``targets`` ℓ (n, d), for the score
    −noise/√h. On a line, relu with a skip connection is ℓ1 trend filtering (Kim, Koh, Boyd,
    Gorinevsky 2009) on points that need not be evenly spaced. The rest is for d ≥ 2:

    ``outputs="joint"`` lets neurons feed all outputs, ``"separate"`` one each; ``lower_bound`` is
    that of networks of the kind. ``patterns`` None allows every neuron; a number, or a bool tensor
    (n, P) of ``convex.patterns``, only those whose activations on the data are among so many drawn
    from ``generator``, or among these: the value is then an upper bound, and ``gap`` still compares
    it with all networks. For d ≥ 3 they are where a search starts, so that the value always is an
    upper bound, and the gap is safe but wide. ``start`` is a fit with a neighbouring β.
    Raises as ``score_matching`` does, but any β > 0 has a minimum.
    """
    if _many(x_noisy):
        from . import many

        return many.denoising(x_noisy, targets, beta, activation, patterns, outputs=outputs,
                              skip=skip, start=start, generator=generator)  # fmt: skip
    _no_patterns(patterns)
    return _line(x_noisy, targets, activation, skip).fit(beta)


def _many(x: Tensor) -> bool:
    return isinstance(x, Tensor) and x.dim() == 2 and x.shape[1] > 1


def _no_patterns(patterns: int | Tensor | None) -> None:
    validate.require(patterns is None, "patterns", patterns, "a line needs none: all are used")


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


def least_beta(
    x: Tensor, activation: str = "relu", skip: bool = True, *, outputs: str = "joint"
) -> float:
    """The β below which score matching on x (n, 1) or (n, 2) has no minimum.

    On a line exactly; in the plane to 1/1000, and rather above than below, for a network whose
    neurons feed all ``outputs`` or one each. Raises ValueError for other dimensions.
    """
    validate.points("x", x)
    validate.require(x.shape[1] < 3, "x.shape", tuple(x.shape),
                     "must be (n, 1) or (n, 2)")  # fmt: skip
    if x.shape[1] == 1:
        return _line(x, None, activation, skip).bound()
    from . import many  # and with it Clarabel: only who calls pays for it

    return many.least_beta(x, activation, skip, outputs=outputs)


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
