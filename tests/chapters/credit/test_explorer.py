"""The explorer of the credit table, without a page: its panels against the table, its controls."""

import math
import re

import numpy as np
import pytest
from seen import moved_by

from scorelab import credit
from scorelab.chapters.credit import view as cp
from scorelab.chapters.credit.explorer import Explorer
from scorelab.credit import small
from scorelab.explore import figures
from scorelab.explore.figures import Traces, same, sendable

ONE, TEN = cp.DATA
STATE = {
    "form": "independent",
    "data": ONE,
    "width": math.inf,
    "rule": "hand",
    "stop": 30,
    "column": "PAY_0",
    "score": "C2ST, more is better",
}
TREND, DCR = "trend error %, less is better", "DCR, one half is best"


def traces(**changes: object) -> Traces:
    return cp.compute(**STATE | changes)


def rows(form: str = "independent", data: str = ONE, width: float = math.inf):
    """The rows of the table, chosen by a query in words."""
    return small.table().query("form == @form and data == @data and width == @width")


def test_the_table_has_every_stop_of_every_path() -> None:
    found = small.table()[["form", "data", "width", "stop"]].itertuples(index=False)
    assert [tuple(row) for row in found] == [tuple(cell.values()) for cell in small.cells()]


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    filled = traces()
    assert figures.names(cp.blank()) == set(filled)
    assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in filled.values())


@pytest.mark.parametrize(
    ("form", "data", "width"), [("Gaussian", TEN, 64), ("independent", ONE, math.inf)]
)
def test_lines_are_those_of_the_table(form: str, data: str, width: float) -> None:
    found, wanted = traces(form=form, data=data, width=width), rows(form, data, width)
    other = traces(form=form, data=data, width=width, score=TREND)
    for name, column, by in (
        ("held-out risk", "risk", found),
        ("leave-one-out", "loo", found),
        ("score", "c2st", found),
        ("score", "trend", other),
    ):
        np.testing.assert_allclose(by[name]["y"], wanted[column])
        np.testing.assert_allclose(10 ** found[name]["x"], np.maximum(wanted["stop"], 1))


@pytest.mark.parametrize(("rule", "column"), [("hold-out", "risk"), ("leave-one-out", "loo")])
@pytest.mark.parametrize("data", cp.DATA)
def test_a_rule_stops_where_its_score_is_least(rule: str, column: str, data: str) -> None:
    wanted = rows(data=data)
    best = wanted.loc[wanted[column].idxmin()]
    found = traces(data=data, rule=rule)["this step"]
    assert 10 ** found["x"][0] == pytest.approx(max(best["stop"], 1))
    assert found["y"][0] == best["risk"]
    never = traces(data=data, rule="never")["this step"]
    assert 10 ** never["x"][0] == pytest.approx(1_000_000)


def test_a_stop_that_was_not_recorded_is_the_nearest_one() -> None:
    for name, trace in traces(width=64, stop=1_000_000).items():
        assert same(sendable(trace), sendable(traces(width=64, stop=1000)[name]))


def test_the_square_of_pairs_is_the_table_s() -> None:
    square = traces(stop=100)[cp.PAIR]["z"]
    row = rows().query("stop == 100").iloc[0]
    names = credit.COLUMNS
    i, j = names.index("BILL_AMT1"), names.index("PAY_0")
    assert square[i, j] == square[j, i] == pytest.approx(row["BILL_AMT1~PAY_0"], abs=0.05)
    assert (square.diagonal() == 0).all() and (square == square.T).all()
    above = square[np.triu_indices(24, 1)]
    assert above.mean() == pytest.approx(row["trend"], rel=0.01)


