"""Sweeps: in order, in parallel, on a cluster, kept on disk, and with cells that fail."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import joblib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorelab import sweep


def area(width: float, height: float) -> dict[str, float]:
    return {"area": width * height}


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


def test_a_dask_cluster_gives_the_same_table() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra scorelab[cluster]")
    cells = sweep.grid(width=[1, 2], height=[3, 4])
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        table = sweep.run(area, cells)
    assert table.equals(sweep.run(area, cells, jobs=1))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: sweep.run(area, []), r"cells=\[\]: must hold at least one cell"),
        (lambda: sweep.run(area, [{}], jobs=0), "jobs=0: must be a number of processes, or -1"),
        (lambda: sweep.grid(n=[1], d=[]), r"d=\[\]: must have at least one value"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        action()


def test_a_module_remakes_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "table.csv", tmp_path / "cache"
    (tmp_path / "halves.py").write_text(
        f"AXES, PATH = {{'n': (1, 2)}}, {str(path)!r}\n"
        "def experiment(n): return {'half': n / 2}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.argv", ["halves", "--cache", str(cache)])
    monkeypatch.setattr(sweep, "run", partial(sweep.run, jobs=1))  # in this process
    sweep.remake("halves")
    assert path.read_text() == "n,half\n1,0.5\n2,1\n"
    assert len(list(cache.rglob("output.pkl"))) == 2
