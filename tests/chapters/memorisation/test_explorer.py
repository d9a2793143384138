"""The explorer of memorisation, without a page: its numbers against the metrics, its controls."""

import math
import re

import numpy as np
import pytest
import torch
from seen import moved_by

import scorelab as sl
from scorelab.chapters.memorisation import training_set as sets
from scorelab.chapters.memorisation import view as memory
from scorelab.chapters.memorisation.explorer import Explorer
from scorelab.chapters.memorisation.kinds import KINDS, kinds_at
from scorelab.explore import figures
from scorelab.studies import memorisation as mem
from scorelab.studies import memorisation_map

RING, LINE = sets.LAWS
SMALL = {"law": RING, "n": 5, "draws": 3}


def finished(law: str = RING, n: int = 5, draws: float = 3) -> sets.TrainingSet:
    what = sets.training_set(law, n, draws)
    for _ in what.measure():
        pass
    return what


@pytest.mark.slow
@pytest.mark.parametrize("law", [RING, LINE])
def test_samples_and_their_numbers_are_those_of_the_public_parts(law: str) -> None:
    what = finished(law)
    now = what.at(300)
    samples = sl.sample(
        mem.PROCESS,
        what.flow.at(300),
        200,
        what.dim,
        20,
        "ancestral",
        schedule="log",
        generator=torch.Generator().manual_seed(2),
    )
    torch.testing.assert_close(now.samples, samples)
    assert now.share == pytest.approx(sl.metrics.memorized_fraction(samples, what.x0))
    assert now.distance == pytest.approx(sl.metrics.sliced_wasserstein(samples, what.reference))
    assert what.chance == sl.metrics.memorized_fraction(what.reference, what.x0)
    optimum = sl.sample(
        mem.PROCESS,
        sl.Empirical(what.x0).denoiser(mem.PROCESS),
        200,
        what.dim,
        20,
        "ancestral",
        schedule="log",
        generator=torch.Generator().manual_seed(2),
    )
    assert what.limit.share == pytest.approx(sl.metrics.memorized_fraction(optimum, what.x0))


@pytest.mark.slow
def test_rows_are_draws_times_points_and_the_average_is_over_all_draws() -> None:
    assert len(finished(draws=3).flow) == 15
    many = sets.training_set(RING, 5, math.inf)
    assert len(many.flow) == sets.ROWS
    labels = many.flow.vectors @ many.flow.projections  # V Vᵀ Y
    assert (labels.norm(dim=1) <= many.x0.norm(dim=1).max() + 1e-4).all()  # means of points
    distance = torch.cdist(labels, many.x0.to(labels)).min(1).values
    assert (distance > 0.05).any()  # and not points, as drawn labels are


def test_a_larger_training_set_holds_the_smaller() -> None:
    small, large = (sets.training_set(RING, n, 1) for n in (5, 20))
    torch.testing.assert_close(large.x0[:5], small.x0)
    torch.testing.assert_close(large.reference, small.reference)


def test_the_memorisation_time_is_where_the_curve_crosses_chance_and_a_tenth() -> None:
    what = finished()
    (stops, share), level = what.curves, what.chance + 0.1
    above = stops[share >= level]
    if len(above):
        assert what.memorised <= above[0]
        assert what.memorised > stops[stops < above[0]].max(initial=0)
    else:
        assert what.memorised == math.inf


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    traces = memory.compute(finished(), 100)
    assert figures.names(memory.blank()) == set(traces)
    assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in traces.values())
    drawn = [trace for name, trace in traces.items() if name != "chance here"]  # has gaps
    assert all(np.isfinite(np.asarray(trace["x"], float)).all() for trace in drawn)


def test_the_stack_is_three_flows_on_three_labels_and_their_sum_is_the_flow() -> None:
    what, truth = finished(), mem.LAWS[2].denoiser(mem.PROCESS)
    draw = torch.Generator().manual_seed(4)
    points = mem.LAWS[2].sample(sets.SIZES[-1] + 3 * mem.FRESH, generator=draw)
    fresh = points[sets.SIZES[-1] :][: mem.FRESH]
    test = mem.PROCESS.regression(fresh, times="log", generator=draw)
    data = mem.PROCESS.regression(points[:5], draws=3, times="log", generator=draw)
    exact, average = truth(data.t, data.x_t), what.optimum(data.t, data.x_t)
    for step in (10, 1000):
        at = sl.KernelFlow.stops.index(step)
        bias, memory, noise, risk = what.parts[:, at].tolist()
        labels = exact, average - exact, data.x_0 - average
        flows = [what.flow.with_labels(part).at(step)(test.t, test.x_t) for part in labels]
        wanted = truth(test.t, test.x_t)
        assert bias == pytest.approx(float((flows[0] - wanted).square().sum(1).mean()), rel=1e-3)
        assert memory == pytest.approx(float(flows[1].square().sum(1).mean()), rel=1e-3)
        assert noise == pytest.approx(float(flows[2].square().sum(1).mean()), rel=1e-3)
        assert risk == pytest.approx(sl.metrics.excess_risk(what.flow.at(step), truth, test), 1e-3)