@pytest.mark.parametrize("column", credit.COLUMNS)
def test_shares_of_a_column_add_up_and_fit_their_axis(column: str) -> None:
    found, axis = traces(column=column), cp.ranges(column, DCR)["xaxis3"]
    for name in ("real", "synthetic"):
        assert np.sum(found[name]["y"]) == pytest.approx(1, abs=2e-3)
        low, high = axis["range"]
        assert low < np.min(found[name]["x"]) and np.max(found[name]["x"]) < high
    assert len(axis["tickvals"]) == len(axis["ticktext"])


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        ({"stop": 1000}, {"this step", "synthetic", cp.PAIR}, {"score"}),
        ({"width": 64}, {"held-out risk", "score", "synthetic"}, {"real"}),
        ({"rule": "never"}, {"this step", "this step of the score"}, {"held-out risk"}),
        ({"column": "AGE"}, {"real", "synthetic"}, {"this step", "score"}),
        ({"data": TEN}, {"leave-one-out", "score", "where each stops"}, {"real"}),
        ({"form": "Gaussian"}, {"held-out risk", "score"}, {"ideal DCR"}),
    ],
)
def test_a_control_moves_what_it_names(
    change: dict[str, object], moves: set[str], stays: set[str]
) -> None:
    explorer = Explorer()
    explorer.set(**STATE)
    axes = [explorer.figure.layout[name].range for name in ("xaxis", "yaxis", "yaxis2", "yaxis3")]
    words = explorer.status.value
    moved = moved_by(explorer, **change)
    assert moves <= moved and not stays & moved
    assert explorer.status.value != words
    now = [explorer.figure.layout[name].range for name in ("xaxis", "yaxis", "yaxis2", "yaxis3")]
    assert now == axes


def test_axes_show_every_number_but_those_of_an_unstable_network() -> None:
    """The narrow network's step is too long for it, and leave-one-out's score ends far above."""
    figure, table = cp.blank(), small.table()
    low, high = figure.layout.yaxis.range
    assert low < table[["risk", "loo"]].min(axis=None)
    stable = table.query("width > 64")
    assert stable["risk"].max() < high and stable.query("stop <= 1000")["loo"].max() < high
    for name, (least, most) in cp.SCORES.values():
        assert least <= stable[name].min() and stable[name].max() <= most


def test_the_score_that_is_shown_is_chosen_and_has_an_axis_of_its_own() -> None:
    explorer = Explorer()
    explorer.set(**STATE)
    assert {"score", "ideal DCR", "this step of the score"} <= moved_by(explorer, score=DCR)
    axis = explorer.figure.layout.yaxis2
    assert axis.title.text == DCR and axis.range == cp.SCORES[DCR][1]


def test_the_sentence_says_the_numbers() -> None:
    words = cp.sentence(**STATE | {"stop": 100, "column": "SEX"})
    plain = re.sub("<[^>]+>", "", words)
    row = rows().query("stop == 100").iloc[0]
    assert plain.startswith(f"After 100 steps: held-out risk {row['risk']:.2f} of")
    assert f"trend error {row['trend']:.1f} %, C2ST {row['c2st']:.2f}" in plain
    women = float((credit.load()["SEX"] == 2).mean())
    assert f"SEX is off by {100 * abs(row['SEX=1'] - women):.0f} % of the rows" in plain
    pairs = [name for name in row.index if "~" in name]
    worst = max(pairs, key=lambda name: row[name])
    assert plain.endswith(f"worst pair {worst.replace('~', ' and ')}, off by {row[worst]:.0f} %")


def test_what_cannot_be_set_is_refused() -> None:
    explorer = Explorer()
    with pytest.raises(ValueError, match="width=100: must be one of"):
        explorer.set(width=100)
    with pytest.raises(ValueError, match="column='ID': must be one of"):
        explorer.set(column="ID")


def test_the_strip_above_the_map_has_the_shades_of_the_map_and_is_off_it() -> None:
    shades, strip = (
        next(t for t in cp.blank().data if t.name == name) for name in (cp.PAIR, cp.SCALE)
    )
    for key in ("colorscale", "zmin", "zmax"):
        assert shades[key] == strip[key]
    found = traces()
    assert found[cp.SCALE]["z"][0][[0, -1]].tolist() == [0, cp.WORST]
    assert found[cp.ENDS]["text"] == ["0 %", "40 % or more"]
    assert max(found[cp.SCALE]["y"]) < -0.5 and min(found[cp.ENDS]["x"]) >= 0
