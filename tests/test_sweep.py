"""Sweeps: in order, in parallel, on a cluster, kept on disk, and with cells that fail."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

import joblib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorelab import sweep
from scorelab.shipped import checked


def area(width: float, height: float) -> dict[str, float]:
    return {"area": width * height}


def clash(width: float, height: float) -> dict[str, float]:
    """Overwrites a number of the cell where the width is 0."""
    return {"area": width * height} if width else {"area": 0, "height": 7}


def noted(folder: str, number: int) -> dict[str, float]:
    """Leaves a mark at each call, and fails until it finds a file that says it may."""
    here = Path(folder)
    with (here / f"calls-{number}").open("a") as calls:
        calls.write("x")
    if number == 2 and not (here / "may").exists():
        raise ArithmeticError("two is not ready")
    return {"square": number**2}


def calls(folder: Path) -> list[int]:
    return [len((folder / f"calls-{k}").read_text()) for k in range(4)]


@given(st.lists(st.integers(), min_size=1), st.lists(st.integers(), min_size=1))
def test_a_grid_is_every_combination_once_the_last_axis_fastest(a: list[int], b: list[int]) -> None:
    cells = sweep.grid(a=a, b=b)
    assert [(cell["a"], cell["b"]) for cell in cells] == [(x, y) for x in a for y in b]


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_are_the_cells_with_their_results_in_order(jobs: int) -> None:
    table = sweep.run(area, sweep.grid(width=[1, 2, 3], height=[0.5, 2.0]), jobs=jobs)
    assert list(table.columns) == ["width", "height", "area"]
    assert table["area"].tolist() == [w * h for w in (1, 2, 3) for h in (0.5, 2.0)]


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    cells = sweep.grid(folder=[str(tmp_path)], number=range(4))
    with pytest.raises(sweep.SweepFailed) as failed:
        sweep.run(noted, cells, cache=tmp_path / "cache", jobs=2)
    assert failed.value.results["square"].tolist() == [0, 1, 9]
    (failure,) = failed.value.failures
    assert failure.cell["number"] == 2 and "Traceback" in failure.trace
    message = str(failed.value)
    assert message.startswith("1 of 4 cells failed, the others are done:\n  {")
    assert message.endswith("'number': 2}: ArithmeticError: two is not ready")
    (tmp_path / "may").touch()
    table = sweep.run(noted, cells, cache=tmp_path / "cache", jobs=2)
    assert table["square"].tolist() == [0, 1, 4, 9]
    assert calls(tmp_path) == [1, 1, 2, 1]


def test_without_a_cache_the_failed_cells_alone_can_be_retried(tmp_path: Path) -> None:
    cells = sweep.grid(folder=[str(tmp_path)], number=range(4))
    with pytest.raises(sweep.SweepFailed) as failed:
        sweep.run(noted, cells, jobs=1)
    (tmp_path / "may").touch()
    again = sweep.run(noted, [failure.cell for failure in failed.value.failures], jobs=1)
    assert again["square"].tolist() == [4] and calls(tmp_path) == [1, 1, 2, 1]


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_table() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra scorelab[cluster]")
    cells = sweep.grid(width=[1, 2], height=[3])
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        table = sweep.run(area, cells)
    assert table.equals(sweep.run(area, cells, jobs=1))


def ended(number: int) -> dict[str, float]:
    """Ends its process in one way or another, or does not end."""
    if number == 1:
        os._exit(3)
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 3:
        sys.exit("no more")
    if number == 4:
        time.sleep(600)
    return {"square": number**2}


@pytest.mark.slow
def test_a_cell_that_ends_its_process_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    with pytest.raises(sweep.SweepFailed) as failed:
        sweep.run(ended, sweep.grid(number=[1, 2, 3, 5]), tmp_path, jobs=2)
    assert str(failed.value).splitlines()[1:] == [
        "  {'number': 1}: its process ended with exit status 3",
        "  {'number': 2}: its process ended with signal SIGKILL",
        "  {'number': 3}: SystemExit: no more",
    ]
    assert failed.value.results["square"].tolist() == [25]


def test_a_cell_that_does_not_end_is_ended_and_named() -> None:
    with pytest.raises(sweep.SweepFailed) as failed:
        sweep.run(ended, sweep.grid(number=[4]), jobs=2, timeout=0.5)
    assert str(failed.value).endswith("{'number': 4}: it took longer than timeout=0.5 s")


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: sweep.run(area, []), r"cells=\[\]: must hold at least one cell"),
        (lambda: sweep.run(area, [{}], jobs=0), "jobs=0: must be a number of processes, or -1"),
        (lambda: sweep.run(area, [{}], jobs=0.5), "jobs=0.5: must be a number of processes"),
        (lambda: sweep.run(area, [{}], timeout=0), "timeout=0: must be a finite number above 0"),
        (lambda: sweep.grid(n=[1], d=[]), r"d=\[\]: must have at least one value"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        action()


@pytest.mark.parametrize("cache", [False, True])
def test_an_experiment_must_not_return_what_a_cell_is_named(tmp_path: Path, cache: bool) -> None:
    folder = tmp_path if cache else None
    with pytest.raises(sweep.SweepFailed) as failed:
        sweep.run(clash, sweep.grid(width=[0, 2], height=[3]), folder, jobs=1)
    (failure,) = failed.value.failures
    assert failure.cell == {"width": 0, "height": 3}
    assert str(failed.value).endswith(
        "ValueError: name='height': the experiment must return other names than the cell's own"
    )
    assert failed.value.results.to_dict("records") == [{"width": 2, "height": 3, "area": 6}]


# What is kept is not stale


def times(factor: Any) -> sweep.Experiment:
    return lambda number: {"product": factor * number}


FACTOR = 2


def product(number: int) -> dict[str, int]:
    return {"product": FACTOR * number}


def products(experiment: sweep.Experiment, cache: Path) -> list[int]:
    return sweep.run(experiment, sweep.grid(number=[1, 2]), cache, jobs=1)["product"].tolist()


def test_what_an_experiment_closes_over_makes_it_another(tmp_path: Path) -> None:
    assert products(times(2), tmp_path) == [2, 4]
    assert products(times(5), tmp_path) == [5, 10]
    assert products(times(2), tmp_path) == [2, 4]
    assert len(list(tmp_path.rglob("output.pkl"))) == 4


def test_a_global_that_changed_makes_it_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert products(product, tmp_path) == [2, 4]
    monkeypatch.setitem(globals(), "FACTOR", 5)
    assert products(product, tmp_path) == [5, 10]


def test_another_source_of_the_package_makes_it_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    products(product, tmp_path)
    monkeypatch.setattr(sweep, "SOURCE", "edited")
    products(product, tmp_path)
    assert len(list(tmp_path.rglob("output.pkl"))) == 4


def test_where_it_cannot_be_known_nothing_is_kept(tmp_path: Path) -> None:
    factor = iter([2, 5])  # which is another at each call, and cannot be pickled
    experiment = lambda number: {"product": number * next(factor), "lock": lock is None}  # noqa: E731
    lock = Lock()
    with pytest.warns(UserWarning, match=r"no cell is kept in .*: what .* depends on cannot be"):
        assert products(experiment, tmp_path) == [2, 10]
    assert not list(tmp_path.rglob("output.pkl"))


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has other rights")
def test_what_is_kept_is_the_user_s_own(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "cache"
    assert products(product, folder) == [2, 4]
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    with pytest.raises(ValueError, match="^cache='.*/new/cache': must be yours, and not everybody"):
        products(product, folder)


# Studies


def third(n: int) -> dict[str, float]:
    return {"third": n / 3}


HALVES = sweep.Study.csv("halves", area, sweep.grid(width=[0.5], height=[1, 2]))
THIRDS = sweep.Study.csv("thirds", third, sweep.grid(n=[1, 2]))


def remake(monkeypatch: pytest.MonkeyPatch, *options: object) -> None:
    monkeypatch.setattr("sys.argv", ["here", "--jobs", "1", *map(str, options)])
    sweep.remake("here", [HALVES, THIRDS])


def test_a_study_writes_its_table_with_four_digits_and_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    THIRDS.remake(tmp_path, jobs=1)
    assert (tmp_path / "thirds.csv").read_text() == "n,third\n1,0.3333\n2,0.6667\n"
    monkeypatch.setattr(sweep, "DATA", tmp_path)
    assert THIRDS.table().to_dict("list") == {"n": [1, 2], "third": [0.3333, 0.6667]}


def test_a_table_that_is_damaged_or_missing_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    THIRDS.remake(tmp_path, jobs=1)
    monkeypatch.setattr(sweep, "DATA", tmp_path)
    file = tmp_path / "thirds.csv"
    file.write_text(file.read_text().replace("0.3333", "0.3334"))
    with pytest.raises(ValueError, match=r"thirds\.csv is damaged: its SHA-256 is "):
        THIRDS.table()
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"thirds\.csv is missing; install scorelab"):
        THIRDS.table()


def test_every_shipped_file_has_its_checksum() -> None:
    shipped = [p for p in sweep.DATA.iterdir() if p.suffix in (".csv", ".npz", ".xz")]
    assert len(shipped) > 8 and all(checked(path) == path for path in shipped)


def test_the_command_remakes_all_tables_or_those_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, some, every = (tmp_path / name for name in ("cache", "some", "every"))
    remake(monkeypatch, "thirds", "--folder", some, "--cache", cache)
    assert [path.name for path in some.glob("*.csv")] == ["thirds.csv"]
    remake(monkeypatch, "--folder", every, "--cache", cache)
    assert {path.name for path in every.glob("*.csv")} == {"halves.csv", "thirds.csv"}
    assert (every / "halves.csv").read_text() == "width,height,area\n0.5,1,0.5\n0.5,2,1\n"
    assert len(list(cache.rglob("output.pkl"))) == 4


def test_the_command_makes_rows_that_a_table_lacks_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(n: int) -> dict[str, float]:
        return {"third": n} if n > 2 else {}["no row is made twice"]

    monkeypatch.setattr(sweep, "DATA", tmp_path)
    HALVES.remake(tmp_path, jobs=1)
    THIRDS.remake(tmp_path, jobs=1)
    more = sweep.Study.csv("thirds", broken, sweep.grid(n=[4, 2, 3]))
    monkeypatch.setattr("sys.argv", ["here", "--missing", "--jobs", "1", "--folder", str(tmp_path)])
    sweep.remake("here", [HALVES, more])
    assert (tmp_path / "thirds.csv").read_text() == "n,third\n4,4\n2,0.6667\n3,3\n"
    assert more.table()["n"].tolist() == [4, 2, 3] and len(HALVES.table()) == 2


def test_a_file_of_no_rows_cannot_be_completed(tmp_path: Path) -> None:
    arrays = sweep.Study("a.npz", third, [{"n": 1}], lambda _: {}, lambda *_: None)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ValueError, match="remake it"):
        patch.setattr(sweep, "checked", Path)
        arrays.complete(tmp_path)


def test_without_a_folder_a_checkout_is_written_and_an_installed_package_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "scorelab" / "data"
    data.mkdir(parents=True)
    monkeypatch.setattr(sweep, "DATA", data)
    with pytest.raises(SystemExit):
        remake(monkeypatch, "--cache", tmp_path / "cache")
    assert "--folder=None: must name a folder" in capsys.readouterr().err
    assert not any(data.iterdir()) and not (tmp_path / "cache").exists()
    (tmp_path / "pyproject.toml").touch()
    remake(monkeypatch, "--cache", tmp_path / "cache")
    assert {path.name for path in data.glob("*.csv")} == {"halves.csv", "thirds.csv"}


def test_a_table_that_nobody_ships_is_refused_with_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        remake(monkeypatch, "quarters", "--folder", tmp_path)
    assert "NAME='quarters': must be one of 'halves', 'thirds'" in capsys.readouterr().err
