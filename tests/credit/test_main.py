"""The script that remakes the tables: in which order, with which cells, and where they go."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from scorelab import sweep
from scorelab.credit import __main__ as script
from scorelab.credit import small, study


def test_the_search_comes_before_the_comparison_that_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def run(experiment, cells, cache, jobs):
        asked.append((experiment, list(cells), cache, jobs))
        return pd.DataFrame({"number": [len(asked) + 0.123456]})

    paths = [tmp_path / name for name in ("search.csv", "table.csv", "paths.csv")]
    for name, path in zip(("SEARCH", "TABLE", "PATHS"), paths, strict=True):
        monkeypatch.setattr(study, name, path)
    monkeypatch.setattr(sweep, "run", run)
    monkeypatch.setattr(sys, "argv", ["credit", "--cache", "kept", "--jobs", "1"])
    script.main()
    assert [each[0] for each in asked] == [study.trial, study.experiment, small.experiment]
    assert [len(each[1]) for each in asked] == [16, 5 * len(study.METHODS), 92]
    assert {each[2:] for each in asked} == {("kept", 1)}
    assert [path.read_text() for path in paths] == [f"number\n{k}.123\n" for k in (1, 2, 3)]


def test_a_cell_of_the_small_paths_comes_out_the_same() -> None:
    cell = small.cells()[15]
    made = small.experiment(**cell)
    shipped = small.table().query("form == @cell['form'] and data == @cell['data']")
    shipped = shipped.query("width == inf and stop == @cell['stop']").iloc[0]
    for name in ("trend", "c2st", "tstr", "dcr", "risk", "loo", "PAY_0=2", "AGE~SEX"):
        assert made[name] == pytest.approx(shipped[name], rel=0.02, abs=0.02), name
