"""Steps against closed forms for a Gaussian, and against the papers' own algorithms."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Generator, Tensor

from scorelab import GaussianMixture, OrnsteinUhlenbeck
from scorelab.schedules import times
from scorelab.steps import (
    METHODS,
    Recalling,
    ancestral,
    calls,
    churn,
    ddim,
    dpmpp,
    euler,
    heun,
    langevin,
    raised,
)

PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()
MEAN, STD = 0.8, 0.4
GAUSSIAN = GaussianMixture([[MEAN]], STD)


def double(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=Generator().manual_seed(number))


def constants(t: float) -> tuple[float, float]:
    return math.exp(-t / 2), 1 - math.exp(-t)


def law(t: float) -> tuple[float, float]:
    """Mean and standard deviation of X_t for the Gaussian target."""
    alpha, h = constants(t)
    return alpha * MEAN, math.sqrt(alpha**2 * STD**2 + h)


def move(step, denoiser, x: Tensor, t: float, s: float, noise: Tensor, **more: float) -> Tensor:
    """One step of a sampler from time t to time s."""
    there = (x.new_full((len(x),), time) for time in (t, s))
    return step(PROCESS, denoiser, x, *there, noise, **more)


def walk(method: str, denoiser, x: Tensor, way: list[float], noise: list[Tensor]) -> Tensor:
    """All steps down a way."""
    recalling = Recalling(denoiser)
    for (t, s), each in zip(pairwise(way), noise, strict=True):
        x = move(METHODS[method], recalling, x, t, s, each)
    return x


@pytest.mark.parametrize(("t", "s"), [(3.0, 2.0), (1.0, 0.9), (0.5, 0.02)])
def test_an_ancestral_step_conditions_the_process_on_both_ends(t: float, s: float) -> None:
    # (X_s, X_t) given X_0 = f is Gaussian: condition X_s on X_t by its covariance matrix.
    (a, hs), (b, ht) = constants(s), constants(t)
    f, x = 0.7, double(5, 1)
    covariance = b / a * hs  # X_t = (b/a) X_s + fresh noise
    mean = a * f + covariance / ht * (x - b * f)
    std = math.sqrt(hs - covariance**2 / ht)

    def denoiser(time: Tensor, where: Tensor) -> Tensor:
        return torch.full_like(where, f)

    for noise in (torch.zeros_like(x), double(5, 1, number=1)):
        found = move(ancestral, denoiser, x, t, s, noise)
        torch.testing.assert_close(found, mean + std * noise)


def test_many_ancestral_steps_lead_back_to_a_gaussian() -> None:
    # The exact reverse process maps the law of X_t to that of X_s; small steps tend to it.
    x = law(1.0)[0] + law(1.0)[1] * double(50_000, 1)
    f = GAUSSIAN.denoiser(PROCESS)
    for k in range(60, 30, -1):
        x = move(ancestral, f, x, k / 60, (k - 1) / 60, double(50_000, 1, number=k))
    assert (float(x.mean()), float(x.std())) == pytest.approx(law(0.5), abs=0.01)


def flowed(steps: int, x: Tensor) -> Tensor:
    times = [3.0 * (0.02 / 3.0) ** (i / steps) for i in range(steps + 1)]
    for t, s in pairwise(times):
        x = move(heun, GAUSSIAN.denoiser(PROCESS), x, t, s, torch.zeros_like(x))
    return x


def test_the_ode_converges_at_order_two_to_the_gaussian_flow() -> None:
    # The flow keeps the standardised position: (x_t − α_t μ)/√v_t is constant.
    x = double(20, 1)
    start, end = law(3.0), law(0.02)
    wanted = end[0] + (x - start[0]) / start[1] * end[1]
    errors = [float((flowed(n, x) - wanted).abs().max()) for n in (20, 40, 80)]
    assert errors[2] < 0.003
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(2, abs=0.3)


def test_an_euler_step_has_the_drift_and_noise_of_the_reverse_equation() -> None:
    x, noise = double(6, 1), double(6, 1, number=1)
    mean, std = law(1.0)
    drift = x / 2 - (x - mean) / std**2
    found = move(euler, GAUSSIAN.denoiser(PROCESS), x, 1.0, 0.9, noise)
    torch.testing.assert_close(found, x + 0.1 * drift + math.sqrt(0.1) * noise)


@pytest.mark.parametrize("s", [0.1, 1.0])
def test_langevin_settles_in_the_law_of_its_time(s: float) -> None:
    # For a Gaussian the step is linear, and its stationary variance is v / (1 − ε / (4v)).
    x, f = torch.full((20_000, 1), 3.0).double(), GAUSSIAN.denoiser(PROCESS)
    for k in range(80):
        x = move(langevin, f, x, 9.0, s, double(20_000, 1, number=k))
    mean, std = law(s)
    size = constants(s)[1] / 2
    settled = std / math.sqrt(1 - size / (4 * std**2))
    assert (float(x.mean()), float(x.std())) == pytest.approx((mean, settled), abs=0.015)


# The papers' algorithms, in their own coordinates y = x/α and σ, written independently.


def sigma(t: float) -> float:
    return math.sqrt(math.expm1(t))


def in_sigma(denoiser):
    """D(y, σ) of Karras et al. 2022: the denoiser of clean data with noise of variance σ²."""

    def answer(y: Tensor, level: float) -> Tensor:
        t = math.log1p(level**2)
        return denoiser(y.new_full((len(y),), t), math.exp(-t / 2) * y)

    return answer


def karras_algorithm_2(answer, y: Tensor, levels: list[float], noise: list[Tensor], churns: list):
    """Algorithm 2 of Karras et al. 2022, with S_noise = 1; churns are the γ_i."""
    for i, gamma in enumerate(churns):
        now, ahead = levels[i] * (1 + gamma), levels[i + 1]
        y = y + math.sqrt(max(now**2 - levels[i] ** 2, 0)) * noise[i]
        d = (y - answer(y, now)) / now
        guess = y + (ahead - now) * d
        y = y + (ahead - now) * (d + (guess - answer(guess, ahead)) / ahead) / 2
    return y


def dpm_solver_pp_2m(answer, y: Tensor, levels: list[float]) -> Tensor:
    """Algorithm 2 of Lu et al. 2022 (DPM-Solver++), data prediction, with α = 1, λ = −log σ."""
    lambdas = [-math.log(level) for level in levels]
    old = None
    for i in range(1, len(levels)):
        h = lambdas[i] - lambdas[i - 1]
        new = answer(y, levels[i - 1])
        if old is None:
            direction = new
        else:
            r = (lambdas[i - 1] - lambdas[i - 2]) / h
            direction = (1 + 1 / (2 * r)) * new - 1 / (2 * r) * old
        y = levels[i] / levels[i - 1] * y - math.expm1(-h) * direction
        old = new
    return y


def dpm_solver_pp_3m(answer, y: Tensor, levels: list[float]) -> Tensor:
    """The third-order multistep update as the authors' code and diffusers write it, with α = 1."""
    lambdas, old = [-math.log(level) for level in levels], []
    for i in range(len(levels) - 1):
        h, m0 = lambdas[i + 1] - lambdas[i], answer(y, levels[i])
        phi = math.expm1(-h)
        y = levels[i + 1] / levels[i] * y - phi * m0
        if old:
            r0 = (lambdas[i] - lambdas[i - 1]) / h
            first = (m0 - old[0]) / r0
        if len(old) == 1:
            y = y - 0.5 * phi * first
        if len(old) > 1:
            r1 = (lambdas[i - 1] - lambdas[i - 2]) / h
            difference = first - (old[0] - old[1]) / r1
            d1, d2 = first + r0 / (r0 + r1) * difference, difference / (r0 + r1)
            y = y + (phi / h + 1) * d1 - ((phi + h) / h**2 - 0.5) * d2
        old = [m0, *old]
    return y


