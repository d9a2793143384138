"""When to stop: rules that choose a number of gradient steps.

Kernel gradient descent is a linear smoother: after τ steps it predicts S_τ Y on its own data, with
S_τ = V diag(g) Vᵀ and g = 1 − (1 − ηλ)^τ (derived). Rules from the training data alone cost no
more than products with V, which the kernel flow has.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from . import validate
from .metrics import excess_risks, holdout_risks
from .path import Denoiser, Path
from .process import Regression

if TYPE_CHECKING:
    from .kernel import KernelFlow

#: Rows of V that are worked through at once, to need no second array of its size.
ROWS = 256


def rademacher(eigenvalues: Tensor, step_size: float, noise: float, radius: float = 1.0) -> int:
    """T̂ = min{τ : Q(1/η_τ) > C / (2 e σ η_τ)} − 1 with η_τ = ητ (Raskutti, Wainwright, Yu 2014).

    Q(c) = [n⁻¹ Σ_j min(λ_j, c)]^{1/2} for the ``eigenvalues`` (n,) of K/n; ``noise`` σ is the
    label noise (a standard deviation, in units of the labels), ``radius`` C the RKHS norm of the
    truth, which the literature sets to 1. Equal noise on all labels is assumed. The rate is
    right and the constant is not: with C = 1 it stops far too early. Raises ValueError for
    negative or all-zero eigenvalues and for σ, C or η ≤ 0.
    """
    step_size = validate.positive("step_size", step_size)
    noise, radius = validate.positive("noise", noise), validate.positive("radius", radius)
    values = _spectrum(eigenvalues)

    def exceeded(step: int) -> bool:
        # Both sides times η_τ, so that what grows stands on the left.
        return complexity(values, step_size * step) > radius / (2 * math.e * noise)

    high = 1
    while not exceeded(high):
        high *= 2
        validate.require(high < 2**900, "radius", radius, "so large that it never stops")
    low = high // 2  # exceeded is monotone in the step: false at low, true at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if exceeded(middle) else (middle, high)
    return low


def complexity(eigenvalues: Tensor, time: float) -> float:
    """η_τ Q(1/η_τ) = [n⁻¹ Σ_j min(λ_j η_τ², η_τ)]^{1/2}: what ``rademacher`` bounds by C/(2eσ).

    For the ``eigenvalues`` (n,) of K/n and ``time`` η_τ = ητ. It grows with the time.
    """
    time = validate.positive("time", time)
    return math.sqrt(time) * float((_spectrum(eigenvalues) * time).clamp_max(1).mean().sqrt())


def _spectrum(eigenvalues: Tensor) -> Tensor:
    """Eigenvalues (n,) in float64, or a ValueError."""
    values = validate.numbers("eigenvalues", eigenvalues)
    ok = values.dim() == 1 and bool(torch.isfinite(values).all() and (values >= 0).all())
    validate.require(
        ok and bool(values.sum() > 0),
        "eigenvalues",
        eigenvalues,
        "must be a vector of finite numbers ≥ 0, not all 0",
    )
    return values


def oracle(path: Path, truth: Denoiser, data: Regression) -> int:
    """The stop of ``path.stops`` with the least excess risk on ``data``: needs the truth."""
    return path.stops[int(excess_risks(path, truth, data).argmin())]


def noise_and_radius(flow: KernelFlow, step: int) -> tuple[float, float]:
    """The label noise σ and the RKHS norm C of the fit after ``step`` steps, for ``rademacher``.

    σ² = ‖(I − S)Y‖² / (n − tr S) and C² = Σ_k (g_k² / λ_k) ‖v_kᵀY‖² / n, each divided by d: those
    of one output (Raskutti, Wainwright, Yu 2014 take both as known; estimating them is our
    choice). Equal noise on all labels is assumed. Raises ValueError where tr S ≥ n: a fit that
    has used up its data leaves nothing to read the noise off. What lies in directions whose λ is
    rounding, as where rows contradict each other, is noise.
    """
    inverses, energy = _smoother(flow).inverses, flow.projections.square().mean(1)
    fitted = flow.fitted(step) * (inverses > 0)
    left = len(flow) - float(fitted.sum())
    validate.require(left > 1e-6 * len(flow), "step", step, "leaves no residual: stop earlier")
    norms = (fitted.square() * inverses) @ energy
    return math.sqrt(float((1 - fitted).square() @ energy) / left), math.sqrt(norms / len(flow))


def degrees_of_freedom(flow: KernelFlow) -> Tensor:
    """tr S_τ = Σ_k g_k at every stop of ``flow.stops``, shape (T,): how much is fitted by then."""
    return len(flow) - _smoother(flow).left_at_stops.sum(0)


def gcv_scores(flow: KernelFlow) -> Tensor:
    """(1/n) Σ‖r_i‖² / (1 − tr S/n)² at every stop, r = (I − S)Y; shape (T,) (Craven, Wahba 1979).

    Late in training numerator and denominator both vanish: what is left of them is the noise in
    the last eigendirections, and by chance that may make a second, false minimum.
    """
    left, energy = _smoother(flow).left_at_stops, flow.projections.square().sum(1)
    return _ratio(energy @ left.square() / len(flow), left.mean(0))


def loo_scores(flow: KernelFlow) -> Tensor:
    """(1/n) Σ ‖r_i‖² / (1 − S_ii)² at every stop, r = (I − S)Y; shape (T,) (Allen 1974).

    The shortcut is exact leave-one-out for ridge regression and an approximation for gradient
    descent. Late in training numerator and denominator both vanish, but not their ratio.
    """
    left = _smoother(flow).left_at_stops
    residuals = (left[:, :, None] * flow.projections[:, None]).flatten(1)  # (n, T d)
    scores = torch.zeros_like(left[0])
    for rows in flow.vectors.split(ROWS):
        square = (rows @ residuals).unflatten(1, (len(scores), -1)).square().sum(2)
        scores += _ratio(square, rows.square() @ left).sum(0)
    return scores / len(flow)


def _smoother(flow: KernelFlow) -> KernelFlow:
    """The flow, or a ValueError where its directions are not those of rows, as `FeatureFlow`'s."""
    rows = getattr(flow, "labels", None) is not None
    allowed = "must be a KernelFlow, which smooths the labels of its rows"
    validate.require(rows, "flow", type(flow).__name__, allowed)
    return flow


