"""Convex denoising: its shipped table, a part of it made anew, and the rows it is solved on."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from scorelab import convex
from scorelab.studies import convex_denoising as ct


def place(target: str, beta: float, noise: float) -> tuple[int, int, int]:
    return list(ct.LAWS).index(target), ct.BETAS.index(beta), ct.NOISES.index(noise)


@pytest.mark.slow
def test_the_shipped_table_is_what_the_package_says_now() -> None:
    found = ct.optima("one Gaussian", 2.0, 0.6)
    kept, at = ct.table(), place("one Gaussian", 2.0, 0.6)
    for name in ("loss", "gated", "linear"):
        np.testing.assert_allclose(found[name], getattr(kept, name)[at], rtol=1e-5)
    np.testing.assert_allclose(found["bound"][-1], kept.bound[at][-1], rtol=1e-5)
    np.testing.assert_allclose(found["field"], kept.field[at], atol=0.02)


@pytest.mark.slow
def test_a_cell_stacks_the_noise_levels_and_adds_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ct, "NOISES", (0.6, 0.8))
    monkeypatch.setattr(ct, "COUNTS", (10, 30))
    monkeypatch.setattr(ct, "draws", lambda target, beta: np.full((300, 2), beta))
    cell = ct.experiment("one Gaussian", 2.0)
    assert set(cell) == set(ct.Table._fields)
    for i, noise in enumerate(ct.NOISES):
        for name, value in ct.optima("one Gaussian", 2.0, noise).items():
            np.testing.assert_array_equal(cell[name][i], value)
    assert (cell["samples"] == 2.0).all()


def test_a_remake_writes_what_the_table_reads(tmp_path: Path) -> None:
    """The shipped table cut into cells and put together again is the shipped table."""
    kept = ct.table()

    def cell(target: str, beta: float) -> dict[str, ct.Array]:
        at = place(target, beta, ct.NOISES[0])[:2]
        return {name: array[at] for name, array in kept._asdict().items()}

    dataclasses.replace(ct.STUDY, experiment=cell).remake(tmp_path, jobs=1)
    path = tmp_path / ct.STUDY.file
    with np.load(path) as made, np.load(ct.STUDY.path) as shipped:
        assert set(made) == set(shipped)
        for name in made:
            assert made[name].dtype == shipped[name].dtype
            np.testing.assert_array_equal(made[name], shipped[name])
    again = ct.STUDY.read(path)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(again, kept, strict=True))


def test_the_table_keeps_the_order_of_the_models() -> None:
    kept = ct.table()
    assert (np.diff(kept.loss, axis=-1) <= 1e-5 * kept.linear[..., None]).all()
    assert (kept.gated <= kept.loss[..., -1] + 1e-6).all()
    assert (kept.loss <= kept.linear[..., None] * (1 + 1e-6)).all()
    best = kept.loss[..., -1]
    assert (best - kept.bound[..., -1] <= 3e-6 * best).all()
    assert (kept.bound <= best[..., None] * (1 + 1e-9)).all()
    assert np.isfinite(kept.field).all() and np.isfinite(kept.samples).all()


def test_rows_are_the_noised_data_and_their_labels() -> None:
    x0, x, labels = ct.rows("circle", 0.3)
    torch.testing.assert_close(x + 0.09 * labels, ct.PROCESS.alpha(ct.PROCESS.time_at(0.3)) * x0)
    assert x0.shape == (ct.N, 2) and float(x0.norm(dim=1).mean()) == pytest.approx(1.5, abs=0.1)


def test_kinks_are_lines_through_data_points() -> None:
    _, x, y = ct.rows("circle", 0.45)
    lines = ct.kinks(convex.denoising(x, y, 4.0))
    lines = lines[~np.isnan(lines).any(1)]
    assert len(lines) > 0
    np.testing.assert_allclose(np.linalg.norm(lines[:, :2], axis=1), 1)
    away = np.abs(lines[:, :2] @ x.numpy().T + lines[:, 2:])
    assert away.min(axis=1).max() < 1e-8
