"""Samplers against closed forms for a Gaussian, and against the exact mixture."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator, Tensor

from scorelab import GaussianMixture, KernelFlow, OrnsteinUhlenbeck, sample
from scorelab.metrics import sliced_wasserstein
from scorelab.sampling import last_step, trajectory
from scorelab.schedules import SCHEDULES, times
from scorelab.steps import METHODS, Recalling, calls

PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()
MEAN, STD = 0.8, 0.4
GAUSSIAN = GaussianMixture([[MEAN]], STD)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def constants(t: float) -> tuple[float, float]:
    return math.exp(-t / 2), 1 - math.exp(-t)


def law(t: float) -> tuple[float, float]:
    """Mean and standard deviation of X_t for the Gaussian target."""
    alpha, h = constants(t)
    return alpha * MEAN, math.sqrt(alpha**2 * STD**2 + h)


def move(step, denoiser, x: Tensor, t: float, s: float, noise: Tensor) -> Tensor:
    """One step of a sampler from time t to time s."""
    return step(PROCESS, denoiser, x, x.new_full((len(x),), t), x.new_full((len(x),), s), noise)


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
    ("method", "schedule", "steps"),
    [
        ("dpmpp3", "exponential", 50),
        ("ancestral", "log", 60),
        ("ode", "log", 40),
        ("euler", "log", 200),
        ("langevin", "log", 400),
    ],
)
@pytest.mark.parametrize("target", [RING, GaussianMixture.line(dim=3)], ids=["ring", "line"])
def test_with_the_exact_denoiser_samples_are_as_near_as_fresh_data(
    target: GaussianMixture, method: str, schedule: str, steps: int
) -> None:
    fresh, truth = (target.sample(n, generator=seed(n)) for n in (5000, 30_000))
    f = target.denoiser(PROCESS)
    x = sample(PROCESS, f, 5000, target.dim, steps, method, schedule=schedule, generator=seed(2))
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
    states = list(trajectory(PROCESS, f, 20, 2, 9, method, schedule="log", generator=seed(1)))
    times = torch.tensor([t for t, _ in states], dtype=torch.float64)
    assert len(states) == 10 and times[-1] == 0
    spaced = torch.linspace(math.log(3.0), math.log(0.02), 9, dtype=torch.float64).exp()
    torch.testing.assert_close(times[:-1], spaced)
    noise = torch.randn(
        9, 20, 2, generator=seed(1)
    )  # one, and its own, for the start and each step
    assert torch.equal(states[0][1], noise[0])
    recalling = Recalling(f)
    for (t, x), (s, y), xi in zip(states[:-2], states[1:-1], noise[1:], strict=True):
        assert torch.equal(y, move(METHODS[method], recalling, x, t, s, xi))
    last = sample(PROCESS, f, 20, 2, 9, method, schedule="log", generator=seed(1))
    assert torch.equal(states[-1][1], last)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_trajectory_goes_down_its_schedule(schedule: str) -> None:
    f = RING.denoiser(PROCESS)
    states = list(trajectory(PROCESS, f, 3, 2, 6, "ddim", schedule=schedule, generator=seed(1)))
    assert [t for t, _ in states] == [*times(PROCESS, 6, schedule), 0.0]
    last = sample(PROCESS, f, 3, 2, 6, "ddim", schedule=schedule, generator=seed(1))
    assert torch.equal(last, states[-1][1])


@pytest.mark.parametrize("method", METHODS)
def test_the_denoiser_is_called_as_often_as_said(method: str) -> None:
    asked = []

    def counted(t: Tensor, x: Tensor) -> Tensor:
        asked.append(float(t[0]))
        return 0 * x

    sample(PROCESS, counted, 2, 1, 7, method, generator=seed())
    assert len(asked) == calls(method, 7)
    assert min(asked) >= PROCESS.t_min * (1 - 1e-6) and max(asked) <= PROCESS.t_max


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
            {"method": "sde"},
            "method='sde': must be one of 'ancestral', 'ode', 'langevin', '.*', 'dpmpp3', 'churn'",
        ),
        (
            {"schedule": "linear"},
            "schedule='linear': must be one of 'log', 'karras', 'exponential', 'uniform', 'cosine'",
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
