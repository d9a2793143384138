"""What notebook 05 measures of an unbounded domain, by other ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import scorelab as sl
from scorelab.chapters.early_stopping import measured

PROCESS = measured.PROCESS


def kernel(z: np.ndarray, w: np.ndarray) -> float:
    norms = np.linalg.norm(z) * np.linalg.norm(w)
    angle = math.acos(min(1.0, z @ w / norms))
    return norms * math.cos(angle) * (math.pi - angle) / (2 * math.pi)


def test_the_norm_on_a_circle_is_that_of_the_least_function_through_its_rows() -> None:
    times = torch.tensor([0.1, 1.0]).double()
    angles = [2 * math.pi * k / measured.DIRECTIONS + 0.1 for k in range(measured.DIRECTIONS)]
    places = [(5 * math.cos(a), 5 * math.sin(a)) for a in angles]
    z = np.array([(x, y, t - PROCESS.t_min, 1) for t in times.tolist() for x, y in places])
    truth = measured.TRUTH(torch.tensor(z[:, 2]) + PROCESS.t_min, torch.tensor(z[:, :2])).numpy()
    gram = np.array([[kernel(a, b) for b in z] for a in z])
    wanted = np.trace(truth.T @ np.linalg.inv(gram) @ truth)
    assert measured.norm_on_circle(5.0, times) == pytest.approx(wanted, rel=1e-6)
    assert measured.norm_on_circle(5.0) > wanted  # of five times, these two among them


def test_far_out_the_norm_tends_to_its_limit_for_other_times_too() -> None:
    times = torch.tensor([0.05, 0.4]).double()
    share = measured.norm_on_circle(4000.0, times) / 4000
    assert share == pytest.approx(measured.norm_far_out(times), rel=0.01)


def test_far_out_a_denoiser_is_linear_with_the_gain() -> None:
    t = torch.tensor([0.03, 0.5, 2.0]).double()
    x = torch.tensor([[3e4, 0.0]] * 3).double()
    torch.testing.assert_close(
        measured.TRUTH(t, x)[:, 0] / 3e4, measured.gain(t), rtol=1e-2, atol=0
    )


def test_one_row_of_a_gaussian_is_expected_beyond_the_reach_whatever_its_scale() -> None:
    draw, beyond = torch.Generator().manual_seed(0), 0
    for _ in range(400):
        x = 7 * torch.randn(300, 2, generator=draw)
        beyond += int((x.norm(dim=1) > measured.reach(x)).sum())
    assert beyond / 400 == pytest.approx(1, abs=0.2)


def test_heavy_tails_fall_like_the_square_of_the_distance() -> None:
    law = measured.heavy(scales=14)
    near, far = (law.weights @ torch.exp(-(r**2) / (2 * law.stds**2)) for r in (4, 32))
    assert float(near / far) == pytest.approx(64, rel=0.05)
    assert float(law.weights.sum()) == pytest.approx(1)


def test_rules_within_the_ball_are_those_of_the_package() -> None:
    law = measured.LAWS["strays"]
    found = measured.in_the_ball(law, "log", 1, n=120)
    train, fresh = measured.rows(law, "log", 1, 120)
    ball, truth = train.within(found["R"]), law.denoiser(PROCESS)
    assert found["R"] == measured.reach(train.x_t) and found["kept"] == len(ball) / 120
    inside = fresh.within(found["R"])
    assert found["outside"] == pytest.approx(1 - len(inside) / len(fresh), rel=1e-3)
    for name, data in (("all", train), ("ball", ball)):
        flow = sl.KernelFlow(PROCESS, data)
        stop = sl.stopping.loo(flow)
        assert found[f"leave-one-out, {name}, stop"] == stop
        part = sl.metrics.excess_risk(flow.at(stop), truth, inside) * len(inside) / len(fresh)
        assert found[f"leave-one-out, {name}, in"] == pytest.approx(part, rel=1e-3)
        for rule in ("literal", "C_R and σ estimated", "leave-one-out"):
            assert found[f"{rule}, {name}, in"] >= found[f"oracle, {name}, in"]
            assert found[f"{rule}, {name}"] >= found[f"{rule}, {name}, in"]


def test_a_localised_model_goes_on_without_a_jump_and_as_if_without_noise() -> None:
    train, _ = measured.rows(measured.RING, "uniform", 0, 40)
    flow = sl.KernelFlow(PROCESS, train)
    t, unit = torch.full((4,), 0.5), torch.tensor([0.6, 0.8])
    x = torch.tensor([1.0, 2.0, 2.001, 12.0])[:, None] * unit
    seen = measured.continued(flow, sl.Regression(t, x, x), 2.0)[60]
    torch.testing.assert_close(seen[:2], flow.at(flow.stops[60])(t, x)[:2], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(seen[1], seen[2], rtol=0, atol=0.01)
    slope = (seen[3] - seen[1]) / 10
    torch.testing.assert_close(slope, unit * math.exp(0.25), rtol=1e-4, atol=1e-5)
