"""The forward process against the stochastic differential equation and against scipy's laws."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest
from torch import Generator, Tensor

from scorelab import GaussianMixture, OrnsteinUhlenbeck, Regression

PROCESS = OrnsteinUhlenbeck()
TIMES = st.floats(0, 20)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def exact(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


@given(TIMES)
def test_signal_and_noise_share_one_unit_of_variance(t: float) -> None:
    alpha, h = PROCESS.alpha(exact(t)), PROCESS.h(exact(t))
    torch.testing.assert_close(alpha**2 + h, exact(1.0))
    assert 0 < alpha <= 1 and 0 <= h < 1


@given(TIMES, TIMES)
def test_two_steps_in_a_row_are_one(s: float, t: float) -> None:
    # The Markov property: perturbing for s and then for t is perturbing for s + t.
    s, t = exact(s), exact(t)
    torch.testing.assert_close(PROCESS.alpha(s) * PROCESS.alpha(t), PROCESS.alpha(s + t))
    torch.testing.assert_close(
        PROCESS.alpha(t) ** 2 * PROCESS.h(s) + PROCESS.h(t), PROCESS.h(s + t)
    )


def test_noise_of_a_short_time_keeps_its_digits() -> None:
    # In float32, 1 − e^{−t} computed literally would be 0 here.
    assert float(PROCESS.h(torch.tensor(1e-9))) == pytest.approx(1e-9)


@pytest.mark.parametrize("of", [PROCESS.alpha, PROCESS.h])
@pytest.mark.parametrize("t", [-1.0, exact(-1.0), torch.tensor([1, -1]), [2.0, math.nan]])
def test_times_below_zero_are_refused_in_any_form(of, t) -> None:
    with pytest.raises(ValueError, match=r"^t=(-1\.0|nan): times must be ≥ 0$"):
        of(t)


def test_a_time_keeps_its_type_or_is_a_float32() -> None:
    ones = torch.ones(2, dtype=torch.int64).numpy()
    for t in (1.0, 1, [1.0], torch.tensor(1), torch.tensor(1.0), ones):
        assert PROCESS.h(t).dtype == torch.float32
    assert PROCESS.h(exact(1.0)).dtype == PROCESS.alpha(exact(1.0).numpy()).dtype == torch.float64


@given(st.floats(0.01, 0.999))
def test_the_time_of_a_noise_level_has_that_level(level: float) -> None:
    assert float(PROCESS.h(exact(PROCESS.time_at(level))).sqrt()) == pytest.approx(level)


def test_perturb_solves_the_stochastic_differential_equation() -> None:
    # dX = −½X dt + dB by Euler–Maruyama, from a point.
    x, generator, dt = torch.full((20_000, 1), 2.0), seed(), 0.7 / 100
    for _ in range(100):
        x = x - x / 2 * dt + math.sqrt(dt) * torch.randn(x.shape, generator=generator)
    jump = PROCESS.perturb(torch.full((20_000, 1), 2.0), 0.7, generator=seed(1))
    torch.testing.assert_close(jump.mean(), x.mean(), atol=0.02, rtol=0)
    torch.testing.assert_close(jump.std(), x.std(), atol=0.02, rtol=0)


def standardised(data: Regression) -> Tensor:
    """The noise that was added, which must be standard normal whatever the time."""
    alpha, h = (-data.t / 2).exp()[:, None], (1 - (-data.t).exp())[:, None]
    return (data.x_t - alpha * data.x_0) / h.sqrt()


@pytest.mark.parametrize("times", ["uniform", "log"])
def test_regression_adds_standard_noise_at_times_of_the_right_law(times: str) -> None:
    x0 = torch.randn(3000, 2, generator=seed(5))
    data = PROCESS.regression(x0, times=times, generator=seed())
    noise = standardised(data)
    assert kstest(noise.flatten().numpy(), "norm").pvalue > 0.01
    correlations = torch.corrcoef(torch.cat((noise.T, data.x_0.T, data.t[None])))
    assert correlations[:2].triu(1).abs().max() < 0.06  # of the noise with all but itself
    change = (lambda t: t) if times == "uniform" else torch.log
    low, high = change(torch.tensor(PROCESS.t_min)), change(torch.tensor(PROCESS.t_max))
    assert kstest(((change(data.t) - low) / (high - low)).numpy(), "uniform").pvalue > 0.01


def test_draws_repeat_the_clean_samples_and_nothing_else() -> None:
    x0 = torch.randn(50, 3, generator=seed(1))
    data = PROCESS.regression(x0, draws=4, generator=seed())
    assert len(data) == 200 and data.x_t.shape == (200, 3) and data.t.shape == (200,)
    for first in range(0, 200, 50):
        assert torch.equal(data.x_0[first : first + 50], x0)
    assert len(data.t.unique()) == 200 and len(data.x_t.unique(dim=0)) == 200


@pytest.mark.parametrize("times", ["uniform", "log"])
def test_the_seed_decides_the_numbers(times: str) -> None:
    x0 = torch.randn(20, 2, generator=seed(3))
    one, same, other = (PROCESS.regression(x0, times=times, generator=seed(k)) for k in (7, 7, 8))
    assert torch.equal(one.t, same.t) and torch.equal(one.x_t, same.x_t)
    assert not torch.equal(one.t, other.t) and not torch.equal(one.x_t, other.x_t)


@given(st.integers(1, 40), st.integers(1, 5), st.sampled_from([torch.float32, torch.float64]))
def test_shapes_and_types_follow_the_data(n: int, d: int, dtype: torch.dtype) -> None:
    data = PROCESS.regression(torch.zeros(n, d, dtype=dtype), generator=seed())
    z = PROCESS.features(data.t, data.x_t)
    assert z.shape == (n, d + 2) and {z.dtype, data.t.dtype, data.x_t.dtype} == {dtype}
    assert torch.equal(z[:, :d], data.x_t) and torch.equal(z[:, d], data.t - PROCESS.t_min)
    assert (z[:, d + 1] == 1).all()


def test_within_keeps_the_rows_in_the_ball() -> None:
    data = PROCESS.regression(torch.randn(100, 2, generator=seed(1)), generator=seed())
    near = data.within(1.0)
    rows = [i for i in range(100) if math.hypot(*data.x_t[i].tolist()) <= 1]
    assert 0 < len(rows) < 100 and len(near) == len(rows)
    for mine, theirs in ((near.t, data.t), (near.x_t, data.x_t), (near.x_0, data.x_0)):
        assert torch.equal(mine, theirs[rows])


def test_the_score_is_the_gradient_of_the_log_density() -> None:
    target = GaussianMixture([[1.0, 0.0], [-0.5, 1.0], [0.0, -2.0]], [0.2, 0.5, 0.9], [1, 2, 3])
    score = PROCESS.score(target.denoiser(PROCESS))
    for t in (0.02, 0.3, 1.0, 3.0):
        x = torch.randn(40, 2, dtype=torch.float64, generator=seed(4)).requires_grad_()
        (gradient,) = torch.autograd.grad(target.noised(PROCESS, t).log_prob(x).sum(), x)
        with torch.no_grad():
            torch.testing.assert_close(score(torch.full((40,), t, dtype=x.dtype), x), gradient)


def test_denoising_score_matching_is_regression_on_the_clean_sample() -> None:
    # (h²/α²) ‖s − ∇ log p(x_t | x_0)‖² = ‖f − x_0‖² for any denoiser f, row by row.
    x0 = torch.randn(30, 2, dtype=torch.float64, generator=seed())
    data = PROCESS.regression(x0, generator=seed(1))
    alpha, h = PROCESS.alpha(data.t)[:, None], PROCESS.h(data.t)[:, None]

    def guess(t: Tensor, x: Tensor) -> Tensor:
        return torch.sin(3 * x) + t[:, None]

    error = PROCESS.score(guess)(data.t, data.x_t) - (alpha * data.x_0 - data.x_t) / h
    torch.testing.assert_close(h / alpha * error, guess(data.t, data.x_t) - data.x_0)


CLEAN, SOME = torch.zeros(3, 2), torch.tensor([0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: OrnsteinUhlenbeck(t_min=0), "t_min=0: must be a finite number above 0"),
        (lambda: OrnsteinUhlenbeck(t_min=-0.1), r"t_min=-0\.1: must be a finite number above 0"),
        (lambda: OrnsteinUhlenbeck(t_max=math.inf), "t_max=inf: must be a finite"),
        (lambda: OrnsteinUhlenbeck(t_max=math.nan), "t_max=nan: must be a finite"),
        (lambda: OrnsteinUhlenbeck(1.0, 1.0), r"t_max=1\.0: must be above t_min = 1\.0"),
        (lambda: OrnsteinUhlenbeck(1.0, 0.5), r"t_max=0\.5: must be above t_min = 1\.0"),
        (lambda: PROCESS.time_at(1), r"noise_level=1: must be in \(0, 1\)"),
        (lambda: PROCESS.time_at(0), r"noise_level=0: must be in \(0, 1\)"),
        (lambda: PROCESS.perturb(CLEAN, -1.0), r"t=-1\.0: times must be ≥ 0"),
        (lambda: PROCESS.perturb(CLEAN, math.nan), "t=nan: times must be ≥ 0"),
        (lambda: PROCESS.perturb(CLEAN, torch.ones(2)), r"t\.shape=\(2,\): must be \(\) or \(3,\)"),
        (lambda: PROCESS.perturb(CLEAN / 0, 1.0), "x0='tensor with 6 NaN or infinite values'"),
        (lambda: PROCESS.regression(CLEAN, times="log "), "times='log ': must be one of 'uniform'"),
        (lambda: PROCESS.regression(CLEAN, draws=0), "draws=0: must be a whole number of at least"),
        (lambda: PROCESS.regression(CLEAN[0]), r"x0\.shape=\(2,\): must be \(n, d\)"),
        (lambda: PROCESS.regression(CLEAN + math.inf), "x0='tensor with 6 NaN or infinite values'"),
        (lambda: PROCESS.regression(CLEAN).within(0), "radius=0: must be a finite number above 0"),
        (lambda: PROCESS.features(SOME[:2], CLEAN), r"t\.shape=\(2,\): must be \(3,\)"),
        (lambda: PROCESS.features(SOME[:, None], CLEAN), r"t\.shape=\(3, 1\): must be \(3,\)"),
        (lambda: PROCESS.features(SOME, CLEAN[0]), r"x\.shape=\(2,\): must be \(n, d\)"),
        (
            lambda: PROCESS.score(lambda t, x: x)(0 * SOME, CLEAN),
            r"t=0\.0: times must be above 0",
        ),
        (lambda: Regression(SOME, CLEAN, CLEAN[:2]), r"x_0\.shape.*=\(\(2, 2\), \(3, 2\)\)"),
        (lambda: Regression(SOME[:2], CLEAN, CLEAN), r"t\.shape.*=\(\(2,\), \(3, 2\)\)"),
        (lambda: Regression(SOME[:, None], CLEAN, CLEAN), r"t\.shape=\(3, 1\): must be \(3,\)"),
        (lambda: Regression(SOME, CLEAN, CLEAN[:, :1]), r"x_0\.shape=\(3, 1\): must be .* d = 2"),
        (lambda: Regression(SOME / 0, CLEAN, CLEAN), "t='tensor with 3 NaN or infinite values'"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_a_radius_that_leaves_nothing_says_what_would() -> None:
    data = PROCESS.regression(torch.full((5, 1), 10.0), generator=seed())
    smallest = float(data.x_t.abs().min())
    with pytest.raises(ValueError, match=r"^radius=0\.5: leaves no data: the smallest") as error:
        data.within(0.5)
    assert f"{smallest:.3g}" in str(error.value)
