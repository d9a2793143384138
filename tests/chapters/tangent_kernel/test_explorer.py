"""The explorer of the tangent kernel, without a page: what it computes, what its controls do."""

import math
import re

import numpy as np
import pytest
import torch
from seen import moved_by

import scorelab as sl
from scorelab.chapters.tangent_kernel import limit as limits
from scorelab.chapters.tangent_kernel import view as tangent
from scorelab.chapters.tangent_kernel.explorer import Explorer
from scorelab.explore import figures
from scorelab.explore.figures import HUB
from scorelab.explore.replay import plane
from scorelab.explore.replay import record as records
from scorelab.explore.replay.setting import PROCESS

RING = "ring of modes"
SMALL = {"n": 50, "width": 16}


def finished(width: int = 16, target: str = RING) -> records.Record:
    run = records.record(target, 50, "log", width)
    for _ in run.train():
        pass
    return run


def features(run: records.Record) -> torch.Tensor:
    return PROCESS.features(run.where.train.t, run.where.train.x_t)


@pytest.mark.parametrize("step", [0, 100, 10_000])
def test_the_kernel_is_that_of_the_network_and_its_limit_that_of_the_package(step: int) -> None:
    run = finished()
    now, z = run.frame(step), features(run)
    found = limits.compared(now)
    kernel = now.denoiser.empirical_ntk(z, z).double()
    np.testing.assert_allclose(
        found.eigenvalues, np.linalg.eigvalsh(kernel.numpy() / 50)[::-1], atol=1e-6
    )
    aim = sl.ntk(z.double(), z.double())
    assert found.deviation == pytest.approx(off_the_limit(now.net, z, aim), rel=1e-4)


def off_the_limit(net: sl.TwoLayerNet, z: torch.Tensor, aim: torch.Tensor) -> float:
    """‖K − κ I‖ / ‖κ I‖ over pairs (row, output), from the whole kernel written out."""
    on = (z @ net.weight.T > 0).double()
    signed = (on[:, None, :] * net.signs.T).flatten(0, 1)
    dots = (z.double() @ z.double().T).repeat_interleave(2, 0).repeat_interleave(2, 1)
    whole = torch.kron(aim, torch.eye(2).double())
    return float((dots * (signed @ signed.T) / net.width - whole).norm() / whole.norm())


def test_the_shares_count_neurons_active_at_both_rows_of_a_pair() -> None:
    run = finished()
    now, z, aim = run.frame(100), features(run), limits.limit(run.where)
    on = (z @ now.denoiser.weight.T > 0).numpy()
    counted = [np.mean(on[i] & on[j]) for i, j in aim.pairs.T.tolist()]
    np.testing.assert_allclose(limits.compared(now).shares, counted, atol=1e-6)
    cosine = [float(torch.cosine_similarity(z[i], z[j], dim=0)) for i, j in aim.pairs.T.tolist()]
    np.testing.assert_allclose(np.cos(np.radians(aim.angle)), cosine, atol=1e-5)


def test_pairs_come_once_and_spread_over_the_angles() -> None:
    aim = limits.limit(finished().where)
    pairs = [frozenset(pair) for pair in aim.pairs.T.tolist()]
    assert len(set(pairs)) == len(pairs) > 200
    assert aim.angle.min() == pytest.approx(0, abs=1e-3)
    counts, _ = np.histogram(aim.angle, bins=5, range=(0, aim.angle.max()))
    assert counts.min() > 0.5 * counts.max()


def test_the_expected_deviation_is_the_root_mean_square_over_many_networks() -> None:
    run = finished()
    z, aim = features(run), limits.limit(run.where)
    draws = torch.Generator().manual_seed(0)
    nets = [sl.TwoLayerNet(PROCESS, 2, 64, generator=draws) for _ in range(300)]
    squares = [off_the_limit(net, z, aim.gram) ** 2 for net in nets]
    assert aim.spread / math.sqrt(64) == pytest.approx(np.sqrt(np.mean(squares)), rel=0.1)


def test_two_standard_deviations_are_those_of_a_mean_of_independent_neurons() -> None:
    band = tangent.chance(64)
    above, below = band["± 2 std of chance"], band["− 2 std of chance"]
    i = 23  # 92 degrees
    angle = math.radians(above["x"][i])
    w = torch.randn(20_000, 32, 2, generator=torch.Generator().manual_seed(0))
    rows = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]])
    share = (w @ rows.T > 0).all(dim=2).float().mean(dim=1)
    assert (above["y"][i] + below["y"][i]) / 2 == pytest.approx(float(share.mean()), abs=3e-3)
    assert (above["y"][i] - below["y"][i]) / 4 == pytest.approx(float(share.std()), rel=0.05)


@pytest.mark.parametrize("step", [1, 200, 10_000])
def test_the_distance_is_that_of_network_and_kernel_flow_on_the_test_inputs(step: int) -> None:
    run = finished()
    where, now = run.where, run.frame(step)
    flow = sl.KernelFlow(PROCESS, where.train).at(step)(where.test.t, where.test.x_t)
    network = now.denoiser(where.test.t, where.test.x_t)
    wanted = float((network - flow).norm() / flow.norm())
    assert limits.compared(now).distance == pytest.approx(wanted, rel=1e-3)