@pytest.mark.parametrize("schedule", ["log", "karras"])
@pytest.mark.parametrize(
    "target",
    [RING, GaussianMixture.spiral(), GaussianMixture.line(std=0.05)],
    ids=["ring", "spiral", "line"],
)
def test_steps_are_the_papers_algorithms(target: GaussianMixture, schedule: str) -> None:
    f, way = target.denoiser(PROCESS), times(PROCESS, 8, schedule)
    x, noise = double(40, target.dim), list(double(7, 40, target.dim, number=1))
    answer, levels = in_sigma(f), [sigma(t) for t in way]
    y, back = x / constants(way[0])[0], 1 / constants(way[-1])[0]
    still = karras_algorithm_2(answer, y, levels, noise, [0.0] * 7)
    torch.testing.assert_close(back * walk("heun", f, x, way, noise), still)
    two = dpm_solver_pp_2m(answer, y, levels)
    torch.testing.assert_close(back * walk("dpmpp", f, x, way, noise), two)
    three = dpm_solver_pp_3m(answer, y, levels)
    torch.testing.assert_close(back * walk("dpmpp3", f, x, way, noise), three)
    assert (three - two).abs().max() > 0.01
    gammas = [min(math.log(a / b), math.sqrt(2) - 1) for a, b in pairwise(levels)]
    gammas = [min(g, levels[0] / a - 1) for g, a in zip(gammas, levels, strict=False)]
    churned = karras_algorithm_2(answer, y, levels, noise, gammas)
    torch.testing.assert_close(back * walk("churn", f, x, way, noise), churned)
    assert (churned - still).abs().max() > 0.01 < (two - still).abs().max()


