"""The shipped table: that it is the one it claims to be, whole, and that its 2-D view is sound."""

from __future__ import annotations

import hashlib
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from scorelab import credit
from scorelab.credit import table as source

# The SHA-256 of UCI_Credit_Card.csv, with its ID column and CR LF line endings.
ORIGINAL = "0311596a909804e7727c39c89659d1e7d4b0a0509a2c5e6019aa680ed0500847"


@pytest.fixture(scope="module")
def table():
    return credit.load()


def test_the_whole_table_is_there(table) -> None:
    assert table.shape == (30_000, 24)
    assert len(credit.NUMERIC) == 14 and len(credit.CATEGORICAL) == 9
    assert set(table.columns) == {*credit.NUMERIC, *credit.CATEGORICAL, credit.TARGET}
    assert not table.isna().any(axis=None)
    assert table.duplicated().sum() == 35


def test_the_target_has_the_published_number_of_defaults(table) -> None:
    assert table[credit.TARGET].value_counts().to_dict() == {0: 23_364, 1: 6_636}


def test_dtypes_tell_numbers_from_codes(table) -> None:
    assert set(table.select_dtypes("category").columns) == set(credit.CATEGORICAL)
    assert set(table.select_dtypes("int64").columns) == {*credit.NUMERIC, credit.TARGET}
    assert list(table["PAY_0"].cat.categories) == list(range(-2, 9))


def test_nothing_but_row_numbers_and_line_endings_was_left_out() -> None:
    header, *rows = lzma.decompress(source._FILE.read_bytes()).decode().splitlines()
    original = "".join(f"{i},{row}\r\n" for i, row in enumerate(rows, 1))
    assert hashlib.sha256(f"ID,{header}\r\n{original}".encode()).hexdigest() == ORIGINAL


def test_the_file_is_small() -> None:
    assert source._FILE.stat().st_size <= 800_000


def test_a_changed_byte_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bytearray(source._FILE.read_bytes())
    packed[1000] ^= 1
    damaged = tmp_path / "credit.csv.xz"
    damaged.write_bytes(packed)
    monkeypatch.setattr(source, "_FILE", damaged)
    with pytest.raises(ValueError, match=r"damaged.*credit\.csv\.xz has SHA-256 .*expected 41f3da"):
        credit.load()


def test_another_valid_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "credit.csv.xz"
    other.write_bytes(lzma.compress(b"LIMIT_BAL,target\n1,0\n"))
    monkeypatch.setattr(source, "_FILE", other)
    with pytest.raises(ValueError, match="damaged"):
        credit.load()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_FILE", tmp_path / "nowhere.xz")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.xz; install scorelab again"):
        credit.load()


def test_another_table_is_refused_though_its_bytes_are_vouched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ships a new file and its SHA-256 still has to ship the right columns."""
    other = tmp_path / "credit.csv.xz"
    other.write_bytes(lzma.compress(b"LIMIT_BAL,target\n1,0\n"))
    monkeypatch.setattr(source, "_FILE", other)
    monkeypatch.setattr(source, "_SHA256", hashlib.sha256(other.read_bytes()).hexdigest())
    with pytest.raises(ValueError, match=r"frame\.columns=\['AGE', .*'PAY_6'\]: are missing"):
        credit.load()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("SEX", 3, r"frame\['SEX'\] holds 3: must be from 1 to 2"),
        ("EDUCATION", -1, r"frame\['EDUCATION'\] holds -1: must be from 0 to 6"),
        ("PAY_0", 10, r"frame\['PAY_0'\] holds 10: must be from -2 to 9"),
        ("target", 2, r"frame\['target'\] holds 2: must be from 0 to 1"),
        ("AGE", 30.5, r"frame\['AGE'\] holds 30\.5: must be whole numbers"),
        ("PAY_AMT1", float("nan"), r"frame\['PAY_AMT1'\] holds nan: must be whole numbers"),
        ("BILL_AMT6", float("inf"), r"frame\['BILL_AMT6'\] holds inf: must be whole numbers"),
    ],
)
def test_a_value_out_of_range_is_named(table, column, value, message) -> None:
    frame = table.astype("float64")
    frame.loc[17, column] = value
    with pytest.raises(ValueError, match=message):
        credit.check(frame)


def test_a_missing_column_is_named(table) -> None:
    with pytest.raises(ValueError, match=r"frame\.columns=\['MARRIAGE'\]: are missing"):
        credit.check(table.drop(columns="MARRIAGE"))


def test_all_codes_but_the_ninth_month_occur(table) -> None:
    unseen = {
        (name, code)
        for name in credit.CODES
        for code in credit.CODES[name]
        if not (table[name].astype(int) == code).any()
    }
    assert {name for name, _ in unseen} <= {f"PAY_{k}" for k in (0, 2, 3, 4, 5, 6)}
    assert {name for name, code in unseen if code != 9} == {"PAY_5", "PAY_6"}


def test_every_caller_gets_a_table_of_their_own(table) -> None:
    mine = credit.load()
    mine["AGE"] = 0
    assert credit.load()["AGE"].equals(table["AGE"])


@pytest.mark.slow
def test_importing_the_module_does_not_import_pandas() -> None:
    code = "import sys, scorelab.credit; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_view_is_standardised() -> None:
    view = credit.limit_and_bill()
    assert view.shape == (30_000, 2) and view.dtype == torch.float32
    torch.testing.assert_close(view.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(view.std(0), torch.ones(2), atol=1e-5, rtol=0)
    assert view.isfinite().all()


def test_the_view_turns_back_into_money(table) -> None:
    money = torch.from_numpy(table[["LIMIT_BAL", "BILL_AMT1"]].to_numpy()).double()
    torch.testing.assert_close(credit.to_money(credit.to_view(money)), money, rtol=1e-9, atol=1e-6)
    # In float32, as the course uses it, an axis label is right to one part in ten thousand.
    torch.testing.assert_close(
        credit.to_money(credit.limit_and_bill()).double(), money, rtol=1e-4, atol=0.01
    )


def test_the_view_keeps_order_and_sign() -> None:
    bills = torch.tensor([-1e5, -10.0, 0.0, 10.0, 1e5], dtype=torch.float64)
    view = credit.to_view(torch.stack((torch.full_like(bills, 5e4), bills), 1))
    assert (view[:, 1].diff() > 0).all() and (view[:, 0] == view[0, 0]).all()
    torch.testing.assert_close(view[2, 1] - view[1, 1], view[3, 1] - view[2, 1])


@pytest.mark.parametrize("convert", [credit.to_view, credit.to_money])
@pytest.mark.parametrize("shape", [(2,), (3, 3), (2, 2, 2)])
def test_a_wrong_shape_is_named(convert, shape) -> None:
    with pytest.raises(ValueError, match=r"shape=\(.*must be \(n, d\) .* d = 2"):
        convert(torch.ones(shape))


def test_a_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"money\[:, 0\]=0\.0: limits must be above 0"):
        credit.to_view(torch.tensor([[0.0, 5.0]]))
