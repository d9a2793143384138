"""Random features: against the kernel they tend to, plain descent, and least squares."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab import features
from scorelab.features import FeatureFlow, RandomFeatures
from scorelab.kernel import ntk
from scorelab.process import Regression

PROCESS = sl.OrnsteinUhlenbeck()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def rows(n: int, number: int = 0, dtype: torch.dtype = torch.float64) -> Regression:
    generator = seed(number)
    x = sl.GaussianMixture.ring().sample(n, generator=generator).to(dtype)
    return PROCESS.regression(x, generator=generator)


def split(data: Regression, *sizes: int) -> list[Regression]:
    parts = zip(*(p.split(list(sizes)) for p in (data.t, data.x_t, data.x_0)), strict=True)
    return [Regression(*part) for part in parts]


def matrix(flow: FeatureFlow, data: Regression) -> Tensor:
    return flow.phi(data.t, data.x_t)


def test_products_of_features_tend_to_the_kernel_like_one_over_root_width() -> None:
    data = rows(100)
    z = PROCESS.features(data.t, data.x_t)
    kernel, off = ntk(z, z), []
    for width in (100, 1600):
        errors = []
        for number in range(5):
            directions = torch.randn(width, 4, generator=seed(number), dtype=torch.float64)
            phi = RandomFeatures(PROCESS.features, directions)(data.t, data.x_t)
            errors.append(float((phi @ phi.T - kernel).norm() / kernel.norm()))
        off.append(sum(errors) / 5)
    assert off[0] / off[1] == pytest.approx(4, rel=0.35) and off[1] < 0.05


def test_a_stop_is_that_of_plain_descent_on_the_coefficients() -> None:
    data = rows(300)
    flow = FeatureFlow(PROCESS, [data], 20, generator=seed(1))
    phi, fresh = matrix(flow, data), rows(50, 2)
    coefficients = torch.zeros(80, 2, dtype=torch.float64)
    for _ in range(40):
        residual = phi @ coefficients - data.x_0
        coefficients -= flow.step_size * phi.T @ residual / len(phi)
    wanted = matrix(flow, fresh) @ coefficients
    torch.testing.assert_close(flow.at(40)(fresh.t, fresh.x_t), wanted)
    torch.testing.assert_close(flow.replay(fresh.t, fresh.x_t)(40), wanted)
    i = flow.stops.index(next(s for s in flow.stops if s > 40))
    at = flow.at(flow.stops[i])(fresh.t, fresh.x_t)
    torch.testing.assert_close(flow.predict(fresh.t, fresh.x_t)[i], at)


def test_in_infinite_time_it_is_least_squares() -> None:
    """At the rows themselves: elsewhere it is one of many where features depend on each other."""
    data = rows(500)
    flow = FeatureFlow(PROCESS, [data], 10, generator=seed(1))
    phi = matrix(flow, data)
    solved = phi @ (torch.linalg.pinv(phi, rtol=1e-7) @ data.x_0)
    fitted = flow.at(math.inf)(data.t, data.x_t)
    torch.testing.assert_close(fitted, solved, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("step", [1e20, 1e300, math.inf])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("width", [3, 64])
def test_of_dependent_features_late_steps_give_the_shortest_solution(
    width: int, dtype: torch.dtype, step: float
) -> None:
    """At points of their own: of a matrix in float32 such answers were off by up to 44."""
    data, fresh = (
        sl.Regression(*(part.to(dtype) for part in (d.t, d.x_t, d.x_0)))
        for d in (rows(12), rows(9, 4))
    )
    flow = FeatureFlow(PROCESS, [data], width, generator=seed(1))
    inverse = torch.linalg.pinv(flow.phi(data.t, data.x_t).double(), rtol=1e-7)
    wanted = flow.phi(fresh.t, fresh.x_t).double() @ (inverse @ data.x_0.double())
    found = flow.at(step)(fresh.t, fresh.x_t).double()
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    residual = (flow.at(step)(data.t, data.x_t) - data.x_0).double()
    loss = float(residual.square().sum() / (2 * 12))
    assert flow.train_loss(step) == pytest.approx(loss, rel=1e-4, abs=1e-6)


def test_large_labels_on_large_inputs_have_their_loss() -> None:
    """(ΦᵀY)² overflows there, and the loss was told as 0."""
    data, large = rows(30), 1e119
    far = Regression(data.t, data.x_t * 1e40, data.x_0)
    one, many = (
        FeatureFlow(PROCESS, [Regression(far.t, far.x_t, y)], 4, generator=seed(1)).train_loss(10)
        for y in (far.x_0, large * far.x_0)
    )
    assert one > 0 and many / large / large == pytest.approx(one, rel=1e-9)


@pytest.mark.parametrize("step", [3, 30])
def test_the_wider_the_nearer_to_the_kernel_flow(step: int) -> None:
    data, fresh = rows(200), rows(200, 4)
    kernel = sl.KernelFlow(PROCESS, data)
    exact, off = kernel.at(step)(fresh.t, fresh.x_t), []
    for width in (10, 160):
        flows = [
            FeatureFlow(PROCESS, [data], width, kernel.step_size, generator=seed(k))
            for k in range(3)
        ]
        told = torch.stack([flow.at(step)(fresh.t, fresh.x_t) for flow in flows])
        off.append(float((told - exact).norm(dim=(1, 2)).mean() / exact.norm()))
    assert off[0] / off[1] > 2.2 and off[1] < 0.2


@pytest.mark.parametrize("step", [0, 1, 25, 10**4, math.inf])
def test_the_training_loss_is_that_of_the_predictions(step: float) -> None:
    data = rows(120)
    flow = FeatureFlow(PROCESS, split(data, 100, 20), 12, generator=seed(1))
    residual = flow.at(step)(data.t, data.x_t) - data.x_0
    wanted = float(residual.square().sum() / (2 * 120))
    assert flow.train_loss(step) == pytest.approx(wanted, rel=1e-6)


def test_batches_are_rows_however_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    data, fresh = rows(150), rows(20, 6)
    once = FeatureFlow(PROCESS, [data], 12, generator=seed(1))
    monkeypatch.setattr(features, "ROWS", 7)
    parts = iter(split(data, 60, 89, 1))  # gone through once
    again = FeatureFlow(PROCESS, parts, 12, generator=seed(1))
    assert len(again) == len(once) == 150
    torch.testing.assert_close(
        again.at(200)(fresh.t, fresh.x_t), once.at(200)(fresh.t, fresh.x_t), rtol=1e-6, atol=1e-8
    )


def test_more_noises_a_point_come_nearer_to_the_memorising_denoiser() -> None:
    """What the labels tend to with ever more draws is the exact denoiser of the points."""
    points = sl.GaussianMixture.ring().sample(20, generator=seed())
    process = sl.OrnsteinUhlenbeck(t_min=0.1)
    optimum, fresh = sl.Empirical(points).denoiser(process), process.regression(points, 20)
    off = []
    for draws in (1, 100):
        batches = (process.regression(points, generator=seed(k)) for k in range(draws))
        flow = FeatureFlow(process, batches, 60, generator=seed(1))
        off.append(sl.metrics.excess_risk(flow.at(10**5), optimum, fresh))
    assert off[1] < 0.2 * off[0]


def test_rows_in_float32_give_answers_in_float32() -> None:
    data = rows(100, dtype=torch.float32)
    single = FeatureFlow(PROCESS, [data], 15, generator=seed(1))
    assert single.at(50)(data.t, data.x_t).dtype == torch.float32
    assert single.predict(data.t[:5], data.x_t[:5]).dtype == torch.float32


def test_bad_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = rows(20)
    with pytest.raises(ValueError, match="batches=\\(\\): must hold at least one"):
        FeatureFlow(PROCESS, [], 3)
    with pytest.raises(ValueError, match="width=0: must be a whole number of at least 1"):
        FeatureFlow(PROCESS, [data], 0)
    with pytest.raises(ValueError, match="step_size=.*must be below 2/λ_max"):
        FeatureFlow(PROCESS, [data], 3, 1e3, generator=seed())
    with pytest.raises(ValueError, match=r"batches\.x_t\.shape=.*d = 2"):
        other = PROCESS.regression(torch.zeros(4, 3, dtype=torch.float64))
        FeatureFlow(PROCESS, [data, other], 3, generator=seed())
    monkeypatch.setattr("scorelab.devices.LITTLE", 0)
    monkeypatch.setattr("scorelab.devices.free_memory", lambda device: 40 * 12**2)
    with pytest.raises(
        ValueError,
        match="width=30: needs 0.0 GB and 0.0 GB are free; width = 3 would fit",
    ):
        FeatureFlow(PROCESS, [data], 30)