def test_the_bands_lie_on_each_other_and_averaged_labels_have_no_noise() -> None:
    traces = memory.compute(finished(), 100)
    half = len(traces["bias²"]["y"]) // 2
    low, middle, high = (traces[name]["y"] for name in memory.PARTS)
    np.testing.assert_array_equal(low[:half], 0)
    np.testing.assert_array_equal(low[half:], middle[:half][::-1])
    np.testing.assert_array_equal(middle[half:], high[:half][::-1])
    assert float(sets.training_set(RING, 5, math.inf).parts[2].max()) < 1e-9


def test_the_map_is_the_table_at_its_milestones_and_between_them() -> None:
    table = memorisation_map.table()
    row = table[(table["dim"] == 8) & (table["n"] == 20) & (table["draws"] == 30)].mean()
    for stop in (1, 300, 1_000_000):
        copies, off, true = kinds_at(8, stop).shares[:, 2, 3]
        assert copies == pytest.approx(row[f"copies_{stop}"])
        assert off == pytest.approx(row[f"off_{stop}"]) and copies + off + true == pytest.approx(1)
    low, middle, high = (kinds_at(8, stop).shares for stop in (300, 10**2.738, 1000))
    np.testing.assert_allclose(middle, (low + high) / 2, atol=0.001)


def test_a_square_of_the_map_is_filled_by_what_its_samples_are() -> None:
    traces, (shares, chance) = memory.compute(finished(), 1000), kinds_at(2, 1000)
    area = (2 * memory.HALF) ** 2
    for name, share in zip(KINDS, shares, strict=True):
        x, y = traces[name]["x"], traces[name]["y"]
        corners = np.stack((x, y), 1).reshape(-1, 7, 2)[:, 1:5]
        size = np.ptp(corners[..., 0], axis=1) * np.ptp(corners[..., 1], axis=1)
        np.testing.assert_allclose(size, area * share.ravel(), atol=1e-9)
        assert {*np.round(corners[..., 0].mean(1))} == {0, 1, 2, 3}
    dashes = traces["chance here"]["y"].reshape(-1, 3)[:, 0]
    m = np.indices(chance.shape)[1].ravel()
    np.testing.assert_allclose((dashes - m + memory.HALF) / (2 * memory.HALF), chance.ravel())


def test_copies_and_other_samples_are_all_samples() -> None:
    traces = memory.compute(finished(), 100_000)
    # Corners of the path around one square, or one cross, from the hub and back.
    corners = {"samples": 7, "copies among them": 15}
    shown = [len(traces[name]["x"]) / around - 1 for name, around in corners.items()]
    assert shown[1] == finished().at(100_000).copies.sum()
    assert sum(shown) == 200


@pytest.mark.slow
def test_a_stop_moves_only_the_present_and_nothing_is_computed_again() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)
    what = explorer.shown
    assert what.complete
    assert moved_by(explorer, stop=10_000) <= {
        "now",
        "now below",
        "samples",
        "copies among them",
        *KINDS,
    }
    drawn = dict(what.drawn)
    explorer.set(stop=3)
    assert explorer.shown is what and what.drawn == drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        (
            {"draws": 10},
            {"noise of the draws", "samples", "here"},
            "training points",
        ),
        ({"n": 10}, {"training points", "chance: fresh data", "excess risk"}, ""),
        ({"law": LINE}, {"training points", "bias²", "memorised fraction", *KINDS}, ""),
    ],
)
def test_a_control_moves_what_it_names(
    change: dict[str, object], moves: set[str], stays: str
) -> None:
    explorer = Explorer()
    explorer.set(**SMALL, stop=1000)
    axes = [explorer.figure.layout[name].range for name in ("xaxis", "yaxis", "yaxis2", "yaxis4")]
    moved = moved_by(explorer, **change)
    assert moves <= moved and stays not in moved
    assert axes == [
        explorer.figure.layout[name].range for name in ("xaxis", "yaxis", "yaxis2", "yaxis4")
    ]


@pytest.mark.slow
def test_axes_show_every_curve() -> None:
    for law, n, draws in ((RING, 5, 1), (RING, 5, 3), (LINE, 5, 3), (LINE, 10, 3), (RING, 10, 10)):
        what = finished(law, n, draws)
        after = what.risks[1:]
        assert memory.RISKS[0] < after.min() and after[what.flow.stops.index(10) :].max() < 0.6


def test_the_sentence_says_the_numbers() -> None:
    what = finished()
    plain = re.sub("<[^>]+>", "", memory.sentence(what, 1000))
    now = what.at(1000)
    assert f"At 1,000 steps: memorised {now.share:.0%} (chance {what.chance:.0%}" in plain
    assert f"(best {float(what.risks.min()):.3f}, at {what.best:,})" in plain
    assert f"sample distance {now.distance:.3f} (floor {what.floor:.3f})" in plain
    assert "15 rows" in plain


def test_what_cannot_be_set_is_refused() -> None:
    explorer = Explorer()
    with pytest.raises(ValueError, match="n=7: must be one of"):
        explorer.set(n=7)
    with pytest.raises(ValueError, match="width=3: the controls are law, n, draws, stop"):
        explorer.set(width=3)
