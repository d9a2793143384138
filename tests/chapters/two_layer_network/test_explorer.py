"""The explorer of gradient descent, without a page: what it computes, and what its controls do."""

import math
import re

import numpy as np
import pytest
import torch
from seen import moved_by

import scorelab as sl
from scorelab.chapters.two_layer_network import neurons
from scorelab.chapters.two_layer_network.explorer import PROBLEM, Explorer
from scorelab.chapters.two_layer_network.view import (
    TALLEST,
    compute,
    neuron_dots,
    sentence,
    steepness,
)
from scorelab.explore import figures
from scorelab.explore.replay import record as records
from scorelab.explore.replay import setting as settings
from scorelab.explore.replay.plane import along, queries

WHERE = settings.setting(*PROBLEM)
FEATURES = settings.PROCESS.features(WHERE.train.t, WHERE.train.x_t)
SMALL = {"width": 16}


def full_kernel(net: sl.TwoLayerNet) -> torch.Tensor:
    """K/n between all pairs (row, output), from the Jacobian that autograd finds; (2n, 2n)."""

    def outputs(weight: torch.Tensor) -> torch.Tensor:
        hidden = (FEATURES.double() @ weight.T).relu()
        return (hidden @ net.signs.double()).flatten() / math.sqrt(net.width)

    jacobian = torch.autograd.functional.jacobian(outputs, net.weight.double(), vectorize=True)
    jacobian = jacobian.flatten(1)
    return jacobian @ jacobian.T / len(FEATURES)


def finished(width: int = 16, rate: float = 1.0) -> records.Record:
    run = records.record(*PROBLEM, width, rate * neurons.unit(WHERE, width))
    for _ in run.train():
        pass
    return run


