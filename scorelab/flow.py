"""Gradient descent in a space of functions that are linear in what is trained: all stops at once.

With eigenvalues λ of the normalised Gram matrix, each eigendirection is learned by itself, and
after τ steps 1 − (1 − ηλ)^τ of it is fitted (derived). One decomposition serves every τ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor

from . import validate
from .path import Denoiser, log_stops

#: The largest label: its square times 1/λ is still a number, whatever a loss or a rule makes of it.
LARGEST = 1e120


class Flow(ABC):
    """A path whose every stop costs one small product: what kernels and features have in common.

    ``eigenvalues`` λ (k,) descending; ``projections`` (k, d), the labels in the eigenbasis, summed
    over rows; ``rows`` how many these are; ``step_size`` η below 2/λ_max.
    """

    #: The stops that rules and risk curves search by default.
    stops = log_stops(10**7, 120)

    eigenvalues: Tensor
    projections: Tensor
    rows: int
    step_size: float
    _left: Mapping[tuple[int, ...], Tensor] = MappingProxyType({})

    @abstractmethod
    def at(self, step: float) -> Denoiser:
        """The denoiser after ``step`` steps, any whole number ≥ 0 or inf (the interpolant)."""

    @abstractmethod
    def _rotated(self, t: Tensor, x: Tensor) -> Tensor:
        """Queries t (m,), x (m, d) in the eigenbasis, (m, k)."""

    def __len__(self) -> int:
        return self.rows

    def _choose_step(self, step_size: float | None) -> float:
        """1/λ_max for None, or a step size below 2/λ_max, where it would diverge."""
        top = float(self.eigenvalues[0])
        allowed = "must be above 0: nothing can be learned from these data"
        validate.require(top > 0, "the largest eigenvalue", top, allowed)
        step = 1 / top if step_size is None else validate.positive("step_size", step_size)
        validate.require(
            step * top < 2,
            "step_size",
            step_size,
            f"must be below 2/λ_max = {2 / top:.4g}, the largest stable step size",
        )
        return step

    def fitted(self, step: float) -> Tensor:
        """1 − (1 − ηλ)^τ (k,): how much of each eigendirection of the labels is fitted by then.

        For a kernel these are the eigenvalues of the linear smoother S_τ, labels to predictions.
        A direction whose λ is rounding counts as any other at finite τ, so that by 1/(ηλ) it
        seems fitted, and as never fitted at τ = inf. Predictions and losses leave it out always.
        """
        return self._fitted([validate.step("step", step)])[:, 0]

    @property
    def left_at_stops(self) -> Tensor:
        """(1 − ηλ)^τ at every stop of ``stops``, (k, T): the part of the labels not fitted yet.

        As exact relative to itself as ``fitted`` is: when it is all but zero, too. Kept until
        ``stops`` are others; ValueError where these do not rise.
        """
        stops = tuple(validate.rising("stops", self.stops))
        if stops not in self._left:
            log_left, alternating = self._log_left(stops)
            self._left = {stops: log_left.exp().where(~alternating, -log_left.exp())}
        return self._left[stops]

    def _fitted(self, steps: Sequence[float]) -> Tensor:
        log_left, alternating = self._log_left(steps)
        fitted = torch.where(alternating, 1 + log_left.exp(), -log_left.expm1())
        # In infinite time all is fitted but what rounding has made of zero eigenvalues.
        found = (self.eigenvalues > self._rank_cutoff()).to(self.eigenvalues)[:, None]
        return torch.where(self._number(steps).isinf(), found, fitted)

    def _number(self, steps: Sequence[float]) -> Tensor:
        """Steps in the eigenvalues' type, also those that no integer type holds."""
        return self.eigenvalues.new_tensor([float(step) for step in steps])

    def _log_left(self, steps: Sequence[float]) -> tuple[Tensor, Tensor]:
        """log |1 − ηλ|^τ for T steps, (k, T), and where the power is negative: ηλ > 1, τ odd.

        Exact for small ηλ, where 1 − ηλ rounds to one.
        """
        rate = self.step_size * self.eigenvalues[:, None]
        taken = self._number(steps)
        log_left = taken * torch.log1p(-torch.minimum(rate, 2 - rate))
        # 0 · log 0 has no value, but before the first step all is left.
        return log_left.where(taken > 0, torch.zeros_like(log_left)), (rate > 1) & (taken % 2 == 1)

    def replay(self, t: Tensor, x: Tensor) -> Callable[[float], Tensor]:
        """Predictions at fixed queries t (n,), x (n, d) as a function of the step, each (n, d).

        The queries are brought into the eigenbasis once, so that a step costs one small product:
        what an explorer needs.
        """
        validate.queries(t, x)
        rotated = self._rotated(t, x)
        return lambda step: (rotated @ self._weighted([validate.step("step", step)])).to(x)

    def predict(self, t: Tensor, x: Tensor) -> Tensor:
        """Predictions at queries t (m,), x (m, d) at every stop, shape (T, m, d)."""
        validate.queries(t, x)
        predictions = self._rotated(t, x) @ self._weighted(self.stops)
        return predictions.unflatten(1, (len(self.stops), -1)).movedim(0, 1).to(x)

    def _weighted(self, steps: Sequence[float]) -> Tensor:
        """(1 − (1 − ηλ)^τ) / λ times the projections / n, T steps beside each other: (k, T d)."""
        filtered = self._fitted(steps) * self.inverses[:, None]
        return (filtered[:, :, None] * self.projections[:, None]).flatten(1) / len(self)

    @property
    def inverses(self) -> Tensor:
        """1/λ (k,), but 0 where λ is rounding: nothing is learned in such directions.

        A kernel's vanish at every query, and features have no part of the labels there: ΦᵀY is in
        the range of ΦᵀΦ. What rounding leaves, times 1/λ, would be noise, the larger the later.
        """
        found = self.eigenvalues > self._rank_cutoff()
        return found / self.eigenvalues.where(found, torch.ones_like(self.eigenvalues))

    def _rank_cutoff(self) -> Tensor:
        """Eigenvalues below this are rounding: nothing must be divided by them."""
        values = self.eigenvalues
        return len(values) * torch.finfo(values.dtype).eps * values[0]
