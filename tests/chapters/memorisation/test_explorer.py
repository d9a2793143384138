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
from scorelab.explore import figures
from scorelab.studies import memorisation as mem

RING, LINE = sets.LAWS
SMALL = {"law": RING, "n": 5, "draws": 3}


def finished(law: str = RING, n: int = 5, draws: float = 3) -> sets.TrainingSet:
    what = sets.training_set(law, n, draws)
    for _ in what.measure():
        pass
    return what


@pytest.mark.parametrize("law", [RING, LINE])
def test_samples_and_their_numbers_are_those_of_the_public_parts(law: str) -> None:
    what = finished(law)
    now = what.at(300)
    samples = sl.sample(
        mem.PROCESS,
        what.flow.at(300),
        200,
        what.dim,
        steps=20,
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
        steps=20,
        generator=torch.Generator().manual_seed(2),
    )
    assert what.limit.share == pytest.approx(sl.metrics.memorized_fraction(optimum, what.x0))


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
    curves, level = what.curves, what.chance + 0.1
    above = curves["stops"][curves["share"] >= level]
    if len(above):
        assert what.memorised <= above[0]
        assert what.memorised > curves["stops"][curves["stops"] < above[0]].max(initial=0)
    else:
        assert what.memorised == math.inf


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    traces = memory.compute(finished(), 100)
    assert figures.names(memory.blank()) == set(traces)
    assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in traces.values())
    assert all(np.isfinite(np.asarray(trace["x"], float)).all() for trace in traces.values())


def test_copies_and_other_samples_are_all_samples() -> None:
    traces = memory.compute(finished(), 100_000)
    # Corners of the path around one square, or one cross, from the hub and back.
    corners = {"samples": 7, "copies among them": 15}
    shown = [len(traces[name]["x"]) / around - 1 for name, around in corners.items()]
    assert shown[1] == finished().at(100_000).copies.sum()
    assert sum(shown) == 200


def test_a_stop_moves_only_the_present_and_nothing_is_computed_again() -> None:
    explorer = Explorer()
    explorer.set(**SMALL)
    what = explorer.shown
    assert what.complete
    assert moved_by(explorer, stop=10_000) <= {
        "now",
        "now below",
        "now beside",
        "samples",
        "copies among them",
    }
    drawn = dict(what.drawn)
    explorer.set(stop=3)
    assert explorer.shown is what and what.drawn == drawn


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        ({"draws": 10}, {"excess risk", "memorised fraction", "samples"}, "training points"),
        ({"n": 10}, {"training points", "chance: fresh data", "excess risk"}, ""),
        ({"law": LINE}, {"training points", "floor", "memorised fraction", "distance"}, ""),
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


def test_axes_show_every_curve() -> None:
    for law, n, draws in ((RING, 5, 1), (RING, 5, 3), (LINE, 5, 3), (LINE, 10, 3), (RING, 10, 10)):
        what = finished(law, n, draws)
        after = what.risks[1:]
        assert memory.RISKS[0] < after.min() and after.max() < memory.RISKS[1]
        assert what.curves["distance"].max() < memory.DISTANCES[1]


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