def _ratio(square: Tensor, left: Tensor) -> Tensor:
    """Their ratio, ‖r‖² / (1 − S)²; infinite where so little is left that it underflows."""
    return (square / left**2).nan_to_num(nan=math.inf, posinf=math.inf)


def gcv(flow: KernelFlow) -> int:
    """The stop of least generalised cross-validation score among those with tr S ≤ n/2.

    From the training data alone (Craven, Wahba 1979; its use here is our choice, and so is the
    bound, which keeps the search away from false minima late in training). It assumes equal noise
    on all labels: log-uniform times break that, and then it stops far too late.
    """
    allowed, scores = degrees_of_freedom(flow) <= len(flow) / 2, gcv_scores(flow)
    return flow.stops[int(scores.where(allowed, torch.full_like(scores, math.inf)).argmin())]


def loo(flow: KernelFlow) -> int:
    """The stop of least leave-one-out score, from the training data alone.

    (Allen 1974; its use here is our choice.) Each label is weighed by its own leverage, so it
    assumes independent noise on the labels, but not equal noise.
    """
    return flow.stops[int(loo_scores(flow).argmin())]


def holdout(path: Path, data: Regression) -> int:
    """The stop of ``path.stops`` with the least mean ‖f − X_0‖² on ``data``.

    It assumes nothing of the noise but that ``data`` were not trained on, and costs those data.
    """
    return path.stops[int(holdout_risks(path, data).argmin())]
