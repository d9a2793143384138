"""Theory-guided training on a table: a parametric form, wide networks, a stop, and no tuning.

Everything here is our choice, for the protocol of arXiv 2401.15604 could not be read. The denoiser
is

    f(t, x) = f_0(t, x) + √h(t) · f_W(t, x),                                             (1)

with f_0 the exact denoiser of a Gaussian mixture fitted to the rows, and f_W a wide two-layer
network a band of noise levels. Training f_W is again a regression with noisy labels, now
(X_0 − f_0) / √h; its first layer is trained by full-batch gradient descent with step size 1/λ_max,
and each band stops where a rule says that sees training rows only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from scorelab import stopping, validate
from scorelab.descent import Snapshot, descend
from scorelab.features import FeatureFlow
from scorelab.kernel import KernelFlow, largest_eigenvalue
from scorelab.metrics import holdout_risk
from scorelab.network import TwoLayerNet
from scorelab.path import Denoiser, Path
from scorelab.process import FeatureMap, OrnsteinUhlenbeck, Regression

from .mixture import MixtureForm

#: The range of times, in log-uniform draws: noise levels √h from 0.055 to 0.99.
T_MIN, T_MAX = 0.003, 4.0
#: Rows whose share of λ_max is computed: it hardly changes with more.
ENOUGH = 1000
#: Noises of each point that is put aside.
JUDGING = 3


def log_features(band: OrnsteinUhlenbeck) -> FeatureMap:
    """What the network of a band of times sees: log t, scaled to [0, 1], in the place of t.

    z = (x, log(t / t_min) / log(t_max / t_min), 1), shape (n, d + 2).
    """

    def features(t: Tensor, x: Tensor) -> Tensor:
        validate.queries(t, x)
        place = (t / band.t_min).log() / math.log(band.t_max / band.t_min)
        return torch.cat((x, place[:, None], torch.ones_like(place)[:, None]), dim=1)

    return features


def bands(count: int, t_min: float = T_MIN, t_max: float = T_MAX) -> list[OrnsteinUhlenbeck]:
    """The process on ``count`` neighbouring bands of times, of equal length in log t.

    Raises ValueError for a count below 1.
    """
    edges = torch.logspace(0, 1, validate.count("count", count) + 1, base=t_max / t_min)
    ends = [t_min, *(t_min * edges[1:-1]).tolist(), t_max]
    return [OrnsteinUhlenbeck(low, high) for low, high in itertools.pairwise(ends)]


@dataclass(frozen=True)
class Corrected:
    """f of (1): a form f_0 on a band, and a network or kernel f_W that corrects it."""

    process: OrnsteinUhlenbeck
    form: Denoiser
    correction: Denoiser

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """f(t, x) for t (n,) and x (n, d), shape (n, d)."""
        return self.form(t, x) + self.process.h(t).sqrt()[:, None] * self.correction(t, x)


@dataclass(frozen=True)
class Banded:
    """One denoiser a band; ``processes`` give the bands, rising. Outside, the nearest serves."""

    processes: Sequence[OrnsteinUhlenbeck]
    denoisers: Sequence[Denoiser]

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """The denoiser of each row's band: t (n,), x (n, d), shape (n, d)."""
        inner = torch.tensor([each.t_min for each in self.processes[1:]])
        which, out = torch.bucketize(t, inner.to(t)), torch.empty_like(x)
        for i in which.unique().cpu().tolist():
            out[which == i] = self.denoisers[i](t[which == i], x[which == i])
        return out


def labels(
    band: OrnsteinUhlenbeck,
    form: Denoiser,
    x: Tensor,
    draws: int = 1,
    *,
    generator: Generator | None = None,
) -> Regression:
    """What f_W is trained on: rows (t, X_t, (X_0 − f_0) / √h), times log-uniform in the band."""
    data = band.regression(x, draws, "log", generator=generator)
    left = (data.x_0 - form(data.t, data.x_t)) / band.h(data.t).sqrt()[:, None]
    return Regression(data.t, data.x_t, left)


def train(
    band: OrnsteinUhlenbeck,
    form: MixtureForm,
    x: Tensor,
    holdout: Tensor,
    width: int,
    stops: Iterable[int],
    *,
    generator: Generator | None = None,
) -> Snapshot:
    """A network of ``width`` trained on points x (n, d) until its risk on others no longer falls.

    It pauses at each of the ``stops``, and goes on as long as the last was better than the one
    before, judged by ``holdout`` (k, d) with `JUDGING` noises each; the better one is returned.
    """
    f_0 = form.denoiser(band)
    data = labels(band, f_0, x, generator=generator)
    fresh = labels(band, f_0, holdout, JUDGING, generator=generator)
    seen = log_features(band)
    net = TwoLayerNet(band, x.shape[1], width, features=seen, generator=generator, device=x.device)
    step = 1 / largest_eigenvalue(seen(data.t[:ENOUGH], data.x_t[:ENOUGH]))
    best, least = None, math.inf
    for snapshot in descend(net, data, stops, step):
        risk = holdout_risk(snapshot.net, fresh)
        if risk >= least:
            break
        best, least = snapshot, risk
    if best is None:
        raise ValueError(f"stops={stops!r}: must hold at least one")
    return best


def feature_flow(
    band: OrnsteinUhlenbeck,
    form: MixtureForm,
    x: Tensor,
    width: int,
    draws: int,
    *,
    generator: Generator | None = None,
) -> FeatureFlow:
    """The kernel's gradient descent on ``draws`` noises of each point x (n, d), at all stops.

    On ``width`` random features; see `FeatureFlow`. All noises are drawn anew.
    """
    f_0 = form.denoiser(band)
    batches = (labels(band, f_0, x, generator=generator) for _ in range(draws))
    return FeatureFlow(band, batches, width, features=log_features(band), generator=generator)


def holdout_stop(
    band: OrnsteinUhlenbeck, path: Path, form: MixtureForm, x: Tensor, *, generator: Generator
) -> int:
    """The stop of a band's path by its risk on points x not trained on."""
    return stopping.holdout(
        path, labels(band, form.denoiser(band), x, JUDGING, generator=generator)
    )


def loo_stop(
    band: OrnsteinUhlenbeck,
    form: MixtureForm,
    x: Tensor,
    at_most: int = 1000,
    *,
    generator: Generator,
) -> int:
    """The stop by leave-one-out on the kernel of the first ``at_most`` points, one draw each.

    Fewer rows mean more noise in each direction, so that it stops earlier than all rows would ask.
    """
    data = labels(band, form.denoiser(band), x[:at_most], generator=generator)
    return stopping.loo(KernelFlow(band, data, features=log_features(band)))


def assemble(
    form: MixtureForm, processes: Sequence[OrnsteinUhlenbeck], corrections: Sequence[Denoiser]
) -> Banded:
    """The denoiser of all bands from the form and each band's correction."""
    parts = zip(processes, corrections, strict=True)
    return Banded(processes, [Corrected(b, form.denoiser(b), f) for b, f in parts])
