"""The scores, on inputs whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scorelab import credit
from scorelab.credit import scores


@pytest.fixture(scope="module")
def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    shuffled = credit.load().sample(4000, random_state=0).reset_index(drop=True)
    return shuffled.head(2000), shuffled.tail(2000).reset_index(drop=True)


@pytest.fixture(scope="module")
def mixed_up(halves) -> pd.DataFrame:
    """The columns of the first half, each in an order of its own: nothing is left of the pairs."""
    rng = np.random.default_rng(0)
    return pd.DataFrame({name: rng.permutation(column) for name, column in halves[0].items()})


@pytest.mark.slow
def test_a_table_is_itself(halves) -> None:
    real = halves[0]
    assert scores.shape_error(real, real) == pytest.approx(0, abs=1e-9)
    assert scores.trend_error(real, real) == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
def test_two_halves_of_a_table_are_all_but_equal(halves) -> None:
    assert scores.shape_error(*halves) < 3
    assert scores.trend_error(*halves) < 5
    assert scores.c2st(*halves) > 0.9
    assert scores.tstr_auc(*halves) == pytest.approx(0.76, abs=0.04)


def test_real_rows_of_one_class_are_refused(halves) -> None:
    with pytest.raises(ValueError, match=r"^real\['target'\]=\[0\]: must hold both classes"):
        scores.tstr_auc(halves[0], halves[1].assign(target=0))


@pytest.mark.slow
def test_independent_columns_have_the_shape_and_nothing_else(halves, mixed_up) -> None:
    assert scores.shape_error(halves[0], mixed_up) == pytest.approx(0, abs=1e-9)
    assert scores.trend_error(halves[0], mixed_up) > 8
    assert scores.c2st(halves[0], mixed_up) < 0.02
    assert scores.tstr_auc(mixed_up, halves[1]) == pytest.approx(0.5, abs=0.12)


def test_shape_error_is_the_mean_distance_of_distribution_functions(halves) -> None:
    """By hand: a number that is moved out of its range is 100 % off, the other 23 are not."""
    moved = halves[0].assign(AGE=halves[0]["AGE"] + 1000)
    assert scores.shape_error(halves[0], moved) == pytest.approx(100 / 24)
    flipped = halves[0].assign(SEX=1)
    women = float((halves[0]["SEX"] == 2).mean())
    assert scores.shape_error(halves[0], flipped) == pytest.approx(100 * women / 24)


@pytest.mark.slow
def test_trend_errors_are_half_the_difference_of_correlations_or_the_total_variation(
    halves, mixed_up
) -> None:
    errors = scores.trend_errors(halves[0], mixed_up)
    assert len(errors) == 24 * 23 / 2
    pair = ("BILL_AMT1", "BILL_AMT2")
    real, made = (frame[list(pair)].corr().iloc[0, 1] for frame in (halves[0], mixed_up))
    assert errors[pair] == pytest.approx(50 * abs(real - made))
    table, product = (
        pd.crosstab(frame["PAY_0"].astype(int), frame["PAY_2"].astype(int), normalize="all")
        for frame in (halves[0], mixed_up)
    )
    off = table.sub(product, fill_value=0).fillna(0).abs().to_numpy().sum() / 2
    assert errors["PAY_0", "PAY_2"] == pytest.approx(100 * off)
    edges = np.histogram_bin_edges(halves[0]["AGE"], 10)[1:-1]
    joint = [
        pd.crosstab(np.digitize(f["AGE"], edges), f["SEX"].astype(int), normalize="all").to_numpy()
        for f in (halves[0], mixed_up)
    ]
    assert errors["AGE", "SEX"] == pytest.approx(50 * np.abs(joint[0] - joint[1]).sum())


@pytest.mark.slow
def test_a_constant_column_has_no_trend_and_says_so(halves) -> None:
    flat = halves[1].assign(AGE=30)
    with pytest.warns(UserWarning, match="constant, so that its correlations .*: AGE"):
        errors = scores.trend_errors(halves[0], flat)
    undefined = {pair for pair, error in errors.items() if np.isnan(error)}
    assert undefined == {p for p in errors if "AGE" in p and set(p) <= set(credit.NUMERIC)}
    with pytest.warns(UserWarning, match="AGE"):
        assert np.isnan(scores.trend_error(halves[0], flat))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")  # the report is about to move
def test_the_report_of_the_library_is_given_as_the_library_gives_it(halves, mixed_up) -> None:
    """Where it has thresholds, since 0.32; before, it had all pairs."""
    from sdmetrics.reports.single_table import QualityReport

    kinds = {n: {"sdtype": "categorical" if n in credit.CODES else "numerical"} for n in mixed_up}
    tables = [frame.astype("int64").head(500) for frame in (halves[0], mixed_up)]
    report = QualityReport()
    report.generate(*tables, {"columns": kinds}, verbose=False)
    score = report.get_properties().set_index("Property")["Score"]["Column Pair Trends"]
    least = 0.5 if hasattr(report, "real_correlation_threshold") else -1
    found = scores.report_error(*tables, least, 0.3 if least > 0 else -1)
    assert found == pytest.approx(100 * (1 - score))


def test_information_exposes_independent_columns_and_is_that_of_scikit_learn(
    halves, mixed_up
) -> None:
    from sklearn.metrics import normalized_mutual_info_score

    assert scores.information_error(halves[0], halves[0]) == pytest.approx(0)
    assert scores.information_error(*halves) < 10
    assert scores.information_error(halves[0], mixed_up) > 95
    found = scores._information(halves[0].head(300)[list(credit.COLUMNS)].astype("int64"))
    wanted = normalized_mutual_info_score(
        halves[0]["PAY_6"].head(300), halves[0]["target"].head(300)
    )
    assert float(found[-1]) == pytest.approx(wanted)


def test_trees_that_see_everything_find_out(halves) -> None:
    other = halves[1].assign(LIMIT_BAL=halves[1]["LIMIT_BAL"] + 10_000_000)
    assert scores.c2st(halves[0], other) < 0.01


def test_a_target_that_is_known_is_learned_and_a_flipped_one_too(halves) -> None:
    known = [f.assign(target=(f["AGE"] > 35).astype(int)) for f in halves]
    assert scores.tstr_auc(*known) > 0.999
    flipped = known[0].assign(target=1 - known[0]["target"])
    assert scores.tstr_auc(flipped, known[1]) < 0.001
    assert scores.tstr_auc(known[0].assign(target=1), known[1]) == 0.5


@pytest.mark.parametrize(
    "score", [scores.shape_error, scores.trend_error, scores.c2st, scores.tstr_auc]
)
def test_a_missing_column_is_named(score, halves) -> None:
    with pytest.raises(ValueError, match=r"frame\.columns=\['AGE'\]: are missing"):
        score(halves[0], halves[1].drop(columns="AGE"))