def test_the_two_blocks_have_the_spectrum_of_the_whole_tangent_kernel() -> None:
    for net in (records.untrained(WHERE, 16), finished().frame(1000).denoiser):
        blocks = torch.linalg.eigvalsh(neurons.blocks(net, FEATURES).double()).flatten()
        whole = torch.linalg.eigvalsh(full_kernel(net))
        torch.testing.assert_close(blocks.sort().values, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rate", [0.5, 1.9, 2.5])
def test_the_linear_theory_is_what_the_recursion_of_the_residuals_gives(rate: float) -> None:
    whole = full_kernel(records.untrained(WHERE, 16))
    step_size = rate / float(torch.linalg.eigvalsh(whole)[-1])
    predicted = neurons.predicted(WHERE, 16, step_size)
    residual = -WHERE.train.x_0.double().flatten()
    for step in range(51):
        if step in records.STOPS:
            ours = predicted[records.STOPS.index(step)]
            assert ours == pytest.approx(float(residual.square().sum()) / WHERE.n, rel=1e-3)
        residual = residual - step_size * whole @ residual


def test_a_step_size_of_one_unit_is_one_over_the_largest_eigenvalue_at_the_start() -> None:
    for rate in (1.0, 2.5):
        run = finished(rate=rate)
        assert steepness(run, run.frames[0]) == pytest.approx(rate, rel=1e-4)


def test_a_wide_network_obeys_the_linear_theory_at_first() -> None:
    run = records.record(*PROBLEM, 4096, neurons.unit(WHERE, 4096))
    work = run.train()
    while run.steps < 10:
        next(work)
    predicted = neurons.predicted(WHERE, 4096, run.rate * WHERE.flow.step_size)
    measured = [frame.training for frame in run.frames[1:]]
    assert measured == pytest.approx(predicted[1 : len(run.frames)], rel=0.02)


def test_facts_are_those_of_a_count_neuron_by_neuron() -> None:
    run = finished()
    start, now = run.frame(0), run.frame(1000)
    found = neurons.change(start, now)
    for r in (0, 3, 15):
        old, new = start.denoiser.weight[r], now.denoiser.weight[r]
        on = [(float(z @ old) > 0, float(z @ new) > 0) for z in FEATURES]
        assert found.moved[r] == pytest.approx(float((new - old).norm() / old.norm()), rel=1e-5)
        assert found.switched[r] == pytest.approx(np.mean([a != b for a, b in on]))
        assert found.silent[r] == (not any(after for _, after in on))
    weight = start.denoiser.weight
    moved = found.moved * weight.norm(dim=1).numpy()
    assert found.relative == pytest.approx(np.linalg.norm(moved) / float(weight.norm()), rel=1e-5)
    on = [float(z @ w) > 0 for z in FEATURES for w in now.denoiser.weight]
    assert found.active == pytest.approx(np.mean(on))


def test_a_silent_neuron_never_moves_again() -> None:
    run = finished(rate=10.0)
    early, late = run.frame(1000), run.frame(10_000)
    silent = neurons.change(run.frame(0), early).silent
    assert 0 < silent.sum() < 16
    same = early.denoiser.weight[silent] == late.denoiser.weight[silent]
    assert bool(same.all())


@pytest.mark.slow
def test_above_the_border_the_loss_rises_and_recovers_where_its_step_is_stable() -> None:
    run = finished(width=256, rate=3.0)
    errors = [frame.training for frame in run.frames]
    peak = int(np.argmax(errors))
    assert 0 < run.frames[peak].step < 100
    assert errors[peak] > 1.3 * errors[0]
    assert errors[-1] < 0.4 * errors[0]
    assert steepness(run, run.frames[-1]) < 2 < steepness(run, run.frames[0])


def test_the_slice_is_the_denoiser_s_first_output() -> None:
    trace = along(WHERE.truth(*queries(0.45, torch.device("cpu"))))
    i = 40
    t = torch.tensor([settings.PROCESS.time_at(0.45)])
    wanted = WHERE.truth(t, torch.tensor([[trace["x"][i], 0.0]], dtype=torch.float32))[0, 0]
    assert trace["y"][i] == pytest.approx(float(wanted), abs=1e-5)


def test_every_neuron_has_a_dot_in_one_of_two_shades() -> None:
    run = finished()
    found = neurons.change(run.frame(0), run.frame(1000))
    drawn = neuron_dots(found)
    corners = 7  # a square, closed, with a way from the hub and back
    counts = {name: len(trace["x"]) / corners for name, trace in drawn.items()}
    silent = int(found.silent.sum())
    assert counts == {"neurons": 16 - silent, "silent neurons": silent}


@pytest.mark.slow
def test_all_traces_are_finite_even_where_training_is_lost() -> None:
    run = records.record(*PROBLEM, 16, 100 * neurons.unit(WHERE, 16))
    with pytest.raises(ValueError, match="diverged"):
        for _ in run.train():
            pass
    traces = compute(run, run.frame(10_000), 0.45)
    assert traces.keys() == figures.names(Explorer().figure)
    for trace in traces.values():
        assert np.isfinite(np.asarray(trace["y"], np.float32)).all()
    assert max(traces["training error"]["y"]) <= TALLEST


@pytest.mark.slow
def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)

    of_the_stop = {"now", "steepness now", "learned", "learned arrows", "neurons"}
    of_the_noise = {"noised data", "exact", "exact arrows", "learned", "learned arrows"}
    assert of_the_stop <= moved_by(explorer, stop=1000) <= of_the_stop | {"silent neurons"}
    assert moved_by(explorer, noise=0.8) == of_the_noise
    curves = {"linear theory", "training error", "excess risk", "steepness"}
    assert curves | of_the_stop <= moved_by(explorer, rate=2.5)
    assert curves | of_the_stop <= moved_by(explorer, width=64)


@pytest.mark.slow
def test_after_a_step_size_that_is_lost_another_can_be_chosen() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)
    explorer.set(rate=100.0)
    assert "too large, and training ends" in explorer.status.value
    assert "e+" not in explorer.status.value and explorer.error.value == ""
    explorer.set(rate=0.5)
    assert explorer.shown.complete
    assert explorer.error.value == ""
    assert "stable" in explorer.status.value


def test_the_second_panel_says_its_noise_level() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, noise=0.7)
    assert "√h = 0.7" in explorer.figure.layout.xaxis2.title.text


def test_the_sentence_says_the_numbers_of_the_frame() -> None:
    run = finished(rate=2.5)
    for stop in (0, 1000):
        now = run.frame(stop)
        found, steep = neurons.change(run.frame(0), now), steepness(run, now)
        plain = re.sub("<[^>]+>", "", sentence(run, now))
        errors = f"training error {now.training:.3g}, excess risk {now.risk:.3g}"
        assert plain.startswith(f"{stop:,} steps: {errors}")
        assert f"moved {found.relative:.3g} × length" in plain
        active, switched = f"{found.active:.1%}", f"{found.switched.mean():.1%}"
        assert f"active {active}, switched {switched}" in plain
        assert plain.endswith(f"{steep:.3g}, {'stable' if steep < 2 else 'unstable'}")


@pytest.mark.slow
def test_reset_forgets_and_train_goes_on_to_the_end() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=1000)
    explorer.by_name["reset"].click()
    assert (explorer["stop"], explorer.shown.steps) == (0, 0)
    explorer.by_name["train"].click()
    assert explorer["stop"] == explorer.shown.steps == records.STOPS[-1]