def test_before_training_network_and_flow_agree_and_nothing_is_learned() -> None:
    run = finished()
    assert limits.compared(run.frame(0)).distance == 0
    assert "learned <b>0</b> (limit 0)" in tangent.sentence(run, run.frame(0))


def test_the_slice_shows_network_flow_and_truth_at_one_noise_level() -> None:
    run = finished()
    where, now = run.where, run.frame(100)
    traces = tangent.compute(run, now, 0.45)
    x = torch.tensor([[1.5, 0.0]])
    t = torch.tensor([-math.log(1 - 0.45**2)])
    i = int(np.argmin(np.abs(plane.SLICE - 1.5)))
    for name, denoiser in (
        ("network", now.denoiser),
        ("kernel flow", where.flow.at(100)),
        ("exact", where.truth),
    ):
        assert traces[name]["y"][i] == pytest.approx(float(denoiser(t, x)[0, 0]), abs=1e-4)


def test_the_line_of_the_share_and_the_slope_are_straight_and_as_steep_as_they_say() -> None:
    run = finished()
    traces = tangent.compute(run, run.frame(10), 0.45)
    line = traces["limit of the share"]
    assert np.interp(60, line["x"], line["y"]) == pytest.approx(1 / 3)
    slope = traces["slope −4/3"]
    steepness = np.diff(np.log(slope["y"])) / np.diff(np.log(slope["x"]))
    assert steepness == pytest.approx(-4 / 3)
    values = run.where.flow.eigenvalues
    tenth = np.exp(np.interp(np.log(10), np.log(slope["x"]), np.log(slope["y"])))
    assert tenth == pytest.approx(float(values[9]))


def test_a_direction_above_the_line_has_been_fitted_by_more_than_an_exponential() -> None:
    run = finished()
    now, flow = run.frame(100), run.where.flow
    learned = flow.eigenvalues > tangent.threshold(now)
    fitted = flow.fitted(100)
    assert 0 < learned.sum() < 50
    assert (fitted[learned] > 1 - 1 / math.e).all()
    assert (fitted[~learned] < 0.64).all()


@pytest.mark.parametrize("width", [16, 64])
def test_all_traces_are_there_finite_and_within_their_panel(width: int) -> None:
    run = finished(width)
    names = figures.names(tangent.blank())
    for step in (0, 100, 10_000):
        traces = tangent.compute(run, run.frame(step), 0.2)
        assert traces.keys() == names
        for values in traces.values():
            assert np.isfinite(values["x"]).all()
            assert np.isfinite(values["y"]).all()
        shares = traces["pairs of rows"]["y"]
        shares = shares[~np.isclose(shares, HUB[1])]
        assert -0.03 < shares.min() <= shares.max() < 0.93


@pytest.mark.slow
def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)

    network = {"pairs of rows", "network", "eigenvalues"}
    assert moved_by(explorer, stop=1000) == network | {"kernel flow", "learned above 1/(ητ)"}
    assert moved_by(explorer, noise=0.8) == {"exact", "kernel flow", "network"}
    assert moved_by(explorer, width=64) == network | {"± 2 std of chance", "− 2 std of chance"}
    data = {"kernel flow", "exact", "limit's eigenvalues", "slope −4/3", "learned above 1/(ητ)"}
    assert moved_by(explorer, target="spiral of modes") == network | data
    assert moved_by(explorer, n=100) == network | data - {"exact"}


def test_the_second_panel_says_its_noise_level() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, noise=0.7)
    assert "√h = 0.7" in explorer.figure.layout.xaxis2.title.text


def test_the_sentence_says_the_numbers_of_the_frame() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=1000)
    now = explorer.shown.frame(1000)
    found, flow = limits.compared(now), now.where.flow
    plain = re.sub("<[^>]+>", "", explorer.status.value).replace("&nbsp;", " ")
    assert f"1,000 steps: kernel deviation {found.deviation:.1%} (typical" in plain
    assert f"distance to the flow {found.distance:.1%} (× √m: {4 * found.distance:.2f})" in plain
    assert f"λmax {found.eigenvalues[0]:.2f} (limit {flow.eigenvalues[0]:.2f})" in plain
    many = [
        int((v * flow.step_size * 1000 > 1).sum()) for v in (found.eigenvalues, flow.eigenvalues)
    ]
    assert f"learned {many[0]} (limit {many[1]})" in plain


def test_where_training_has_not_come_so_far_the_last_stop_passed_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "CHUNK", 1)  # so that training pauses between stops as well
    explorer = Explorer()
    explorer.set(**SMALL, stop=10)
    run = explorer.shown
    run.forget()
    run.begin()
    work = run.train()
    while run.steps < 27:
        next(work)
    assert run.steps == 27
    explorer.set(stop=1000)
    assert ">25 steps:" in explorer.status.value
    explorer.set(stop=10)
    assert ">10 steps:" in explorer.status.value


@pytest.mark.slow
def test_reset_goes_back_and_train_follows_to_the_end() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=1000)
    explorer.by_name["reset"].click()
    assert (explorer["stop"], explorer.shown.steps) == (0, 0)
    explorer.by_name["train"].click()
    assert explorer["stop"] == explorer.shown.steps == records.STOPS[-1]
    assert ">10,000 steps:" in explorer.status.value