def test_ddim_is_euler_on_the_flow() -> None:
    f, x, (t, s) = RING.denoiser(PROCESS), double(9, 2), (1.2, 0.7)
    y = x / constants(t)[0]
    slope = (y - f(x.new_full((9,), t), x)) / sigma(t)
    found = move(ddim, f, x, t, s, double(9, 2, number=1))
    torch.testing.assert_close(found / constants(s)[0], y + (sigma(s) - sigma(t)) * slope)


def test_ddim_is_the_published_formula() -> None:
    # Song, Meng, Ermon 2021, (12) with σ_t = 0, where their ᾱ is our α²: predict ε, and renoise.
    f, x, (t, s) = RING.denoiser(PROCESS), double(9, 2), (1.2, 0.7)
    (b, ht), (a, hs) = constants(t), constants(s)
    clean = f(x.new_full((9,), t), x)
    noise = (x - b * clean) / math.sqrt(ht)
    found = move(ddim, f, x, t, s, double(9, 2, number=1))
    torch.testing.assert_close(found, a * clean + math.sqrt(hs) * noise)


def test_churn_of_nothing_is_heun() -> None:
    f, x, noise = RING.denoiser(PROCESS), double(9, 2), double(9, 2, number=1)
    for t, s in ((3.0, 2.0), (0.5, 0.4)):
        found = move(churn, f, x, t, s, noise, amount=0.0)
        torch.testing.assert_close(found, move(heun, f, x, t, s, noise))
    assert not torch.allclose(move(churn, f, x, t, s, noise), found)


def test_churn_goes_up_by_the_forward_process() -> None:
    # With a denoiser that answers 0 Heun's step is exact: x shrinks with √h, and noise is seen.
    x, (t, s) = torch.zeros(1, 1, dtype=torch.float64), (1.0, 0.9)
    up = raised(PROCESS, torch.tensor([t]), torch.tensor([s]))
    assert sigma(float(up)) / sigma(t) == pytest.approx(1 + math.log(sigma(t) / sigma(s)))
    kick = move(churn, lambda t, x: 0 * x, x, t, s, torch.ones_like(x))
    added = 1 - math.exp(t - float(up))  # of the forward process from t to up
    shrunk = constants(s)[1] / constants(float(up))[1]
    assert float(kick) == pytest.approx(math.sqrt(added * shrunk), rel=1e-5)


