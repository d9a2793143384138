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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from scorelab import stopping, validate
from scorelab.descent import NetworkPath
from scorelab.kernel import KernelFlow, largest_eigenvalue
from scorelab.network import TwoLayerNet
from scorelab.process import Denoiser, OrnsteinUhlenbeck, Regression

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture as Fitted

#: The range of times, in log-uniform draws: noise levels √h from 0.055 to 0.99.
T_MIN, T_MAX = 0.003, 4.0
#: Added to the eigenvalues of the mixture's covariances: coordinates have variance 1.
FLOOR = 1e-3
#: Rows whose share of λ_max is computed: it hardly changes with more.
ENOUGH = 1000


class Band(OrnsteinUhlenbeck):
    """The process on a band of times, where the network sees log t, scaled to [0, 1], for t."""

    def features(self, t: Tensor, x: Tensor) -> Tensor:
        """z = (x, log(t / t_min) / log(t_max / t_min), 1), shape (n, d + 2)."""
        validate.queries(t, x)
        place = (t / self.t_min).log() / math.log(self.t_max / self.t_min)
        return torch.cat((x, place[:, None], torch.ones_like(place)[:, None]), dim=1)


def bands(count: int, t_min: float = T_MIN, t_max: float = T_MAX) -> list[Band]:
    """``count`` neighbouring bands of times, of equal length in log t. ValueError for none."""
    edges = torch.logspace(0, 1, validate.count("count", count) + 1, base=t_max / t_min)
    ends = [t_min, *(t_min * edges[1:-1]).tolist(), t_max]
    return [Band(low, high) for low, high in itertools.pairwise(ends)]


class MixtureForm:
    """f_0: the exact denoiser of Σ_k π_k N(μ_k, Σ_k) with full covariances (standard).

    f_0(t, x) = Σ_k r_k [μ_k + α Σ_k (α² Σ_k + h I)⁻¹ (x − α μ_k)], r_k the posterior weights. With
    one component and normal coordinates it is the Gaussian copula's. ``weights`` (k,), ``means``
    (k, d), ``covariances`` (k, d, d). Each covariance is diagonalised once for all times.
    """

    def __init__(self, weights: Tensor, means: Tensor, covariances: Tensor) -> None:
        values, vectors = torch.linalg.eigh(covariances.double())
        self.means, self.parts = means, (weights.log(), means, values.clamp_min(FLOOR), vectors)

    @classmethod
    def independent(cls, dim: int) -> MixtureForm:
        """N(0, I): where every coordinate is normal, the form of independent columns, f_0 = αx."""
        return cls(torch.ones(1), torch.zeros(1, dim), torch.eye(dim)[None])

    @classmethod
    def fit(cls, x: Tensor, components: int, *, generator: Generator | None = None) -> MixtureForm:
        """By expectation–maximisation (scikit-learn) on points x (n, d)."""
        validate.points("x", x)
        fitted = _fit(x, components, generator)
        parts = (fitted.weights_, fitted.means_, fitted.covariances_)
        return cls(*(torch.as_tensor(part) for part in parts))

    def denoiser(self, process: OrnsteinUhlenbeck) -> Denoiser:
        """f_0(t, x) for t (n,) and x (n, d), shape (n, d)."""

        def block(t: Tensor, x: Tensor) -> Tensor:
            alpha, h = process.alpha(t)[:, None], process.h(t)[:, None]
            logs, means = [], []
            for log_weight, mean, value, vector in zip(
                *(part.to(x) for part in self.parts), strict=True
            ):
                along, variance = (x - alpha * mean) @ vector, alpha**2 * value + h
                logs.append(log_weight - (along**2 / variance + variance.log()).sum(1) / 2)
                means.append(mean + (alpha * value / variance * along) @ vector.T)
            posterior = torch.stack(logs, 1).softmax(1)
            return torch.einsum("nk,nkd->nd", posterior, torch.stack(means, 1))

        def denoiser(t: Tensor, x: Tensor) -> Tensor:
            validate.queries(t, x, self.means.shape[1])
            parts = zip(t.split(2048), x.split(2048), strict=True)
            return torch.cat([block(*part) for part in parts])

        return denoiser


def choose_components(
    train: Tensor, holdout: Tensor, candidates: Sequence[int], *, generator: Generator | None = None
) -> int:
    """The number of components whose mixture gives held-out points the highest likelihood."""
    scores = [_fit(train, k, generator).score(holdout.cpu().double().numpy()) for k in candidates]
    return candidates[scores.index(max(scores))]


def _fit(x: Tensor, components: int, generator: Generator | None) -> Fitted:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    seed = int(torch.randint(2**31, (1,), generator=generator))
    mixture = GaussianMixture(components, reg_covar=FLOOR, max_iter=30, random_state=seed)
    with warnings.catch_warnings():  # thirty rounds are what we want, converged or not
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(x.cpu().double().numpy())


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

    processes: Sequence[Band]
    denoisers: Sequence[Denoiser]

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """The denoiser of each row's band: t (n,), x (n, d), shape (n, d)."""
        inner = torch.tensor([each.t_min for each in self.processes[1:]])
        which, out = torch.bucketize(t, inner.to(t)), torch.empty_like(x)
        for i in which.unique().cpu().tolist():
            out[which == i] = self.denoisers[i](t[which == i], x[which == i])
        return out


def labels(
    band: Band, form: Denoiser, x: Tensor, draws: int = 1, *, generator: Generator | None = None
) -> Regression:
    """What f_W is trained on: rows (t, X_t, (X_0 − f_0) / √h), times log-uniform in the band."""
    data = band.regression(x, draws, "log", generator=generator)
    left = (data.x_0 - form(data.t, data.x_t)) / band.h(data.t).sqrt()[:, None]
    return Regression(data.t, data.x_t, left)


def paths(
    processes: Sequence[Band],
    form: MixtureForm,
    x: Tensor,
    width: int,
    stops: Iterable[int],
    *,
    generator: Generator | None = None,
) -> Iterator[tuple[Band, NetworkPath]]:
    """Train a network of ``width`` in each band on points x (n, d), and record it at ``stops``."""
    stops = list(validate.rising("stops", stops))
    for band in processes:
        data = labels(band, form.denoiser(band), x, generator=generator)
        net = TwoLayerNet(band, x.shape[1], width, generator=generator, device=x.device)
        some = slice(0, ENOUGH)
        step = 1 / largest_eigenvalue(band.features(data.t[some], data.x_t[some]))
        yield band, NetworkPath.record(net, data, stops, step)


def holdout_stop(
    band: Band, path: NetworkPath, form: MixtureForm, x: Tensor, *, generator: Generator
) -> int:
    """The stop of a band's path by its risk on points x not trained on, 3 draws each."""
    return stopping.holdout(path, labels(band, form.denoiser(band), x, 3, generator=generator))


def loo_stop(
    band: Band, form: MixtureForm, x: Tensor, at_most: int = 1000, *, generator: Generator
) -> int:
    """The stop by leave-one-out on the kernel of the first ``at_most`` points, one draw each.

    Fewer rows mean more noise in each direction, so that it stops earlier than all rows would ask.
    """
    data = labels(band, form.denoiser(band), x[:at_most], generator=generator)
    return stopping.loo(KernelFlow(band, data))


def assemble(
    form: MixtureForm, processes: Sequence[Band], corrections: Sequence[Denoiser]
) -> Banded:
    """The denoiser of all bands from the form and each band's correction."""
    parts = zip(processes, corrections, strict=True)
    return Banded(processes, [Corrected(b, form.denoiser(b), f) for b, f in parts])
