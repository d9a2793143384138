"""The explorer of notebook 00, without a page: what it computes, and what its controls do."""

import math
import re
from itertools import chain

import numpy as np
import pytest
import torch
from seen import moved_by

import scorelab as sl
from scorelab.chapters.start_here.explorer import Explorer
from scorelab.chapters.start_here.view import ARROWS, CELL, ERROR, VERDICTS, compute, judge
from scorelab.explore import figures
from scorelab.explore.replay import record as records
from scorelab.explore.replay import setting as settings
from scorelab.explore.replay.plane import GRID

RING = "ring of modes"
SMALL = {"n": 100, "width": 16}


def finished(target: str = RING, width: float = 16, times: str = "log") -> records.Record:
    run = records.record(target, 100, times, width)
    for _ in chain(run.train(), run.measure()):
        pass
    return run


@pytest.mark.slow
def test_a_record_of_a_network_is_the_path_of_plain_descent() -> None:
    run = finished()
    where = run.where
    net = sl.TwoLayerNet(settings.PROCESS, 2, 16, generator=torch.Generator().manual_seed(1))
    path = sl.NetworkPath.record(net, where.train, records.STOPS[:20], where.flow.step_size)
    inputs = where.test.t, where.test.x_t
    for stop in (0, records.STOPS[10], records.STOPS[19]):
        ours = run.frame(stop)
        assert ours.step == stop
        torch.testing.assert_close(ours.denoiser(*inputs), path.at(stop)(*inputs))
        assert ours.training == pytest.approx(2 * path.train_loss(stop))


@pytest.mark.slow
def test_a_record_of_infinite_width_is_the_kernel_flow() -> None:
    run = finished(width=math.inf)
    inputs = run.where.test.t, run.where.test.x_t
    torch.testing.assert_close(
        run.frame(100).denoiser(*inputs), run.where.flow.replay(*inputs)(100), rtol=1e-4, atol=1e-5
    )


@pytest.mark.slow
@pytest.mark.parametrize("target", settings.TARGETS)
@pytest.mark.parametrize("times", ["log", "uniform"])
def test_the_excess_or_hold_out_risk_is_that_of_the_metrics(target: str, times: str) -> None:
    run = finished(target, times=times)
    frame, where = run.frame(30), run.where
    if where.known:
        wanted = sl.metrics.excess_risk(frame.denoiser, where.truth, where.test)
    else:
        wanted = sl.metrics.holdout_risk(frame.denoiser, where.test)
    assert frame.risk == pytest.approx(wanted, rel=1e-5)
    assert run.best().risk == min(f.risk for f in run.frames)


@pytest.mark.slow
def test_training_and_test_rows_of_the_table_do_not_meet() -> None:
    where = settings.Setting(settings.CREDIT, 500, "log")
    whole = sl.credit.limit_and_bill()
    assert len({*where.train.x_0.unbind()} & {*where.test.x_0.unbind()}) == 0
    assert torch.isin(where.train.x_0[:, 1], whole[:, 1]).all()


def test_before_training_ends_the_newest_state_is_shown() -> None:
    run = records.Record(settings.setting(RING, 100, "log"), 16)
    run.begin()
    assert [frame.step for frame in run.frames] == [0]
    work = run.train()
    while run.steps < 50:
        next(work)
    assert run.frame(10_000).step == run.steps
    assert run.frame(10).step in records.STOPS
    half = run.steps
    for _ in run.train():  # going on from where it stood, it ends where one go would have ended
        pass
    assert half < run.steps == records.STOPS[-1]
    torch.testing.assert_close(
        run.frames[-1].denoiser.weight, finished().frames[-1].denoiser.weight, rtol=1e-3, atol=1e-3
    )


@pytest.mark.slow
def test_all_traces_are_finite_where_they_should_be() -> None:
    run = finished()
    explorer = Explorer()
    names = figures.names(explorer.figure)
    traces = compute(run, run.frame(100), 0.45, "move")
    assert traces.keys() == names
    for name in ("excess risk", "training error", "now"):
        assert np.isfinite(traces[name]["y"]).all()


@pytest.mark.slow
def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)

    assert moved_by(explorer, stop=1000) == {"now", "learned", "samples", ERROR}
    assert moved_by(explorer, noise=0.8) == {"noised data", "exact", "learned", ERROR}
    assert moved_by(explorer, arrows="score") == {"exact", "learned"}
    assert {"excess risk", "training error", "learned", "samples"} <= moved_by(explorer, width=64)
    assert {"data", "exact", "excess risk", "samples"} <= moved_by(
        explorer, target="spiral of modes"
    )
    assert {"excess risk", "samples"} <= moved_by(explorer, times="uniform")
    assert {"data"} <= moved_by(explorer, n=250)


def ways(path: dict[str, np.ndarray]) -> np.ndarray:
    """From the start to the tip of each arrow on the grid, (121, 2)."""
    corners = np.stack((path["x"], path["y"]), axis=1).reshape(len(GRID), -1, 2)[:, 1:-2]
    np.testing.assert_allclose((corners[:, 0] + corners[:, -1]) / 2, GRID, atol=1e-9)
    return corners[:, 3] - GRID