def test_churn_stays_below_t_max_and_takes_no_leap() -> None:
    t, s = torch.tensor([3.0, 2.9, 1.0]), torch.tensor([2.0, 2.0, 0.001])
    up = raised(PROCESS, t, s)
    assert up[:2].tolist() == [3.0, 3.0]
    assert sigma(float(up[2])) / sigma(1.0) == pytest.approx(math.sqrt(2), rel=1e-5)


def variance(method: str, steps: int, schedule: str) -> float:
    """Of the samples at t_min for the Gaussian target, from the exact law, by its recursion."""
    way, noises = times(PROCESS, steps, schedule), torch.eye(steps, dtype=torch.float64)
    paths = torch.eye(steps, dtype=torch.float64)  # the start, and each noise, alone
    still = walk(method, GAUSSIAN.denoiser(PROCESS), torch.zeros(1, 1).double(), way,
                 [torch.zeros(1, 1).double()] * (steps - 1))  # fmt: skip
    end = walk(method, GAUSSIAN.denoiser(PROCESS), paths[:, :1], way,
               list(noises[:, 1:].T[:, :, None]))  # fmt: skip
    parts = (end - still)[:, 0]
    return float(parts[0] ** 2 * law(3.0)[1] ** 2 + parts[1:].square().sum())


@pytest.mark.parametrize(
    "schedule",
    ["log", "karras", "exponential", pytest.param("uniform", marks=pytest.mark.slow), "cosine"],
)
@pytest.mark.parametrize(
    ("method", "order"),
    [
        *((method, 1) for method in ("ddim", "ancestral", "euler")),
        *((method, 2) for method in ("heun", "dpmpp", "dpmpp3", "churn")),
    ],
)
def test_methods_have_their_order_and_the_same_limit(
    method: str, order: int, schedule: str
) -> None:
    many = 4 if schedule == "uniform" else 1  # which is late to settle
    errors = [variance(method, many * k, schedule) - law(0.02)[1] ** 2 for k in (81, 161)]
    assert math.log2(abs(errors[0] / errors[1])) == pytest.approx(order, abs=0.15)
    assert abs(errors[1]) < 0.02


def test_dpmpp_without_a_memory_is_ddim() -> None:
    f, x = RING.denoiser(PROCESS), double(9, 2)
    assert torch.equal(move(dpmpp, f, x, 1.0, 0.5, x), move(ddim, f, x, 1.0, 0.5, x))


def test_what_recalls_answers_as_what_it_asks() -> None:
    f, x = RING.denoiser(PROCESS), double(9, 2)
    recalling, first, second = Recalling(f), x.new_full((9,), 1.0), x.new_full((9,), 0.5)
    assert torch.equal(recalling(first, x), f(first, x)) and recalling.before == []
    assert torch.equal(recalling(second, x), f(second, x))
    ((time, answer),) = recalling.before
    assert time is first and torch.equal(answer, f(first, x))
    recalling(first, x), recalling(first, x)
    assert [float(t[0]) for t, _ in recalling.before] == [1.0, 0.5]  # the newest first, two at most


@pytest.mark.parametrize("method", ["ddim", "heun", "ode", "dpmpp", "dpmpp3"])
def test_what_has_no_noise_uses_none(method: str) -> None:
    x, way = double(6, 1), [1.0, 0.5, 0.2, 0.1]
    quiet, loud = (walk(method, GAUSSIAN.denoiser(PROCESS), x, way, [c * x] * 3) for c in (0, 9))
    assert torch.equal(quiet, loud)


def test_calls_refuses_what_it_does_not_know() -> None:
    assert (calls("ddim", 7), calls("churn", 7), calls("ode", 7)) == (7, 13, 13)
    with pytest.raises(ValueError, match="^method='sde': must be one of"):
        calls("sde", 7)
    with pytest.raises(ValueError, match="^steps=1: must be a whole number of at least 2"):
        calls("ddim", 1)
