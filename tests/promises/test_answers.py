"""What has an answer has the right one: where a number of floating point once had none."""

from __future__ import annotations

import math

import pytest
import torch
from small import FLOW, NET, PROCESS, regression, scaled, seed

import scorelab as sl
from scorelab import convex, metrics, stopping


def test_points_far_from_the_origin_keep_their_distance() -> None:
    a, b = (torch.randn(100, 2, generator=seed(i), dtype=torch.float64) + i / 2 for i in (0, 1))
    near = metrics.energy_distance(a, b)
    assert near == pytest.approx(metrics.energy_distance(a + 1e5, b + 1e5), rel=1e-9)
    assert near == pytest.approx(metrics.energy_distance(a.float(), b.float()), rel=1e-6)


def test_the_same_clouds_have_the_same_distance_in_both_types() -> None:
    a, b = (torch.randn(80, 5, generator=seed(i)) + i / 2 for i in (0, 1))
    single = metrics.sliced_wasserstein(a, b)
    assert single == pytest.approx(metrics.sliced_wasserstein(a.double(), b.double()), rel=1e-5)


def test_any_number_of_steps_can_be_asked_for() -> None:
    data = regression()
    late, limit = (FLOW.at(step)(data.t, data.x_t) for step in (1e20, 10**30))
    assert torch.isfinite(late).all() and torch.isfinite(limit).all()


@pytest.mark.parametrize("step", [1e15, 1e20, 1e300])
def test_rows_that_contradict_each_other_have_a_late_answer(step: float) -> None:
    """Their difference lies in a direction that no query sees; rounding made it 3,779."""
    data, other = regression(), regression()
    pairs = zip((data.t, data.x_t, data.x_0), (other.t, other.x_t, -other.x_0), strict=True)
    flow = sl.KernelFlow(PROCESS, sl.Regression(*(torch.cat(pair) for pair in pairs)))
    late, limit = (flow.at(each)(data.t, data.x_t / 2) for each in (step, math.inf))
    torch.testing.assert_close(late, limit, rtol=0, atol=1e-4)
    # Nothing can be learned of ±Y: all of it is left, is noise, and costs no norm.
    square = float(data.x_0.double().square().mean())
    assert flow.train_loss(step) == pytest.approx(square, rel=1e-9)
    noise, radius = stopping.noise_and_radius(flow, int(step))
    assert noise**2 == pytest.approx(2 * square, rel=1e-6) and radius < 1e-6


def test_double_precision_goes_through_a_single_precision_network() -> None:
    data = regression()
    found = NET(data.t.double(), data.x_t.double())
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, NET(data.t, data.x_t).double())


@pytest.mark.parametrize("far", [1e18, 1e19, 1e30, 1e38])
def test_far_points_belong_to_the_mode_of_their_direction(far: float) -> None:
    """In float32 all squares are infinite there; float64 knows better."""
    law = sl.GaussianMixture([[1.5, 0.0], [0.0, 1.5], [0.0, -1.5]], [0.2, 0.2, 0.1])
    t, x = torch.ones(2), far * torch.tensor([[0.5, 1.0], [1.0, 0.5]])
    for exact in (law.denoiser(PROCESS), lambda t, x: law.posterior_variance(PROCESS, t, x)):
        torch.testing.assert_close(exact(t, x), exact(t.double(), x.double()).float())
    optimum = sl.Empirical(law.means.float()).denoiser(PROCESS)
    torch.testing.assert_close(optimum(t, x), torch.tensor([[0.0, 1.5], [1.5, 0.0]]))


@pytest.mark.parametrize("step", [0, 3, 10**4])
def test_the_largest_labels_have_a_loss_and_a_noise(step: int) -> None:
    """Both are those of small labels, in other units: at 1e155 they were NaN or infinite."""
    one, flow = (sl.KernelFlow(PROCESS, scaled(unit)) for unit in (1.0, 1e119))
    assert flow.train_loss(step) / 1e119 / 1e119 == pytest.approx(one.train_loss(step), rel=1e-6)
    for found, small in zip(
        *(stopping.noise_and_radius(each, step) for each in (flow, one)), strict=True
    ):
        assert found / 1e119 == pytest.approx(small, rel=1e-6)
    assert stopping.loo(flow) == stopping.loo(one) and stopping.gcv(flow) == stopping.gcv(one)


def test_a_beta_far_above_what_allows_neurons_has_the_answer_of_one_a_little_above() -> None:
    """At 1e30 the solver saw nothing but β, and stopped with a gap of 0.15."""
    x = torch.tensor([[1.5], [-0.3], [0.2]])
    for skip in (False, True):
        for targets in (None, x.flip(0)):
            above, far = convex.path(x, [20, 1e30], skip=skip, targets=targets)
            assert far.objective == pytest.approx(above.objective, abs=1e-6)
            assert far.gap < 1e-5 and not len(far.neurons[0])


@pytest.mark.parametrize("unit", [1e-30, 1.0, 1e30, 3e38])
def test_copies_are_found_in_any_unit_and_for_any_ratio(unit: float) -> None:
    """In single precision the squares of such distances are 0 or infinite."""
    train = unit * torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    samples = unit * torch.tensor([[0.0, 0.0], [0.1, 0.0], [0.5, 0.0]])
    assert metrics.memorized(samples, train).tolist() == [True, True, False]
    for ratio in (10**20, 1e300):
        assert metrics.memorized(samples, train, ratio).tolist() == [True, False, False]