@pytest.mark.parametrize("kind", ARROWS)
@pytest.mark.parametrize("noise", [0.15, 0.7])
def test_arrows_are_moves_or_scores_to_one_scale(kind: str, noise: float) -> None:
    run = finished()
    where, now = run.where, run.frame(100)
    x = torch.tensor(GRID, dtype=torch.float32)
    t = x.new_full((len(x),), settings.PROCESS.time_at(noise))
    wanted = {
        name: f(t, x) - x if kind == "move" else settings.PROCESS.score(f)(t, x)
        for name, f in (("exact", where.truth), ("learned", now.denoiser))
    }
    scale = 0.42 / np.quantile(wanted["exact"].norm(dim=1).numpy(), 0.9)
    traces = compute(run, now, noise, kind)
    for name, arrows in wanted.items():
        np.testing.assert_allclose(ways(traces[name]), scale * arrows.numpy(), atol=2e-4)


@pytest.mark.parametrize("kind", ARROWS)
def test_squares_are_as_wide_as_the_error_and_at_most_a_cell(kind: str) -> None:
    run = finished()
    now, x = run.frame(10_000), torch.tensor(GRID, dtype=torch.float32)
    t = x.new_full((len(x),), settings.PROCESS.time_at(0.3))
    error = (now.denoiser(t, x) - run.where.truth(t, x)).norm(dim=1).numpy()
    assert error.min() < 1 < error.max()
    path = compute(run, now, 0.3, kind)[ERROR]
    corners = np.stack((path["x"], path["y"]), axis=1).reshape(len(GRID), -1, 2)[:, 1:-2]
    np.testing.assert_allclose(corners.mean(axis=1), GRID, atol=1e-9)
    wide = np.ptp(corners, axis=1)
    np.testing.assert_allclose(wide[:, 0], 0.52 * np.minimum(error, 1), atol=1e-5)
    np.testing.assert_allclose(wide[:, 1], wide[:, 0])
    assert pytest.approx(0.52) == CELL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "risk", "unit"),
    [(RING, "excess risk", "first"), (settings.CREDIT, "hold-out risk", "credit limit (standard")],
)
def test_the_risk_has_one_name_and_every_axis_a_title(target: str, risk: str, unit: str) -> None:
    explorer = Explorer()
    explorer.set(**SMALL, target=target)
    seen = {trace.name for trace in explorer.figure.data if trace.visible is not False}
    assert seen & {"excess risk", "hold-out risk"} == {risk}
    assert f"{risk} <b>" in explorer.status.value
    layout = explorer.figure.layout
    axes = [layout[f"{letter}axis{k}"].title.text for k in ("", 2, 3) for letter in "xy"]
    assert all(axes) and axes[2].startswith(unit) and axes[2:4] == axes[4:]


def test_the_sentence_says_what_its_words_mean() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=0)
    for stop, verdict in ((0, "not trained"), (1, "too early"), (10_000, "overfitting")):
        explorer.set(stop=stop)
        assert f'title="{VERDICTS[verdict]}">{verdict}</abbr>' in explorer.status.value
    for word in ("floor", "chance"):
        assert re.search(f'<abbr title="[^"]+">{word}</abbr>', explorer.status.value)


def test_the_model_s_colour_says_whether_it_is_a_kernel() -> None:
    explorer = Explorer()
    explorer.set(n=100, width=math.inf)
    by_name = {trace.name: trace for trace in explorer.figure.data}
    kernel = by_name["excess risk"].line.color
    explorer.set(width=16)
    assert by_name["excess risk"].line.color != kernel
    assert by_name["samples"].fillcolor == by_name["excess risk"].line.color


@pytest.mark.slow
def test_reset_forgets_and_train_goes_on_to_the_end() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=1000)
    explorer.by_name["reset"].click()
    assert (explorer["stop"], explorer.shown.steps) == (0, 0)
    assert "not trained" in explorer.status.value
    explorer.by_name["train"].click()
    assert explorer["stop"] == explorer.shown.steps == records.STOPS[-1]
    explorer.set(stop=10)
    assert "At 10 steps" in explorer.status.value


def test_the_sentence_says_the_numbers_of_the_frame() -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=10_000)
    frame = explorer.shown.frame(10_000)
    plain = re.sub("<[^>]+>", "", explorer.status.value)
    assert f"At 10,000 steps: excess risk {frame.risk:.3f}" in plain
    assert f"sample distance {frame.distance:.3f} (floor {frame.where.floor:.3f})" in plain
    assert judge(frame, explorer.shown.best()) in plain


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"height": 3}, "height=3: the controls are target, n"),
        ({"width": 17}, r"width=17: must be one of \[16, 64"),
        ({"target": "moon"}, "target='moon': must be one of"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_moves(
    values: dict[str, object], message: str
) -> None:
    explorer = Explorer()
    with pytest.raises(ValueError, match=message):
        explorer.set(stop=10, **values)
    assert explorer["stop"] == 100


def test_an_error_while_drawing_is_raised_without_a_page_and_shown_in_red(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explorer = Explorer()
    monkeypatch.setattr(explorer, "shown", None)
    monkeypatch.setattr("scorelab.chapters.start_here.view.sentence", lambda run, now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        explorer.set(stop=10)
    with pytest.raises(ZeroDivisionError):
        explorer.fail(ZeroDivisionError("division by <zero>"))
    assert "division by &lt;zero&gt;" in explorer.error.value
