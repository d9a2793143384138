"""The form that a network corrects: a mixture of Gaussians and its exact denoiser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from threadpoolctl import threadpool_limits
from torch import Generator, Tensor

from scorelab import validate
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture as Fitted

#: Added to the eigenvalues of the covariances: coordinates have variance 1.
FLOOR = 1e-3


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
    def fit(
        cls,
        x: Tensor,
        components: Sequence[int],
        holdout: Tensor,
        *,
        generator: Generator | None = None,
    ) -> MixtureForm:
        """By expectation–maximisation (scikit-learn) on points x (n, d).

        Of the numbers of ``components``, the one that gives the held-out points (k, d) the highest
        likelihood. Raises ValueError for numbers that are not whole, none, or points of another d.
        """
        validate.same_dim(x, holdout, ("x", "holdout"))
        counts = [validate.count("components", each) for each in components]
        validate.require(bool(counts), "components", components, "must hold at least one")
        fitted = [_fit(x, each, generator) for each in counts]
        unseen = holdout.cpu().double().numpy()
        best = max(fitted, key=lambda each: each.score(unseen))
        parts = (best.weights_, best.means_, best.covariances_)
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


def _fit(x: Tensor, components: int, generator: Generator | None) -> Fitted:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    seed = int(torch.randint(2**31, (1,), generator=generator))
    mixture = GaussianMixture(components, reg_covar=FLOOR, max_iter=30, random_state=seed)
    # Its matrices are so small that threads cost five times what they save; and thirty rounds are
    # what we want, converged or not.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(x.cpu().double().numpy())
