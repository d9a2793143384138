"""What others wrote: that it is not needed, and that its rows are like those of the table."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from scorelab import credit
from scorelab.credit import bench
from scorelab.credit.bench import BENCH
from scorelab.credit.half import Half


@pytest.mark.parametrize("method", BENCH)
def test_a_package_that_is_missing_is_named_in_one_sentence(method, monkeypatch) -> None:
    def no_import(name: str, *args: Any) -> Any:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr("importlib.import_module", no_import)
    extra = "ctgan" if method in ("CTGAN", "TVAE") else "bench"
    said = rf"cannot be imported .*pip install 'scorelab\[{extra}\]'"
    with pytest.raises(ImportError, match=said):
        BENCH[method](None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "package"),
    [
        ("adversarial forest", "arfpy"),
        ("vine copula", "pyvinecopulib"),
        ("SMOTE", "imblearn"),
        ("CTGAN", "ctgan"),
        ("TVAE", "ctgan"),
    ],
)
def test_its_rows_are_like_those_of_the_table(method, package, monkeypatch) -> None:
    pytest.importorskip(package, reason="its extra is not installed")
    monkeypatch.setattr(bench, "EPOCHS", 2)
    half = Half(0, 400, 400)
    made = BENCH[method](half)()
    rows = half.code.decode(made) if isinstance(made, torch.Tensor) else made
    assert len(rows) == 400 and credit.check(rows) is rows
    half.code.encode(rows)  # no code that the training rows have not
