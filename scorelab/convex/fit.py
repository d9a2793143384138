"""What a convex program returns: a two-layer score network, its value, and its certificate.

s(x) = Σ_r a_r σ(w_r · x + b_r) + V x + b2 with σ = relu or abs. The losses below are those of
*any* such network, written in torch, so that autograd can train one and the certificate of a fit
can judge it. Sums over the data, not means; biases and V carry no penalty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from .. import validate
from ..path import Denoiser
from ..process import OrnsteinUhlenbeck

#: W (m, d), b (m,), A (m, d_out): neuron r adds A_r σ(W_r · x + b_r).
Neurons: TypeAlias = tuple[Tensor, Tensor, Tensor]
#: V (d_out, d), b2 (d_out,); V is zero for a network without a skip connection.
Linear: TypeAlias = tuple[Tensor, Tensor]

#: σ and its derivative. At a kink itself the derivative is that of the left side.
ACTIVATIONS = {
    "relu": (torch.relu, lambda pre: (pre > 0).to(pre)),
    "abs": (torch.abs, lambda pre: 2 * (pre > 0).to(pre) - 1),
}


def network_score(x: Tensor, neurons: Neurons, linear: Linear, activation: str) -> Tensor:
    """s(x) for x (n, d), shape (n, d_out), in the type of the weights."""
    sigma = ACTIVATIONS[validate.one_of("activation", activation, ACTIVATIONS)][0]
    (w, b, a), (v, b2) = neurons, linear
    return sigma(x @ w.T + b) @ a + x @ v.T + b2


def _checked(name: str, x: Tensor, dim: int, like: Tensor) -> Tensor:
    """Data (n, d) in the type of the weights, whose squares are numbers; or a ValueError."""
    most = torch.finfo(like.dtype).max ** 0.45
    return validate.sized(name, validate.points(name, x, dim=dim).to(like), most)


def penalty(neurons: Neurons, beta: float) -> Tensor:
    """Weight decay (β/2)(‖W‖² + ‖A‖²), a number."""
    ok = validate.real(beta) and 0 <= beta < math.inf
    validate.require(ok, "beta", beta, "must be a finite number ≥ 0")
    w, _, a = neurons
    return beta / 2 * (w.square().sum() + a.square().sum())


def score_matching_loss(
    x: Tensor, neurons: Neurons, linear: Linear, beta: float, activation: str = "relu"
) -> Tensor:
    """Σ_i [tr ∇s(x_i) + ½‖s(x_i)‖²] + (β/2)(‖W‖² + ‖A‖²) for x (n, d), a number.

    Needs d_out = d. Autograd sees σ′ as constant between kinks: it ignores the jumps of the
    divergence when a kink passes a datum.
    """
    slope = ACTIVATIONS[validate.one_of("activation", activation, ACTIVATIONS)][1]
    (w, b, a), (v, _) = neurons, linear
    x = _checked("x", x, w.shape[1], w)
    divergence = (slope(x @ w.T + b) @ (w * a).sum(1)).sum() + len(x) * v.trace()
    squares = network_score(x, neurons, linear, activation).square().sum()
    return divergence + squares / 2 + penalty(neurons, beta)


def denoising_loss(
    x_noisy: Tensor,
    targets: Tensor,
    neurons: Neurons,
    linear: Linear,
    beta: float,
    activation: str = "relu",
) -> Tensor:
    """½ Σ_i ‖s(x_i) − ℓ_i‖² + (β/2)(‖W‖² + ‖A‖²) for x_noisy (n, d), targets (n, d_out)."""
    w = neurons[0]
    x_noisy = _checked("x_noisy", x_noisy, w.shape[1], w)
    targets = _checked("targets", targets, len(linear[0]), w)
    validate.shape("targets", targets, (len(x_noisy), len(linear[0])))
    residual = network_score(x_noisy, neurons, linear, activation) - targets
    return residual.square().sum() / 2 + penalty(neurons, beta)


@dataclass(frozen=True)
class Fit:
    """A two-layer network trained to the global optimum of its regularised loss.

    ``objective`` is the loss of the network in ``neurons`` and ``linear`` (sum convention);
    ``gap`` ≥ 0 is that loss minus the value of a point that is feasible for the dual program, so
    that no network of any width can lie more than ``gap`` below. ``status`` is the solver's word.
    Weights are float64 on the input's device (on the CPU where the device has no float64).
    """

    objective: float
    gap: float
    neurons: Neurons = field(repr=False)
    linear: Linear = field(repr=False)
    activation: str
    beta: float
    status: str = "Solved"

    @property
    def lower_bound(self) -> float:
        """The dual value: no network of this kind has a smaller loss."""
        return self.objective - self.gap

    def gap_of(self, loss: float) -> float:
        """How far at most a network of this ``loss`` lies above the optimum: loss − lower bound.

        ``loss`` is the same objective on the same data, however the network was trained.
        """
        number = validate.shape("loss", validate.numbers("loss", loss), ())
        validate.finite("loss", number)
        return float(number) - self.lower_bound

    def score(self, x: Tensor) -> Tensor:
        """s(x) for x (n, d), shape (n, d_out), in the type and on the device of x."""
        validate.points("x", x, dim=self.neurons[0].shape[1])
        w, b, a, v, b2 = (each.to(x) for each in (*self.neurons, *self.linear))
        return network_score(x, (w, b, a), (v, b2), self.activation)

    def denoiser(self, process: OrnsteinUhlenbeck, t: float) -> Denoiser:
        """f(t, x) = (x + h(t) s(x)) / α(t), by Tweedie's formula, at the one time ``t`` > 0.

        One score network is fitted at one noise level, so the denoiser takes no other time:
        it raises ValueError that names the time asked for. Meant for a fit of data noised to t;
        for a fit of clean data, take t_min, where h is small.
        """
        return LevelDenoiser(self, process, validate.positive("t", t))


@dataclass(frozen=True)
class LevelDenoiser:
    """The denoiser of a fit at the noise level of its own time ``t`` and at no other."""

    fit: Fit
    process: OrnsteinUhlenbeck
    t: float

    @property
    def device(self) -> torch.device:
        """Where the weights live."""
        return self.fit.neurons[0].device

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        validate.queries(t, x)
        own = bool(((t - self.t).abs() <= 1e-5 * self.t).all())
        validate.require(
            own,
            "t",
            [float(end) for end in t.detach().aminmax()] if len(t) else [],
            f"this denoiser was fitted at the noise level of t = {self.t:g} and holds only there",
        )
        return (x + self.process.h(t)[:, None] * self.fit.score(x)) / self.process.alpha(t)[:, None]
