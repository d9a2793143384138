"""The explorer of the frontier, without a page: its points against the table."""

import math
import re

import numpy as np
import pandas as pd
import pytest
import torch
from seen import moved_by

from scorelab.chapters.credit import frontier_view as fv
from scorelab.chapters.credit import measured
from scorelab.chapters.credit.frontier_explorer import FrontierExplorer
from scorelab.credit import study
from scorelab.explore import figures

C2ST, TREND, INFORMATION, TSTR = fv.SCORES
OTHER, LONGEST = "framework on mixture", "deep on αx, 48,000 steps"


def test_every_method_with_a_family_is_on_the_frontier_once() -> None:
    found = fv.compute(C2ST, "margins given back", OTHER, "deep")
    assert figures.names(fv.blank()) == set(found)
    shown = [text for name in measured.FAMILIES for text in found[name]["text"]]
    assert len(shown) == len(fv.METHODS)
    assert {text.split(": ")[0] for text in shown} == {*fv.METHODS}
    left = {*study.table()["method"]} - {*fv.METHODS}
    assert left == {"real", "copied rows", "independent columns"}


@pytest.mark.parametrize(("score", "name"), [*fv.SCORES.items()])
@pytest.mark.parametrize(("judge", "prefix"), [*measured.JUDGES.items()])
def test_points_are_mean_scores_at_median_costs(
    score: str, name: str, judge: str, prefix: str
) -> None:
    found = fv.compute(score, judge, OTHER, "deep")["deep"]
    table = study.table()
    for text, x, y in zip(*(found[key] for key in ("text", "x", "y")), strict=True):
        rows = table[table["method"] == text.split(": ")[0]]
        assert y == pytest.approx(rows[prefix + name].mean())
        assert x == pytest.approx((rows["seconds"] + rows["sampling"]).median())


@pytest.mark.parametrize("family", measured.FAMILIES)
def test_differences_are_paired_and_those_with_itself_are_none(family: str) -> None:
    found = fv.compute(C2ST, "margins given back", OTHER, family)
    table = study.table().pivot(index="seed", columns="method", values="c2st")
    places = {}
    for name in ("difference ± 2 standard errors", "one seed, no error"):
        each = found[name]
        errors = each.get("error_x", {"array": [math.nan] * len(each["x"])})["array"]
        places |= dict(zip(each["y"].astype(int), zip(each["x"], errors, strict=True), strict=True))
    methods = fv.shown(OTHER, family)
    assert OTHER in methods and {*methods} - {OTHER} == {
        method for method in fv.METHODS if measured.family(method) == family
    } - {OTHER}
    for i, method in enumerate(methods):
        gained = (table[method] - table[OTHER]).dropna()
        error = 2 * gained.std() / math.sqrt(len(gained))
        assert places[i] == pytest.approx((gained.mean(), error), abs=1e-12, nan_ok=True)


def _table(**seeds: dict[int, float]) -> dict[str, pd.DataFrame]:
    """Rows of methods, with a score by seed."""
    return {
        name: pd.DataFrame({"seed": [*scores], "c2st": [*scores.values()]})
        for name, scores in seeds.items()
    }


def test_differences_join_on_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _table(one={0: 1.0, 2: 3.0, 3: 5.0}, other={3: 1.0, 1: 7.0, 2: 2.0})
    monkeypatch.setattr(measured, "rows", lambda: table)
    assert torch.equal(
        measured.gain("one", "other", "c2st"), torch.tensor([1.0, 4.0], dtype=torch.float64)
    )


def test_a_method_with_one_seed_says_that_there_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = measured.rows()
    alone = table[LONGEST].head(1)
    monkeypatch.setattr(measured, "rows", lambda: table | {LONGEST: alone})
    monkeypatch.setattr(fv, "rows", measured.rows)
    found = fv.compute(C2ST, "margins given back", OTHER, "deep")
    assert found["one seed, no error"]["y"] == [fv.shown(OTHER, "deep").index(LONGEST)]
    assert found["one seed, no error"]["showlegend"]
    assert any(LONGEST in each and "no error" in each for each in found["deep"]["text"])
    assert "no difference from it has an error" in fv.sentence(C2ST, "as sampled", LONGEST)
    assert "no difference from it" not in fv.sentence(C2ST, "as sampled", OTHER)
    found = fv.compute(C2ST, "margins given back", LONGEST, "deep")
    assert max(found["difference ± 2 standard errors"]["y"]) < -0.6  # outside its axis


@pytest.mark.parametrize("score", fv.SCORES)
@pytest.mark.parametrize("judge", measured.JUDGES)
def test_all_points_are_inside_their_axes(score: str, judge: str) -> None:
    axes = fv.ranges(score, judge, OTHER, "deep")
    found = fv.compute(score, judge, OTHER, "deep")
    low, high = axes["yaxis"]["range"]
    for name in measured.FAMILIES:
        assert np.min(found[name]["y"]) > low and np.max(found[name]["y"]) < high
    seen = low < found["real rows"]["y"][0] < high
    assert seen == (score != C2ST) == found["real rows"]["showlegend"]
    low, high = fv.blank().layout.xaxis.range
    costs = [math.log10(fv.cost(method)) for method in fv.METHODS]
    assert low < min(costs) and max(costs) < high


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        ({"score": TREND}, {"framework", "deep", "real rows"}, {"no difference"}),
        ({"judge": "as sampled"}, {"framework", "deep"}, {"real rows"}),
        ({"other": "mixture alone"}, {"compared with"}, {"framework", "deep"}),
        ({"listed": "between"}, {"difference ± 2 standard errors"}, {"framework", "deep"}),
    ],
)
def test_a_control_moves_what_it_names(
    change: dict[str, object], moves: set[str], stays: set[str]
) -> None:
    explorer = FrontierExplorer()
    explorer.set(score=C2ST, judge="margins given back", other=OTHER, listed="deep")
    moved = moved_by(explorer, **change)
    assert moves <= moved and not stays & moved


def test_the_sentence_names_what_is_better_and_no_dearer() -> None:
    words = re.sub("<[^>]+>", "", fv.sentence(C2ST, "margins given back", "Gaussian copula"))
    assert words.startswith("Gaussian copula: C2ST 0.0")
    assert "after at most 1 s (real rows: 0.997)." in words
    assert words.endswith("standard errors: nothing here.")
    dear = max(fv.METHODS, key=fv.cost)
    found = fv.sentence(INFORMATION, "as sampled", dear)
    better = set(re.findall("<b>([^<]+)</b>", found.split("standard errors: ")[1]))
    for method in fv.METHODS:
        gained, error = measured.mean(fv._gain(method, dear, "sampled_information"))
        assert (method in better) == (gained < -2 * error and method != dear)


def test_a_line_of_differences_has_the_paired_error_and_how_many_seeds_there_are() -> None:
    line = measured.differences([FEW := "two layers on αx"], OTHER).splitlines()[1]
    table = study.table().pivot(index="seed", columns="method", values="tstr")
    gained = (table[FEW] - table[OTHER]).dropna()
    error = gained.std() / math.sqrt(len(gained))
    assert line.startswith(FEW)
    assert line.endswith(f"{gained.mean():.3f} ± {error:.3f}   ({len(gained)} seeds)")
