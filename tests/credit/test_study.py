"""The comparison: halves, baselines, and the tables that come with the course."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from scorelab import credit, metrics
from scorelab.credit import baselines, deep, framework, models, small, study
from scorelab.credit.baselines import BASELINES
from scorelab.credit.half import PROCESS, Half, final
from scorelab.credit.judge import Attacked


@pytest.fixture
def half() -> Half:
    return Half(3, 400, 400)


@pytest.mark.slow
def test_halves_and_the_third_that_is_kept_are_the_table_and_share_no_client() -> None:
    whole = Half(1)
    parts = [part.astype(int) for part in (whole.rows, whole.other, final())]
    table = credit.load().astype(int)
    assert [len(part) for part in parts] == [10_000] * 3
    assert pd.concat(parts).sort_values(list(table)).to_numpy().tolist() == (
        table.sort_values(list(table)).to_numpy().tolist()
    )
    assert not whole.rows.equals(Half(2).rows)


def test_a_half_is_coded_and_a_tenth_is_put_aside(half) -> None:
    assert half.x.shape == (400, 24) and len(half.holdout) == 40 and len(half.fit) == 360
    assert torch.equal(torch.cat((half.holdout, half.fit)), half.x)
    assert (
        half.code.decode(half.x)[["SEX", "target"]]
        .astype(int)
        .equals(half.rows[["SEX", "target"]].astype(int))
    )


@pytest.mark.parametrize("method", BASELINES)
def test_baselines_make_rows_like_those_of_the_table(method, half) -> None:
    made = BASELINES[method](half)
    assert len(made) == 400 and credit.check(made) is made
    assert set(made.columns) == set(half.rows.columns)


def test_baselines_keep_what_they_should_and_lose_the_rest() -> None:
    half = Half(0, 3000, 3000)
    names = ("independent columns", "Gaussian copula", "copied rows")
    independent, copula, copied = (BASELINES[name](half) for name in names)
    for name in ("AGE", "PAY_AMT1"):
        assert np.array_equal(np.sort(independent[name]), np.sort(half.rows[name]))
    pair = ["BILL_AMT1", "BILL_AMT2"]

    def rank_correlation(frame: pd.DataFrame) -> float:
        return frame[pair].corr("spearman").iloc[0, 1]

    assert abs(rank_correlation(independent)) < 0.06
    assert rank_correlation(copula) == pytest.approx(rank_correlation(half.rows), abs=0.05)
    rows = {tuple(row) for row in half.rows.astype(int).to_numpy()}
    assert all(tuple(row) in rows for row in copied.astype(int).to_numpy())


@pytest.mark.parametrize("kind", models.FORMS)
def test_a_form_is_one_of_three(kind, half) -> None:
    form = models.fit_form(half, kind, components=(2, 3))
    assert len(form.means) in ((2, 3) if kind == "mixture" else (1,))
    f = form.denoiser(PROCESS)(torch.full((400,), 0.5), half.x)
    assert f.shape == (400, 24) and f.isfinite().all()


def test_another_form_is_refused(half) -> None:
    with pytest.raises(ValueError, match="kind='flow': must be one of 'independent'"):
        models.fit_form(half, "flow")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little of everything, so that a model is made in a moment."""
    monkeypatch.setattr(models, "fit_form", partial(models.fit_form, components=(1, 2)))
    monkeypatch.setattr(models, "STOPS", (0, 3, 10))
    monkeypatch.setattr(models, "SEARCHED", 2)
    settings = deep.Settings(16, 2, 1e-3, 20, 0.9)
    monkeypatch.setattr(deep, "train", partial(_briefly, deep.train, settings))
    monkeypatch.setattr(framework, "feature_flow", partial(_narrow, framework.feature_flow))


def _briefly(train, settings, process, form, x, net, _, **options):
    return train(process, form, x, net, settings, **options)


def _narrow(flow, band, form, x, width, draws, **options):
    return flow(band, form, x, 4, 1, **options)


#: The first method of each kind of model: those that differ in numbers only are made alike.
KINDS: dict[object, str] = {}
for each, make in models.MODELS.items():
    KINDS.setdefault(getattr(make, "func", make), each)


@pytest.mark.slow
@pytest.mark.parametrize("method", KINDS.values())
def test_every_kind_of_model_makes_a_denoiser(method, half, quick) -> None:
    denoiser, found = models.MODELS[method](half)
    x = half.sample(denoiser)
    assert x.shape == (400, 24) and x.isfinite().all()
    assert credit.check(half.code.decode(x)) is not None
    if method == "mixture alone":
        assert found["components"] in (1, 2)
    elif method.startswith(("framework", "features")):
        assert {"stop_0"} <= set(found)
    else:
        assert found["held_out"] > 0


