"""The explorer of notebook 05, without a page: rules, scores and cuts by other ways."""

import math
import re

import numpy as np
import pytest
import torch
from seen import moved_by

import scorelab as sl
from scorelab.chapters.early_stopping import Explorer
from scorelab.chapters.early_stopping import view as stopping_time
from scorelab.chapters.early_stopping.rules import (
    LABELS,
    LAWS,
    LEVEL,
    RULES,
    STRAYS,
    StoppingProblem,
    with_strays,
)
from scorelab.explore import figures
from scorelab.explore.replay.setting import PROCESS

RING = "ring of modes"
NOISY, DEALT, EXACT = LABELS


def small(target: str = RING, times: str = "log", labels: str = NOISY, radius: float = math.inf):
    return StoppingProblem(target, 100, times, labels, radius)


@pytest.mark.parametrize("times", ["log", "uniform"])
def test_each_rule_stops_where_the_package_or_a_search_says(times: str) -> None:
    what = small(times=times)
    flow, stops = what.flow, what.stops(3.0)
    assert list(stops) == RULES
    assert stops["leave-one-out"] == sl.stopping.loo(flow)
    assert stops["GCV"] == sl.stopping.gcv(flow)
    assert stops["hold-out"] == sl.stopping.holdout(flow, what.holdout)
    assert stops["oracle"] == sl.stopping.oracle(flow, what.truth, what.test)
    crossed = [
        s
        for s, v in zip(flow.stops[1:], what.crossing, strict=True)
        if v > 3 / (2 * math.e * what.sigma)
    ]
    before = max((s for s in flow.stops if s < crossed[0]), default=0)
    assert before <= stops["Rademacher, C"] < crossed[0]


def test_curves_are_those_of_the_denoisers_themselves() -> None:
    what = small()
    for i in (1, 40, 90):
        stop = what.flow.stops[i]
        denoiser = what.flow.at(stop)
        excess = sl.metrics.excess_risk(denoiser, what.truth, what.test)
        held = sl.metrics.holdout_risk(denoiser, what.holdout)
        seen = sl.metrics.holdout_risk(denoiser, what.train)
        wanted = {"excess risk": excess, "hold-out": held, "training error": seen}
        for name, value in wanted.items():
            assert float(what.curves[name][i]) == pytest.approx(value, rel=1e-4, abs=1e-8)
        assert what.risk(stop) == pytest.approx(excess, rel=1e-4)
        grid = torch.tensor(stopping_time.GRID, dtype=torch.float32)
        t = torch.full((len(grid),), PROCESS.time_at(LEVEL))
        torch.testing.assert_close(what.on_grid(stop), denoiser(t, grid), rtol=1e-4, atol=1e-4)


def test_the_crossing_is_eta_times_the_complexity() -> None:
    what = small()
    for i in (0, 30, 100):
        eta = what.flow.step_size * what.flow.stops[i + 1]
        complexity = math.sqrt(sum(min(float(v), 1 / eta) for v in what.flow.eigenvalues) / 100)
        assert float(what.crossing[i]) == pytest.approx(eta * complexity)


def test_labels_change_and_inputs_do_not() -> None:
    noisy, dealt, exact = (small(labels=labels) for labels in LABELS)
    for other in (dealt, exact):
        assert torch.equal(noisy.train.x_t, other.train.x_t)
        assert torch.equal(noisy.flow.eigenvalues, other.flow.eigenvalues)
    wanted = noisy.truth(noisy.train.t, noisy.train.x_t)
    torch.testing.assert_close(exact.train.x_0, wanted)
    noises = [(p.train.x_0 - wanted).sum(1).sort().values for p in (noisy, dealt)]
    torch.testing.assert_close(*noises, atol=1e-5, rtol=1e-4)
    assert not torch.equal(noisy.train.x_0, dealt.train.x_0)
    fresh = sl.KernelFlow(PROCESS, dealt.train)
    torch.testing.assert_close(fresh.projections.abs(), dealt.flow.projections.abs())


def test_without_noise_nobody_has_to_stop() -> None:
    what = small(labels=EXACT)
    risks = what.curves["excess risk"]
    assert what.sigma == 0 and what.noise(what.train) == 0
    assert float(risks[-1]) < 1.01 * float(risks.min())
    assert what.stops(1.0)["Rademacher, C"] == what.flow.stops[-1]


def test_a_ball_leaves_out_rows_and_judges_inside() -> None:
    whole, ball = small(), small(radius=2.0)
    inside = whole.train.x_t.norm(dim=1) <= 2
    assert torch.equal(ball.train.x_t, whole.train.x_t[inside])
    assert 0 < len(ball.flow) < 100 == len(ball.drawn)
    assert bool((ball.test.x_t.norm(dim=1) <= 2).all())
    assert ball.outside == pytest.approx(1 - len(ball.test) / len(whole.test))
    assert ball.outside > 0 == whole.outside


