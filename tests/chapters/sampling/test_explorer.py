"""The explorer of sampling, without a page: its panels by other means, and its controls."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from seen import moved_by, shown
from torch import Generator

import scorelab as sl
from scorelab.chapters.sampling import beside, walks
from scorelab.chapters.sampling import view as samplers
from scorelab.chapters.sampling.explorer import Explorer
from scorelab.explore import figures
from scorelab.explore.figures import dots
from scorelab.explore.replay.setting import PROCESS, SAMPLES, setting
from scorelab.studies import quality

STATE = {
    "target": "ring of modes",
    "n": 100,
    "times": "log",
    "method": "ancestral",
    "schedule": "log",
    "steps": 5,
    "exact": "nowhere",
}
RING = sl.GaussianMixture.ring()


def asked(**changes: object) -> walks.Asked:
    return walks.Asked(**(STATE | changes))


def runs(**changes: object) -> walks.Walks:
    return walks.walks(asked(**changes))


def shown_with(measure: str = "distance", stop: int = 300, **changes: object) -> beside.Comparison:
    return beside.Comparison(asked(**changes), stop, samplers.MEASURES[measure].key)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Six stops, one further data set, two numbers of steps: all are made in one way."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (walks, beside):
            patch.setattr(module, "STOPS", (1, 30, 100, 300, 1000, 10**7))
        patch.setattr(beside, "OTHERS", (1,))
        patch.setattr(beside, "SPARSE", (30, 300))
        patch.setattr(beside, "STEPS", (5, 10))
        patch.setattr(beside, "FINENESS", 4)
        yield


def flow(n: int = 100) -> sl.KernelFlow:
    return sl.KernelFlow(PROCESS, setting("ring of modes", n, "log").train)


@pytest.mark.parametrize("method", ["ancestral", "ode", "langevin", "euler"])
@pytest.mark.parametrize(("exact", "learned"), [("nowhere", True), ("everywhere", False)])
def test_a_walk_is_what_the_sampler_makes_of_the_denoiser(
    method: str, exact: str, learned: bool
) -> None:
    walk = runs(method=method, exact=exact).at(300)
    denoiser = flow().at(300) if learned else RING.denoiser(PROCESS)
    wanted = sl.sample(
        PROCESS,
        denoiser,
        SAMPLES,
        2,
        5,
        method,
        schedule="log",
        generator=Generator().manual_seed(2),
    )
    torch.testing.assert_close(walk.samples, wanted, atol=1e-4, rtol=1e-4)
    assert len(walk.levels) == len(walk.paths) == 6
    assert walk.levels[0] == pytest.approx(math.sqrt(1 - math.exp(-3))) and walk.levels[-1] == 0
    assert torch.equal(walk.paths[-1], walk.samples[: walks.PATHS])


def test_the_exact_denoiser_is_asked_in_its_band_alone() -> None:
    learned, exact = flow().at(300), RING.denoiser(PROCESS)
    asked = []

    def by_hand(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        level = math.sqrt(1 - math.exp(-float(t[0])))
        asked.append(level < 1 / 3)
        return (exact if level < 1 / 3 else learned)(t, x)

    noise = Generator().manual_seed(2)
    wanted = sl.sample(
        PROCESS, by_hand, SAMPLES, 2, 5, "ancestral", schedule="log", generator=noise
    )
    torch.testing.assert_close(
        runs(exact="low noise").at(300).samples, wanted, atol=1e-4, rtol=1e-4
    )
    assert True in asked and False in asked


def test_all_stops_are_made_in_pieces_and_each_once() -> None:
    some = walks.Walks(asked(steps=10))
    assert not some.done()
    first = some.at(300)
    assert list(some.done()) == [300]
    pieces = sum(1 for _ in some.work())
    assert pieces == (len(walks.STOPS) - 1) * 12  # the start, nine steps, the last, a verdict
    assert len(some.done()) == len(walks.STOPS) and some.at(300) is first


def test_with_the_exact_denoiser_all_stops_are_one_walk() -> None:
    some = runs(exact="everywhere")
    for _ in some.work():
        pass
    assert len({id(walk) for walk in some.done().values()}) == 1


def test_what_is_measured_is_measured_by_the_metrics() -> None:
    walk = runs().at(1000)
    reference = RING.sample(walks.TRUTH, generator=Generator().manual_seed(5))
    distance = sl.metrics.sliced_wasserstein(walk.samples, reference)
    assert walk.measured["distance"] == pytest.approx(distance)
    assert walk.measured["fidelity"] == pytest.approx(-float(RING.log_prob(walk.samples).mean()))
    assert walk.measured["misplaced"] == quality.misplaced(RING, walk.samples)


def test_the_risk_is_best_where_the_oracle_says() -> None:
    where = setting("ring of modes", 100, "log")
    wanted = sl.stopping.oracle(flow(), where.truth, where.test)
    assert walks.best_risk("ring of modes", 100, "log") == wanted


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    for target in ("ring of modes", "spiral of modes"):
        filled = samplers.compute(shown_with(target=target))
        assert figures.names(samplers.blank()) == set(filled)
        assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in filled.values())


def line(trace: dict[str, list[float]]) -> dict[float, float]:
    return dict(zip(trace["x"], trace["y"], strict=True))


def test_the_panels_show_the_walk() -> None:
    some, model = runs(), shown_with("fidelity")
    for _ in some.work():
        pass
    found, walk = samplers.compute(model), some.at(300)
    np.testing.assert_allclose(found["samples"]["x"], dots(walk.samples.numpy())["x"])
    wanted = {stop: some.at(stop).measured["fidelity"] for stop in walks.STOPS}
    assert line(found["at each stop"]) == wanted
    assert line(found["now"]) == {300: wanted[300]} and line(found["calls now"]) == {5: wanted[300]}
    share = [float(word.rstrip("%")) / 100 for word in found["their shares"]["text"]]
    assert share == pytest.approx(quality.shares(RING, walk.samples).tolist(), abs=0.006)
    low, high = found["fresh data"]["y"][0], found["fresh data"]["y"][2]
    entropy = math.log(4) + math.log(2 * math.pi * math.e * 0.25**2)
    assert low < entropy < high < low + 0.4
    assert found["fresh data below"] == found["fresh data"]


def test_against_calls_stand_other_numbers_of_steps_learned_and_exact() -> None:
    model = shown_with(method="ode", schedule="karras", stop=100)
    for _ in model.work():
        pass
    found = samplers.compute(model)
    names = {"at each number of calls": "nowhere", "exact denoiser": "everywhere"}
    for name, exact in names.items():
        each = {k: runs(method="ode", schedule="karras", steps=k, exact=exact) for k in (5, 10)}
        wanted = {2 * k - 1: some.at(100).measured["distance"] for k, some in each.items()}
        assert line(found[name]) == wanted
    assert line(found["calls now"]) == {9: found["now"]["y"][0]} and model.complete
    f = flow().at(100)
    x = sl.sample(PROCESS, f, SAMPLES, 2, 10, "ode", schedule="karras",
                  generator=Generator().manual_seed(2))  # fmt: skip
    reference = RING.sample(walks.TRUTH, generator=Generator().manual_seed(5))
    distance = sl.metrics.sliced_wasserstein(x, reference)
    assert line(found["at each number of calls"])[19] == pytest.approx(distance, rel=1e-3)


def test_the_band_goes_over_data_sets_of_which_the_shown_one_is_the_first() -> None:
    model = shown_with()
    for _ in model.work():
        pass
    draws = Generator().manual_seed(1)
    x0 = RING.sample(100, generator=draws)
    other = sl.KernelFlow(PROCESS, PROCESS.regression(x0, times="log", generator=draws))
    f, noise = other.at(300), Generator().manual_seed(2)
    x = sl.sample(PROCESS, f, SAMPLES, 2, 5, "ancestral", schedule="log", generator=noise)
    reference = RING.sample(walks.TRUTH, generator=Generator().manual_seed(5))
    both = runs().at(300).measured["distance"], sl.metrics.sliced_wasserstein(x, reference)
    assert model.spread()[300] == pytest.approx((min(both), max(both)), rel=1e-3)
    band = samplers.compute(model)["five data sets"]
    assert band["x"] == [30, 300, 300, 30] and band["y"][1:3] == pytest.approx(
        sorted(both), rel=1e-3
    )


def test_the_divergence_is_what_fresh_points_lose_and_no_sampler_changes_it() -> None:
    model, where = shown_with("surprise"), setting("ring of modes", 100, "log")
    x = PROCESS.perturb(
        where.fresh[: beside.LIKELY].double(), 0.02, generator=Generator().manual_seed(0)
    )
    logs = [
        sl.log_likelihood(PROCESS, f, x, steps=beside.FINENESS)
        for f in (RING.denoiser(PROCESS), flow().at(300))
    ]
    assert model.now() == pytest.approx(float((logs[0] - logs[1]).mean()), rel=1e-3)
    assert shown_with("surprise", method="ode", steps=40).now() == model.now()
    assert shown_with("surprise", exact="everywhere").now() == 0
    found = samplers.compute(model)
    assert set(found["at each number of calls"]["y"]) == {model.now()}
    assert max(found["training set"]["y"] + found["fresh data"]["y"]) < 1e-6  # out of sight
    assert f"KL(p‖q) <b>{model.now():.2f}</b>" in samplers.sentence(model)


def test_the_training_set_is_drawn_beside_what_is_learned() -> None:
    found = samplers.compute(shown_with())
    reference = RING.sample(walks.TRUTH, generator=Generator().manual_seed(5))
    data = setting("ring of modes", 100, "log").train.x_0
    wanted = sl.metrics.sliced_wasserstein(data, reference)
    for name in ("training set", "training set below"):
        assert found[name]["y"] == pytest.approx([wanted, wanted])
    assert f"training set {wanted:.3f})" in samplers.sentence(shown_with())


def test_paths_are_sorted_by_their_start_and_parted_by_gaps() -> None:
    walk, found = runs().at(300), samplers.compute(shown_with())
    starts, every = [], []
    for name in samplers.PATHS:
        x, y = (np.split(found[name][axis], 8) for axis in "xy")
        for levels, path in zip(x, y, strict=True):
            assert np.isnan(levels[-1]) and np.isnan(path[-1])
            np.testing.assert_allclose(levels[:-1], walk.levels)
            every.append(path[:-1])
        starts.append([path[0] for path in y])
    assert max(starts[0]) <= min(starts[1]) and max(starts[1]) <= min(starts[2])
    kept = torch.stack(walk.paths)[:, :, 0].T.tolist()
    assert sorted(map(list, every)) == sorted(kept)


@pytest.mark.slow
@pytest.mark.parametrize("measure", samplers.MEASURES)
@pytest.mark.parametrize("target", ["ring of modes", "line of modes", "spiral of modes"])
def test_axes_show_every_stop_and_the_floor(measure: str, target: str) -> None:
    low, high = samplers.MEASURES[measure].span
    some = shown_with(measure, target=target)
    for _ in some.work():
        pass
    found = samplers.compute(some)
    names = "at each stop", "at each number of calls", "five data sets"
    levels = () if measure == "surprise" else ("fresh data", "training set", "exact denoiser")
    names = *names, *levels
    for values in (found[name]["y"] for name in names):
        assert low <= min(values) and max(values) <= high


def test_the_sentence_says_the_numbers() -> None:
    some = runs()
    for _ in some.work():
        pass
    plain = re.sub("<[^>]+>", "", samplers.sentence(shown_with()))
    walk = some.at(300)
    assert plain.startswith("At 300 steps, 5 calls: distance ")
    assert f"distance {walk.measured['distance']:.3f} (fresh data" in plain
    assert f"misplaced {walk.measured['misplaced']:.1%}" in plain
    distances = {stop: some.at(stop).measured["distance"] for stop in walks.STOPS}
    best = f"{min(distances, key=distances.get):,}"
    risk = walks.best_risk("ring of modes", 100, "log")
    assert plain.endswith(f"best stop: samples {best}, risk {risk}")
    two = re.sub("<[^>]+>", "", samplers.sentence(shown_with(method="ode")))
    assert "9 calls: distance" in two


PATHS = set(samplers.PATHS)
SAMPLES_MOVE = {"samples", "now", "their shares", "calls now"}
EVERYTHING = {*PATHS, *SAMPLES_MOVE, "at each stop"}


@pytest.fixture(scope="module")
def page() -> Explorer:
    """An explorer that begins with few points and few steps, where all is made in a moment."""
    first, second = Explorer.controls
    small = {"n": replace(first["n"], default=100)}, {"steps": replace(second["steps"], default=5)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Explorer, "controls", (first | small[0], second | small[1]))
        return Explorer()


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        ({"stop": 1000}, PATHS | SAMPLES_MOVE, {"at each stop", "fresh data", "data"}),
        ({"method": "ode"}, EVERYTHING, {"data", "risk is best here"}),
        ({"schedule": "karras"}, EVERYTHING, {"data", "modes of the truth"}),
        ({"steps": 10}, EVERYTHING, {"data", "modes of the truth"}),
        ({"exact": "middle noise"}, {"exact denoiser here", *EVERYTHING}, {"data"}),
        ({"measure": "fidelity"}, {"at each stop", "now", "fresh data"}, {"samples", *PATHS}),
        ({"times": "uniform"}, {"data", *EVERYTHING} - {"data"}, {"modes of the truth"}),
        ({"target": "line of modes"}, {"data", "modes of the truth", *EVERYTHING}, set()),
    ],
)
def test_a_control_moves_what_it_names_and_no_axis(
    page: Explorer, change: dict[str, object], moves: set[str], stays: set[str]
) -> None:
    page.set(
        **{
            "target": "ring of modes",
            "n": 100,
            "times": "log",
            "method": "ancestral",
            "schedule": "log",
            "steps": 5,
            "exact": "nowhere",
            "stop": 300,
            "measure": "distance",
        }
    )
    names = ("xaxis", "yaxis", "xaxis2", "xaxis3", "yaxis3")
    axes = [page.figure.layout[name].range for name in names]
    upright = page.figure.layout.yaxis2.range
    before = shown(page)
    moved = moved_by(page, **change)
    assert moves <= moved and not moved & stays
    assert shown(page).keys() == before.keys()
    assert [page.figure.layout[name].range for name in names] == axes
    assert (page.figure.layout.yaxis2.range == upright) == ("measure" not in change)


def test_what_cannot_be_set_is_refused(page: Explorer) -> None:
    with pytest.raises(ValueError, match="method='heun': must be one of"):
        page.set(method="heun")
    with pytest.raises(ValueError, match="steps=41: must be one of"):
        page.set(steps=41)
