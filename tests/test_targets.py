"""Exact denoisers against integrals over the prior, computed by quadrature or by sampling."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import chisquare, multivariate_normal, norm
from torch import Generator, Tensor
from torch.func import jacrev, vmap

from scorelab import Empirical, GaussianMixture, OrnsteinUhlenbeck, targets

PROCESS = OrnsteinUhlenbeck()
UNEVEN = GaussianMixture([[-1.0], [0.3], [2.0]], [0.2, 0.5, 0.8], [1.0, 3.0, 2.0])
FLAT = GaussianMixture([[1.0, 0.0], [-0.5, 1.0], [0.0, -2.0]], [0.2, 0.5, 0.9], [1.0, 2.0, 3.0])
TIMES = (0.02, 0.2, 1.0, 3.0)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def double(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=seed(number))


def at(t: float, x: Tensor) -> Tensor:
    return torch.full((len(x),), t, dtype=x.dtype)


def moment(power: int, t: float, x: float) -> float:
    """∫ x0^power p(x0) p(X_t = x | x0) dx0 of the uneven mixture, by the trapezoidal rule.

    For an analytic integrand that vanishes at both ends the rule converges exponentially.
    """
    x0 = np.linspace(-8, 8, 4001)
    parts = zip(UNEVEN.weights, UNEVEN.means, UNEVEN.stds, strict=True)
    prior = sum(float(w) * norm.pdf(x0, float(m), float(s)) for w, m, s in parts)
    joint = prior * norm.pdf(x, math.exp(-t / 2) * x0, math.sqrt(1 - math.exp(-t)))
    return float(np.trapezoid(x0**power * joint, x0))


def posterior_moment(power: int, t: float, x: float) -> float:
    """E[X_0^power | X_t = x] of the uneven mixture."""
    return moment(power, t, x) / moment(0, t, x)


@pytest.mark.parametrize("t", TIMES)
def test_the_denoiser_is_the_posterior_mean_by_quadrature(t: float) -> None:
    x = torch.tensor([[-2.0], [-0.4], [0.1], [1.3], [2.5]], dtype=torch.float64)
    wanted = torch.tensor([[posterior_moment(1, t, float(v))] for v in x], dtype=torch.float64)
    torch.testing.assert_close(UNEVEN.denoiser(PROCESS)(at(t, x), x), wanted, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("t", TIMES)
def test_its_slope_is_the_posterior_variance_by_quadrature(t: float) -> None:
    # ∇f* = (α/h) Cov(X_0 | X_t = x).
    x = torch.tensor([[-0.7], [0.1], [1.3]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(UNEVEN.denoiser(PROCESS)(at(t, x), x).sum(), x)
    for v, found in zip(x.flatten().tolist(), slope.flatten().tolist(), strict=True):
        variance = posterior_moment(2, t, v) - posterior_moment(1, t, v) ** 2
        expected = math.exp(-t / 2) / (1 - math.exp(-t)) * variance
        assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("t", [0.2, 1.0, 3.0])
def test_denoiser_and_covariance_by_importance_sampling(t: float) -> None:
    x0 = FLAT.sample(200_000, generator=seed()).double()
    x = PROCESS.perturb(FLAT.sample(6, generator=seed(1)).double(), t, generator=seed(2))
    alpha, h = math.exp(-t / 2), 1 - math.exp(-t)
    weight = (-(torch.cdist(x, alpha * x0) ** 2) / (2 * h)).softmax(dim=1)
    mean = weight @ x0
    second = torch.einsum("qn,ni,nj->qij", weight, x0, x0)
    covariance = second - mean[:, :, None] * mean[:, None]
    denoiser = FLAT.denoiser(PROCESS)

    def one(v: Tensor) -> Tensor:
        return denoiser(torch.full((1,), t, dtype=v.dtype), v[None])[0]

    torch.testing.assert_close(vmap(one)(x), mean, atol=0.02, rtol=0.02)
    torch.testing.assert_close(
        vmap(jacrev(one))(x), alpha / h * covariance, atol=0.03 / h, rtol=0.05
    )


@pytest.mark.parametrize("t", TIMES)
def test_the_label_noise_is_the_posterior_variance_by_quadrature(t: float) -> None:
    x = torch.tensor([[-2.1], [-0.6], [0.0], [0.8], [1.9]], dtype=torch.float64)
    zeroth, first, second = ([moment(k, t, float(each)) for each in x] for k in range(3))
    wanted = [c / a - (b / a) ** 2 for a, b, c in zip(zeroth, first, second, strict=True)]
    found = UNEVEN.posterior_variance(PROCESS, at(t, x), x)
    torch.testing.assert_close(found, torch.tensor(wanted, dtype=torch.float64))


def test_in_the_plane_the_label_noise_is_the_slope_of_the_denoiser() -> None:
    x, t = double(20, 2), torch.linspace(0.1, 2, 20, dtype=torch.float64)
    truth = FLAT.denoiser(PROCESS)
    jacobian = vmap(jacrev(lambda t, x: truth(t[None], x[None])[0], argnums=1))(t, x)
    wanted = PROCESS.h(t) / PROCESS.alpha(t) * jacobian.diagonal(dim1=1, dim2=2).sum(1)
    torch.testing.assert_close(FLAT.posterior_variance(PROCESS, t, x), wanted)


@pytest.mark.parametrize("t", TIMES)
def test_the_noised_empirical_law_is_a_bell_around_each_point(t: float) -> None:
    x0, x = double(5, 2), double(7, 2, number=1)
    alpha, h = math.exp(-t / 2), 1 - math.exp(-t)
    bells = [multivariate_normal(alpha * each, h).pdf(x) for each in x0]
    found = Empirical(x0).noised(PROCESS, torch.tensor(t, dtype=torch.float64)).log_prob(x)
    np.testing.assert_allclose(found.exp(), np.mean(bells, axis=0), rtol=1e-9)


def test_each_row_has_a_time_of_its_own() -> None:
    x, denoiser = double(4, 2), FLAT.denoiser(PROCESS)
    together = denoiser(torch.tensor(TIMES, dtype=torch.float64), x)
    for i, t in enumerate(TIMES):
        torch.testing.assert_close(together[i : i + 1], denoiser(at(t, x[:1]), x[i : i + 1]))


def test_log_prob_is_scipys() -> None:
    x = double(30, 2)
    density = sum(
        float(w) * multivariate_normal.pdf(x.numpy(), m.numpy(), float(s) ** 2)
        for w, m, s in zip(FLAT.weights, FLAT.means, FLAT.stds, strict=True)
    )
    torch.testing.assert_close(FLAT.log_prob(x), torch.from_numpy(density).log())


@pytest.mark.parametrize("t", TIMES)
def test_the_noised_law_is_the_convolution(t: float) -> None:
    noised = UNEVEN.noised(PROCESS, t)
    for x in (-1.5, 0.2, 1.9):
        density = noised.log_prob(torch.tensor([[x]], dtype=torch.float64)).exp()
        assert float(density) == pytest.approx(moment(0, t, x), rel=1e-6)


def test_samples_have_the_proportions_and_spreads_of_the_modes() -> None:
    apart = GaussianMixture([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]], [0.5, 1.0, 2.0], [1, 2, 5])
    x = apart.sample(40_000, generator=seed()).double()
    mode = torch.cdist(x, apart.means).argmin(dim=1)
    counts = torch.bincount(mode, minlength=3)
    assert chisquare(counts.numpy(), 40_000 / 8 * torch.tensor([1, 2, 5]).numpy()).pvalue > 0.01
    for k in range(3):
        mine = x[mode == k]
        torch.testing.assert_close(mine.mean(0), apart.means[k], atol=0.05, rtol=0)
        torch.testing.assert_close(
            mine.T.cov(), float(apart.stds[k]) ** 2 * torch.eye(2).double(), atol=0.1, rtol=0.05
        )


def test_samples_follow_the_seed() -> None:
    one, same, other = (FLAT.sample(10, generator=seed(k)) for k in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert one.shape == (10, 2) and one.dtype == torch.float32


def test_the_order_of_the_modes_does_not_matter() -> None:
    other = GaussianMixture(FLAT.means.flip(0), FLAT.stds.flip(0), FLAT.weights.flip(0))
    x = double(20, 2)
    torch.testing.assert_close(FLAT.log_prob(x), other.log_prob(x))
    t = at(0.4, x)
    torch.testing.assert_close(FLAT.denoiser(PROCESS)(t, x), other.denoiser(PROCESS)(t, x))


def test_a_mode_without_weight_changes_nothing() -> None:
    other = GaussianMixture([[0.5], [9.0]], 0.3, [2.0, 0.0])
    alone, x = GaussianMixture([[0.5]], 0.3), double(10, 1)
    for t in TIMES:
        torch.testing.assert_close(
            other.denoiser(PROCESS)(at(t, x), x), alone.denoiser(PROCESS)(at(t, x), x)
        )
    torch.testing.assert_close(other.log_prob(x), alone.log_prob(x))


def test_float32_is_good_to_its_last_digits() -> None:
    # The course samples in float32, also at the smallest time, where exponents are large.
    x, ring = double(200, 2) * 2, GaussianMixture.ring()
    for t in TIMES:
        wide = ring.denoiser(PROCESS)(at(t, x), x)
        narrow = ring.denoiser(PROCESS)(at(t, x).float(), x.float())
        assert narrow.dtype == torch.float32
        torch.testing.assert_close(narrow.double(), wide, atol=1e-3, rtol=1e-4)


def by_hand(x0: Tensor, t: float, x: list[float]) -> list[float]:
    alpha, h = math.exp(-t / 2), 1 - math.exp(-t)
    square = [sum((a - alpha * b) ** 2 for a, b in zip(x, p, strict=True)) for p in x0.tolist()]
    weight = [math.exp(-(s - min(square)) / (2 * h)) for s in square]
    columns = x0.T.tolist()
    return [sum(w * p for w, p in zip(weight, c, strict=True)) / sum(weight) for c in columns]


@pytest.mark.parametrize("block", [1, 35, 10**6])
def test_the_empirical_denoiser_by_hand(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "BLOCK", block)
    x0, x = double(13, 3), double(9, 3, number=1)
    t = torch.linspace(0.02, 3, 9, dtype=torch.float64)
    wanted = [by_hand(x0, *row) for row in zip(t.tolist(), x.tolist(), strict=True)]
    found = Empirical(x0).denoiser(PROCESS)(t, x)
    torch.testing.assert_close(found, torch.tensor(wanted, dtype=torch.float64))


def test_the_empirical_law_is_a_mixture_of_very_narrow_modes() -> None:
    x0, x = double(13, 2), double(9, 2, number=1)
    narrow = GaussianMixture(x0, 1e-5).denoiser(PROCESS)
    for t in TIMES:
        torch.testing.assert_close(
            Empirical(x0).denoiser(PROCESS)(at(t, x), x), narrow(at(t, x), x), atol=1e-6, rtol=1e-6
        )


def test_without_noise_the_empirical_denoiser_returns_the_training_point() -> None:
    x0 = double(20, 2)
    t = at(1e-6, x0)
    torch.testing.assert_close(
        Empirical(x0).denoiser(PROCESS)(t, PROCESS.alpha(t)[:, None] * x0), x0
    )


def test_the_ring_is_round_and_the_line_straight() -> None:
    ring = GaussianMixture.ring(modes=6, radius=2.0)
    close = {"atol": 1e-6, "rtol": 0}
    torch.testing.assert_close(ring.means.norm(dim=1), torch.full((6,), 2.0).double(), **close)
    sides = (ring.means - ring.means.roll(1, 0)).norm(dim=1)
    torch.testing.assert_close(sides, torch.full((6,), 2.0).double(), **close)
    assert GaussianMixture.line(modes=3, spacing=2.0).means.flatten().tolist() == [-2, 0, 2]
    four = GaussianMixture.line(modes=2, dim=4).means
    assert four.tolist() == [[-0.75, 0, 0, 0], [0.75, 0, 0, 0]]


def test_the_spiral_is_centred_with_even_steps() -> None:
    means = GaussianMixture.spiral(modes=12).means
    torch.testing.assert_close(means.mean(0), torch.zeros(2).double(), atol=1e-6, rtol=0)
    steps = means.diff(dim=0).norm(dim=1)
    assert float(steps.max() / steps.min()) < 1.25


TWO, EXACT = [[1.0], [2.0]], FLAT.denoiser(PROCESS)
EMPIRICAL = Empirical(torch.ones(4, 2)).denoiser(PROCESS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: GaussianMixture([1.0, 2.0], 1.0), r"means\.shape=\(2,\): must be \(n, d\)"),
        (lambda: GaussianMixture([[math.nan]], 1.0), "means='tensor with 1 NaN or infinite values"),
        (lambda: GaussianMixture([[1.0]], 0.0), r"stds=0\.0: must all be above 0"),
        (lambda: GaussianMixture([[1.0]], -1.0), r"stds=-1\.0: must all be above 0"),
        (lambda: GaussianMixture([[1.0]], math.inf), "stds=inf: must be one finite number or 1"),
        (lambda: GaussianMixture(TWO, [1.0, 1.0, 1.0]), r"stds=\[1\.0, 1\.0, 1\.0\]: mus"),
        (lambda: GaussianMixture(TWO, 1, [1.0, -1.0]), r"weights=\[1\.0, -1\.0\]: must be"),
        (lambda: GaussianMixture(TWO, 1, [0.0, 0.0]), r"weights=\[0\.0, 0\.0\]: must be ≥"),
        (lambda: GaussianMixture(TWO, 1, [1.0]), r"weights=\[1\.0\]: must be one finite"),
        (lambda: GaussianMixture.ring(modes=0), "modes=0: must be a whole number of at least 1"),
        (lambda: GaussianMixture.ring(radius=-1), "radius=-1: must be a finite number above 0"),
        (lambda: GaussianMixture.line(dim=0), "dim=0: must be a whole number of at least 1"),
        (lambda: GaussianMixture.line(spacing=0), "spacing=0: must be a finite number above 0"),
        (lambda: GaussianMixture.spiral(modes=1), "modes=1: must be a whole number of at least 2"),
        (lambda: GaussianMixture.spiral(turns=0), "turns=0: must be a finite number above 0"),
        (lambda: FLAT.sample(0), "n=0: must be a whole number of at least 1"),
        (lambda: FLAT.log_prob(torch.ones(3, 1)), r"x\.shape=\(3, 1\): must be .* d = 2"),
        (lambda: EXACT(torch.ones(3), torch.ones(3, 1)), r"x\.shape=\(3, 1\): .* 2"),
        (lambda: EXACT(torch.ones(2), torch.ones(3, 2)), r"t\.shape=\(2,\): must be"),
        (lambda: Empirical(torch.ones(0, 2)), r"x0\.shape=\(0, 2\): must be \(n, d\) with n ≥ 1"),
        (lambda: Empirical(torch.full((1, 1), math.inf)), "x0='tensor with 1 NaN or infinite"),
        (lambda: EMPIRICAL(torch.ones(3), torch.ones(3, 1)), r"x\.shape=\(3, 1\): .* 2"),
        (lambda: EMPIRICAL(torch.ones(1), torch.ones(3, 2)), r"t\.shape=\(1,\): must be \(3,\)"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