def test_strays_are_the_ring_and_a_few_far_points() -> None:
    law = with_strays(share=0.1, std=20.0)
    x = law.sample(20_000, generator=torch.Generator().manual_seed(0))
    far = x.norm(dim=1) > 3
    assert float(far.float().mean()) == pytest.approx(0.1 * math.exp(-9 / 800), abs=0.01)
    assert float(law.weights.sum()) == pytest.approx(1)
    assert LAWS[STRAYS].weights[-1] < 0.01


def test_a_fit_of_nothing_stops_at_once() -> None:
    what = small()
    what.__dict__["estimated"] = (0.5, 0.0)
    assert what.stops(1.0)["Rademacher, est."] == 0


@pytest.mark.parametrize("target", LAWS)
@pytest.mark.parametrize("labels", LABELS)
def test_all_traces_are_there_and_finite(target: str, labels: str) -> None:
    names = figures.names(stopping_time.blank())
    for stop in (0, 100, 10**7):
        traces = stopping_time.compute(small(target, labels=labels, radius=3.0), stop, 1.0)
        assert traces.keys() == names
        for trace in traces.values():
            assert np.isfinite(np.asarray(trace["x"], float)).all()
            assert np.isfinite(np.asarray(trace["y"], float)).all()


@pytest.mark.slow
def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()
    explorer.set(n=100, times="log", constant=1)

    assert moved_by(explorer, stop=1000) == {"stop", "now", "learned"}
    assert moved_by(explorer, constant=10) == {"rules", "C/(2eσ)"}
    ball = {"the ball ‖x‖ ≤ R", "training rows", "rows left out", "excess risk", "rules", "learned"}
    assert ball <= moved_by(explorer, radius=2)
    labels = moved_by(explorer, labels=DEALT)
    assert {"excess risk", "leave-one-out", "GCV", "rules"} <= labels
    assert not labels & {"training rows", "exact", "η Q(1/η)"}
    assert {"excess risk", "η Q(1/η)", "training rows"} <= moved_by(explorer, times="uniform")
    assert {"excess risk", "training rows"} <= moved_by(explorer, n=250)
    assert {"exact", "training rows"} <= moved_by(explorer, target="spiral of modes")


def test_axes_stay_while_sliders_move_and_the_rules_say_their_price() -> None:
    explorer = Explorer()
    explorer.set(n=100)
    axes = [explorer.figure.layout[name].range for name in ("yaxis", "yaxis2", "xaxis4", "yaxis5")]
    explorer.set(stop=10**7, radius=1, constant=30)
    for name, before in zip(("yaxis", "yaxis2", "xaxis4", "yaxis5"), axes, strict=True):
        assert explorer.figure.layout[name].range == before
    by_name = {trace.name: trace for trace in explorer.figure.data}
    what, words = explorer.chosen(), by_name["rules"].text
    for rule, text in zip(RULES, words, strict=True):
        stop = what.stops(30)[rule]
        price = what.risk(stop) / what.risk(what.stops(30)["oracle"])
        assert text.strip() == f"{stop:,} · {stopping_time.times(price)}"


def test_a_ratio_is_written_as_a_reader_would() -> None:
    assert stopping_time.times(1.064) == "1.06 ×"
    assert stopping_time.times(1529.4) == "1,529 ×"


def test_the_sentence_says_the_numbers_of_the_stop() -> None:
    explorer = Explorer()
    explorer.set(n=100, stop=1000, radius=2)
    what = explorer.chosen()
    plain = re.sub("<[^>]+>", "", explorer.status.value)
    z = PROCESS.features(what.train.t, what.train.x_t)
    step = 2 / float(torch.linalg.eigvalsh(sl.ntk(z, z) / len(z))[-1])
    free = float((1 - (1 - step / 2 * what.flow.eigenvalues) ** 1000).sum())
    assert f"At 1,000 steps: excess risk {what.risk(1000):.3f}" in plain
    assert f"degrees of freedom {free:.1f} of {len(z)}" in plain
    assert f"R keeps {len(z)} of 100 rows" in plain
    assert f"largest κ(z, z) {float(sl.ntk(z, z).diagonal().max()):.1f}" in plain
    assert plain.endswith(f"largest stable step {step:.2f}")


def test_what_cannot_be_set_is_refused() -> None:
    explorer = Explorer()
    with pytest.raises(ValueError, match="radius=5: must be one of"):
        explorer.set(radius=5)
    with pytest.raises(ValueError, match="radius=0.01: leaves no data"):
        StoppingProblem(RING, 100, "log", NOISY, 0.01)
