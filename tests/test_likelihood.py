"""Likelihoods by the ODE against exact log densities, quadrature and a closed form."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator

import scorelab as sl
from scorelab import likelihood

LONG = sl.OrnsteinUhlenbeck(t_max=16.0)
PROCESS = sl.OrnsteinUhlenbeck()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


@pytest.mark.slow
@pytest.mark.parametrize(
    "law", [sl.GaussianMixture.line(), sl.GaussianMixture.ring(), sl.GaussianMixture.spiral()]
)
def test_with_the_exact_denoiser_it_is_the_law_s_log_density(law: sl.GaussianMixture) -> None:
    x = law.sample(60, generator=seed()).double()
    wanted = law.noised(LONG, LONG.t_min).log_prob(x)
    found = sl.log_likelihood(LONG, law.denoiser(LONG), x, steps=200)
    torch.testing.assert_close(found, wanted, atol=2e-3, rtol=0)


def test_of_one_gaussian_it_has_a_closed_form_even_with_a_short_process() -> None:
    """The ODE maps a Gaussian to a Gaussian: it keeps x / √v, v = α² s² + h, up to the prior."""
    law = sl.GaussianMixture([[0.0, 0.0]], 0.4)
    v = [float(PROCESS.alpha(t) ** 2 * 0.16 + PROCESS.h(t)) for t in (0.02, 3.0)]
    x = law.sample(40, generator=seed()).double()
    spread = v[0] / v[1]  # samples start with variance 1 where the law has v
    wanted = -x.square().sum(1) / (2 * spread) - math.log(2 * math.pi * spread)
    errors = [
        float((sl.log_likelihood(PROCESS, law.denoiser(PROCESS), x, k) - wanted).abs().max())
        for k in (10, 20, 40)
    ]
    assert errors[2] < 1e-4
    # Fourth order: half the step, a sixteenth of the error.
    assert 9 < errors[0] / errors[1] < 25 and 9 < errors[1] / errors[2] < 25


@pytest.mark.slow
def test_the_density_of_any_denoiser_sums_to_one() -> None:
    data = PROCESS.regression(sl.GaussianMixture.line().sample(50, generator=seed()))
    net = sl.TwoLayerNet(PROCESS, 1, 64, generator=seed(1), dtype=torch.float64)
    double = sl.Regression(data.t.double(), data.x_t.double(), data.x_0.double())
    trained = sl.NetworkPath.record(net, double, [0, 30])
    grid = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    for denoiser in (trained.at(0), trained.at(30), sl.KernelFlow(PROCESS, data).at(100)):
        density = sl.log_likelihood(PROCESS, denoiser, grid[:, None], steps=100).exp()
        assert float(torch.trapezoid(density, grid)) == pytest.approx(1, abs=3e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("times", "tolerance"), [((0.02, 3.0), 1e-8), ((0.02, 12.0), None), ((0.002, 12.0), 1e-5)]
)
def test_a_tolerance_is_kept_whatever_the_times(
    times: tuple[float, float], tolerance: float | None
) -> None:
    process, law = sl.OrnsteinUhlenbeck(*times), sl.GaussianMixture.line()
    x = law.noised(process, times[0]).sample(30, generator=seed()).double()
    found = sl.log_likelihood(process, law.denoiser(process), x, tolerance=tolerance)
    exact = sl.log_likelihood(process, law.denoiser(process), x, steps=1000)
    assert float((found - exact).abs().max()) <= (tolerance or 1e-3)


@pytest.mark.slow
def test_in_single_precision_it_is_as_near_as_that_allows() -> None:
    law = sl.GaussianMixture.ring()
    x = law.sample(50, generator=seed())
    single, double = (sl.log_likelihood(LONG, law.denoiser(LONG), y) for y in (x, x.double()))
    assert single.dtype == torch.float32
    assert float((single - double).abs().max()) < 0.02


def test_points_that_carry_gradients_are_taken_without_a_warning() -> None:
    """A warning that torch gives once a process, here each time."""
    law = sl.GaussianMixture.ring()
    torch.set_warn_always(True)
    try:
        sl.log_likelihood(PROCESS, law.denoiser(PROCESS), law.means[:2].clone().requires_grad_())
    finally:
        torch.set_warn_always(False)


def test_a_tolerance_that_cannot_be_reached_and_values_that_run_away_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth = sl.GaussianMixture.line().denoiser(PROCESS)
    monkeypatch.setattr(likelihood, "MOST", 100)
    with pytest.raises(ValueError, match="^tolerance=1e-09: was not reached: with 100 steps"):
        sl.log_likelihood(PROCESS, truth, torch.ones(1, 1).double(), tolerance=1e-9)
    with pytest.raises(ValueError, match="^tolerance=1e-09: must be at least 0.0002 in torch.f"):
        sl.log_likelihood(PROCESS, truth, torch.ones(1, 1), tolerance=1e-9)
    with pytest.raises(ValueError, match="^tolerance=0: must be a finite number above 0"):
        sl.log_likelihood(PROCESS, truth, torch.ones(1, 1), tolerance=0)
    with pytest.raises(ValueError, match=r"^denoiser\(t, x\)='tensor with 6 NaN or infinite"):
        sl.log_likelihood(PROCESS, lambda t, x: x * math.inf, torch.ones(2, 1))


@pytest.mark.parametrize(
    ("x", "steps", "message"),
    [
        (torch.ones(3), 5, r"x\.shape=\(3,\): must be \(n, d\)"),
        (torch.full((2, 1), torch.nan), 5, "x='tensor with 2 NaN"),
        (torch.ones(2, 1), 0, "steps=0: must be a whole number of at least 1"),
    ],
)
def test_bad_input_is_named(x: torch.Tensor, steps: int, message: str) -> None:
    denoiser = sl.GaussianMixture.line().denoiser(PROCESS)
    with pytest.raises(ValueError, match=f"^{message}"):
        sl.log_likelihood(PROCESS, denoiser, x, steps)