@pytest.mark.slow
def test_a_search_takes_what_errs_least_on_the_tenth_and_says_what_it_is(
    half, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = iter((0.0, 0.01, 1e-9))
    monkeypatch.setattr(models, "SEARCHED", 3)
    monkeypatch.setattr(deep, "drawn", lambda **_: deep.Settings(16, 2, next(rates), 60, 0.5))
    denoiser, found = models.searched(half)
    assert found["rate"] == 0.01 and found["width"] == 16 and found["steps"] == 60
    form = models.fit_form(half, "independent").denoiser(PROCESS)
    still, less = framework.Corrected(PROCESS, form, lambda t, x: 0 * x), found["held_out"]
    fresh = framework.labels(PROCESS, form, half.holdout, 16, generator=half.generator)
    assert less < metrics.holdout_risk(still.correction, fresh)
    assert half.sample(denoiser).isfinite().all()


def test_settings_are_drawn_from_what_somebody_would_try() -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = [deep.drawn(generator=generator) for _ in range(60)]
    assert {each.width for each in drawn} == {128, 256}
    assert {each.depth for each in drawn} == {2, 3, 4}
    assert {each.steps for each in drawn} == {12_000, 24_000}
    assert {each.rate for each in drawn} == {0.001, 0.003, 0.01}


@pytest.mark.slow
def test_an_experiment_judges_rows_as_sampled_with_their_margins_and_by_the_third(quick) -> None:
    made = study.experiment("mixture alone", 0, rows=300)
    plain = {name for name in made if f"sampled_{name}" in made}
    assert plain == {name for name in made if f"final_{name}" in made} | {"shape"}
    assert plain == {"shape", "trend", "information", "c2st", "tstr"}
    independent = study.experiment("independent columns", 0, rows=300)
    assert made["shape"] == pytest.approx(independent["shape"], abs=0.5)
    assert made["shape"] < made["sampled_shape"]
    assert made["seconds"] > 0 and made["sampling"] > 0 and 0 < made["density_auc"] < 1
    assert not {"seconds", "sampled_shape"} & set(independent)


@pytest.mark.slow
def test_those_who_were_copied_are_found() -> None:
    half = Half(0, 60, 400)
    made = pd.concat([half.rows.tail(54)] * 4).reset_index(drop=True)
    found = Attacked(half).scores(made)
    assert found["distance_auc"] > 0.9 and found["density_auc"] > 0.9 and found["close"] == 1


def test_shares_of_bins_add_up_and_codes_have_a_bin_each() -> None:
    table = credit.load().head(500)
    for name in credit.COLUMNS:
        found = small.shares(table, name)
        assert float(found.sum()) == pytest.approx(1) and (found >= 0).all()
        if name in credit.CODES:
            counted = [(table[name].astype(int) == c).mean() for c in credit.CODES[name]]
            np.testing.assert_allclose(found, counted)
    counts, _ = np.histogram(table["AGE"], np.linspace(21, 79, small.BINS + 1))
    assert np.abs(small.shares(table, "AGE").numpy() - counts / 500).max() < 0.02


def test_the_small_run_stops_where_nothing_is_known_and_goes_on_from_there() -> None:
    run = small.Small("independent", 200, 1, others=200)
    start = run.draw(run.correction(math.inf, 0))
    later = run.draw(run.correction(math.inf, 100))
    pair = ["BILL_AMT1", "BILL_AMT2"]
    before, after = (f[pair].corr("spearman").iloc[0, 1] for f in (start, later))
    assert abs(before) < 0.25 and after > 0.5
    again = run.draw(run.correction(math.inf, 0))
    assert again.equals(start)


def test_wider_networks_come_nearer_to_the_infinite_one() -> None:
    run = small.Small("independent", 200, 1, others=200)
    t, x = run.data.t, run.data.x_t
    kernel = run.correction(math.inf, 30)(t, x)
    apart = [float((run.correction(m, 30)(t, x) - kernel).norm()) for m in (64, 1024)]
    assert apart[1] < 0.5 * apart[0]


# The shipped tables


def test_the_comparison_has_every_score_of_its_methods() -> None:
    table = study.table()
    assert {*baselines.BASELINES, *study.FINALISTS} <= {*table["method"]} <= {*study.METHODS}
    scores = ["shape", "trend", "information", "c2st", "tstr"]
    assert not table[scores].isna().any(axis=None)
    kept = table[table["method"].isin(study.FINALISTS)]
    assert not kept[[f"final_{name}" for name in scores[1:]]].isna().any(axis=None)
    trained = table[~table["method"].isin(baselines.BASELINES)]
    assert not trained[["seconds", *(f"sampled_{name}" for name in scores)]].isna().any(axis=None)
    attacked = table[table["method"] != "real"]
    for name in ("dcr", "close", "distance_auc", "density_auc", "distance_tpr", "density_tpr"):
        assert attacked[name].between(0, 1).all()


@pytest.mark.slow
def test_a_corner_of_the_comparison_comes_out_the_same() -> None:
    row = study.table().query("method == 'independent columns' and seed == 0").iloc[0]
    half = Half(0)
    made = baselines.independent(half)
    tstr = study.quality(half.other, made)["tstr"]
    assert tstr == pytest.approx(row["tstr"], abs=1e-3)
