"""The comparison: halves, baselines, and the tables that come with the course."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from scorelab import credit
from scorelab.credit import baselines, framework, heuristic, small, study
from scorelab.credit.baselines import BASELINES
from scorelab.credit.half import PROCESS, Half


@pytest.fixture
def half() -> Half:
    return Half(3, 400, 400)


def test_halves_share_no_client_and_are_other_ones_for_each_seed() -> None:
    whole = Half(1)
    both = pd.concat((whole.rows, whole.other)).astype(int)
    table = credit.load().astype(int)
    assert both.sort_values(list(table)).to_numpy().tolist() == (
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


@pytest.mark.slow
def test_the_yardsticks_know_copies_from_fresh_rows() -> None:
    half = Half(0, 600, 600)
    copies = study.yardsticks(half, baselines.copied(half))
    assert copies["dcr"] > 0.99 and copies["shape"] < 10
    fresh = study.yardsticks(half, half.rows, copies=False)
    assert fresh["dcr"] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("kind", study.FORMS)
def test_a_form_is_one_of_three(kind, half) -> None:
    form = study.fit_form(half, kind, components=(2, 3))
    assert len(form.means) in ((2, 3) if kind == "mixture" else (1,))
    f = form.denoiser(PROCESS)(torch.full((400,), 0.5), half.x)
    assert f.shape == (400, 24) and f.isfinite().all()


def test_another_form_is_refused(half) -> None:
    with pytest.raises(ValueError, match="kind='flow': must be one of 'independent'"):
        study.fit_form(half, "flow")


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little of everything, so that a model is made in a moment."""
    small_form = partial(study.fit_form, components=(1, 2))
    monkeypatch.setattr(study, "fit_form", small_form)
    sizes = {"BANDS": 2, "WIDTH": 32, "STOPS": (0, 3, 10), "FEATURES": 4}
    for name, value in sizes.items():
        monkeypatch.setattr(study, name, value)
    monkeypatch.setattr(framework, "loo_stop", lambda *args, **options: 7)
    settings = heuristic.Settings(16, 2, 1e-3, 20, 0.9)
    monkeypatch.setattr(study, "best_settings", lambda: settings)


@pytest.mark.parametrize("method", study.MODELS)
def test_every_model_makes_a_denoiser(method, half, monkeypatch) -> None:
    quick(monkeypatch)
    denoiser, found = study.MODELS[method](half)
    x = half.sample(denoiser)
    assert x.shape == (400, 24) and x.isfinite().all()
    assert credit.check(half.code.decode(x)) is not None
    if method != "tuned heuristic":
        assert found["components"] in (1, 2)
    if method.startswith(("framework", "features")):
        assert set(found) == {"components", "stop_0", "stop_1"}


@pytest.mark.slow
def test_an_experiment_judges_rows_with_their_margins_and_as_sampled(monkeypatch) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(study, "Half", partial(Half, others=600))
    made = study.experiment("framework, Gaussian", 0, rows=300)
    plain = {name for name in made if f"sampled_{name}" in made}
    assert plain == {"shape", "trend", "c2st", "tstr", "dcr"}
    independent = study.experiment("independent columns", 0, rows=300)
    assert made["shape"] == pytest.approx(independent["shape"], abs=0.5)
    assert made["shape"] < made["sampled_shape"]
    assert made["loo_0"] == made["loo_1"] == 7 and made["seconds"] > 0
    assert not {"seconds", "sampled_shape"} & set(independent)


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


def test_the_comparison_has_every_method() -> None:
    table = study.table()
    assert set(table["method"]) == set(study.METHODS)
    scores = ["shape", "trend", "c2st", "tstr", "dcr"]
    assert not table[scores].isna().any(axis=None)
    models = table[table["method"].isin(study.MODELS)]
    assert not models[["seconds", *(f"sampled_{name}" for name in scores)]].isna().any(axis=None)


@pytest.mark.slow
def test_a_corner_of_the_comparison_comes_out_the_same() -> None:
    row = study.table().query("method == 'independent columns' and seed == 0").iloc[0]
    half = Half(0)
    made = baselines.independent(half)
    assert study.scores.tstr_auc(made, half.other) == pytest.approx(row["tstr"], abs=1e-3)
    near = study.privacy.dcr(made.head(7500), half.rows, half.other)
    assert near == pytest.approx(row["dcr"], abs=2e-3)


def test_the_settings_are_those_of_the_least_loss() -> None:
    search = study.searched()
    assert len(search) == len(study.TRIES)
    best = search.loc[search["loss"].idxmin()]
    assert study.best_settings().width == best["width"]
    assert study.best_settings().rate == pytest.approx(best["rate"])
