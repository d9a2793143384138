"""Samplers against closed forms for a Gaussian, and against the exact mixture."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Generator, Tensor

from scorelab import GaussianMixture, KernelFlow, OrnsteinUhlenbeck, sample
from scorelab.metrics import sliced_wasserstein
from scorelab.sampling import METHODS, ancestral, euler, langevin, last_step, ode, trajectory

PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()
MEAN, STD = 0.8, 0.4
GAUSSIAN = GaussianMixture([[MEAN]], STD)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def double(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=seed(number))


def constants(t: float) -> tuple[float, float]:
    return math.exp(-t / 2), 1 - math.exp(-t)


def law(t: float) -> tuple[float, float]:
    """Mean and standard deviation of X_t for the Gaussian target."""
    alpha, h = constants(t)
    return alpha * MEAN, math.sqrt(alpha**2 * STD**2 + h)


def move(step, denoiser, x: Tensor, t: float, s: float, noise: Tensor) -> Tensor:
    """One step of a sampler from time t to time s."""
    return step(PROCESS, denoiser, x, x.new_full((len(x),), t), x.new_full((len(x),), s), noise)


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


def heun(steps: int, x: Tensor) -> Tensor:
    times = [3.0 * (0.02 / 3.0) ** (i / steps) for i in range(steps + 1)]
    for t, s in pairwise(times):
        x = move(ode, GAUSSIAN.denoiser(PROCESS), x, t, s, torch.zeros_like(x))
    return x


def test_the_ode_converges_at_order_two_to_the_gaussian_flow() -> None:
    # The flow keeps the standardised position: (x_t − α_t μ)/√v_t is constant.
    x = double(20, 1)
    start, end = law(3.0), law(0.02)
    wanted = end[0] + (x - start[0]) / start[1] * end[1]
    errors = [float((heun(n, x) - wanted).abs().max()) for n in (20, 40, 80)]
    assert errors[2] < 0.003
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(2, abs=0.3)


def test_the_ode_uses_no_noise() -> None:
    x = double(6, 1)
    quiet, loud = (move(ode, GAUSSIAN.denoiser(PROCESS), x, 1.0, 0.5, c * x) for c in (0, 9))
    assert torch.equal(quiet, loud)


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


def test_the_last_step_ends_where_the_flow_does() -> None:
    # One Euler step over a short time: the error falls with the square of the time.
    def error(t: float) -> float:
        mean, std = law(t)
        x = mean + std * torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
        found = last_step(PROCESS, GAUSSIAN.denoiser(PROCESS), x, x.new_full((9,), t))
        return float((found - MEAN - STD * (x - mean) / std).abs().max())

    assert error(0.02) < 0.002
    assert error(0.02) / error(0.01) == pytest.approx(4, rel=0.2)


def mean_distance(x: Tensor, truth: Tensor) -> float:
    """To many points of the truth, the mean over five batches: one batch is too noisy to judge."""
    return sum(sliced_wasserstein(batch, truth) for batch in x.chunk(5)) / 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "steps"), [("ancestral", 60), ("ode", 40), ("euler", 200), ("langevin", 400)]
)
@pytest.mark.parametrize("target", [RING, GaussianMixture.line(dim=3)], ids=["ring", "line"])
def test_with_the_exact_denoiser_samples_are_as_near_as_fresh_data(
    target: GaussianMixture, method: str, steps: int
) -> None:
    fresh, truth = (target.sample(n, generator=seed(n)) for n in (5000, 30_000))
    f = target.denoiser(PROCESS)
    x = sample(PROCESS, f, 5000, target.dim, steps, method, generator=seed(2))
    assert mean_distance(x, truth) < 1.5 * mean_distance(fresh, truth)
    # Each sample looks right, too: within the modes, and not too near to their centres.
    log_prob = float(target.log_prob(x).mean() - target.log_prob(truth).mean())
    assert log_prob == pytest.approx(0, abs=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_decides_the_samples(method: str) -> None:
    f = RING.denoiser(PROCESS)
    one, same, other = (sample(PROCESS, f, 30, 2, 10, method, generator=seed(k)) for k in (1, 1, 2))
    assert torch.equal(one, same) and not torch.allclose(one, other)
    assert one.shape == (30, 2) and one.dtype == torch.float32 and one.isfinite().all()


@pytest.mark.parametrize("method", METHODS)
def test_the_noise_is_the_same_whatever_the_denoiser(method: str) -> None:
    # With constant denoisers each step is affine in x, so equal noise leaves a constant shift.
    def constant(value: float):
        return lambda t, x: torch.full_like(x, value)

    a, b = (sample(PROCESS, constant(c), 50, 3, 12, method, generator=seed(4)) for c in (0.0, 2.0))
    assert (b - a).std(dim=0).max() < 1e-4 < (b - a).mean()


@pytest.mark.parametrize("method", METHODS)
def test_a_trajectory_goes_down_log_spaced_times_to_the_sample(method: str) -> None:
    f = RING.denoiser(PROCESS)
    states = list(trajectory(PROCESS, f, 20, 2, 9, method, generator=seed(1)))
    times = torch.tensor([t for t, _ in states], dtype=torch.float64)
    assert len(states) == 10 and times[-1] == 0
    spaced = torch.linspace(math.log(3.0), math.log(0.02), 9, dtype=torch.float64).exp()
    torch.testing.assert_close(times[:-1], spaced)
    noise = torch.randn(
        9, 20, 2, generator=seed(1)
    )  # one, and its own, for the start and each step
    assert torch.equal(states[0][1], noise[0])
    for (t, x), (s, y), xi in zip(states[:-2], states[1:-1], noise[1:], strict=True):
        assert torch.equal(y, move(METHODS[method], f, x, t, s, xi))
    assert torch.equal(states[-1][1], sample(PROCESS, f, 20, 2, 9, method, generator=seed(1)))


def test_samples_live_where_the_denoiser_says() -> None:
    data = PROCESS.regression(RING.sample(20, generator=seed()), generator=seed(1))
    flow = KernelFlow(PROCESS, data).at(10)
    assert sample(PROCESS, flow, 5, 2, 4).device == flow.device
    assert sample(PROCESS, lambda t, x: x, 5, 2, 4).device.type == "cpu"

    class Elsewhere:
        device = torch.device("meta")

        def __call__(self, t: Tensor, x: Tensor) -> Tensor:
            return x

    assert next(trajectory(PROCESS, Elsewhere(), 5, 2, 4))[1].device.type == "meta"
    assert next(trajectory(PROCESS, Elsewhere(), 5, 2, 4, device="cpu"))[1].device.type == "cpu"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"method": "heun"},
            "method='heun': must be one of 'ancestral', 'ode', 'langevin', '.*'",
        ),
        ({"steps": 1}, "steps=1: must be a whole number of at least 2"),
        ({"steps": 2.5}, r"steps=2\.5: must be a whole number of at least 2"),
        ({"n": 0}, "n=0: must be a whole number of at least 1"),
        ({"dim": 0}, "dim=0: must be a whole number of at least 1"),
        ({"dim": 3}, r"x\.shape=\(5, 3\): must be \(n, d\) with d = 2"),
    ],
)
def test_bad_input_is_named(arguments: dict, message: str) -> None:
    given = {"n": 5, "dim": 2, **arguments}
    with pytest.raises(ValueError, match=f"^{message}$"):
        sample(PROCESS, RING.denoiser(PROCESS), **given)


def test_a_bad_method_is_refused_before_the_first_state_is_asked_for() -> None:
    with pytest.raises(ValueError, match="^method='sde'"):
        trajectory(PROCESS, RING.denoiser(PROCESS), 5, 2, method="sde")
