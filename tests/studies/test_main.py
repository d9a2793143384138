"""The command that remakes the tables: its studies, and the names under which cells are kept."""

from pathlib import Path

import pytest

from scorelab import sweep
from scorelab.studies.__main__ import STUDIES


def test_every_module_with_a_study_is_remade() -> None:
    folder = Path(sweep.__file__).parent / "studies"
    modules = {path.stem for path in folder.glob("[!_]*.py")}
    assert [study.name for study in STUDIES] == [
        "rates",
        "quality",
        "memorisation",
        "memorisation_draws",
        "memorisation_map",
        "convex_denoising",
    ]
    assert {study.name for study in STUDIES} == modules


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_cells_are_kept_under_the_module_and_the_table_is_shipped(study: sweep.Study) -> None:
    assert study.experiment.__module__ == f"scorelab.studies.{study.name}"
    assert study.path.is_file()
    assert study.path.stat().st_size < 2_000_000
