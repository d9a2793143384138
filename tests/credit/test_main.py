"""The command that remakes the tables: in which order, with which cells."""

from __future__ import annotations

import pandas as pd
import pytest

from scorelab import sweep
from scorelab.credit import small, study
from scorelab.credit.__main__ import STUDIES


def test_both_tables_are_remade_with_all_their_cells() -> None:
    assert [each.name for each in STUDIES] == ["credit-table", "credit-paths"]
    assert [each.experiment for each in STUDIES] == [study.experiment, small.experiment]
    assert [len(each.cells) for each in STUDIES] == [5 * len(study.METHODS), 92]


@pytest.mark.parametrize("each", STUDIES, ids=lambda each: each.name)
def test_a_table_has_rows_of_its_cells_in_order(each: sweep.Study[pd.DataFrame]) -> None:
    lacking = each.lacking()
    cells = pd.DataFrame([cell for cell in each.cells if cell not in lacking])
    pd.testing.assert_frame_equal(each.table()[list(cells)], cells, check_dtype=False)


def test_all_small_paths_are_there_and_the_first_seeds_of_each_method_that_was_compared() -> None:
    assert not small.PATHS.lacking()
    for _, rows in study.table().groupby("method"):
        assert rows["seed"].tolist() == [*range(len(rows))]


@pytest.mark.slow
def test_a_cell_of_the_small_paths_comes_out_the_same() -> None:
    cell = small.cells()[15]
    made = small.experiment(**cell)
    shipped = small.table().query("form == @cell['form'] and data == @cell['data']")
    shipped = shipped.query("width == inf and stop == @cell['stop']").iloc[0]
    for name in ("trend", "c2st", "tstr", "dcr", "risk", "loo", "PAY_0=2", "AGE~SEX"):
        assert made[name] == pytest.approx(shipped[name], rel=0.02, abs=0.02), name
