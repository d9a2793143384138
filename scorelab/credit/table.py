"""The Default of Credit Card Clients table: 30,000 customers of a bank in Taiwan, in 2005.

Source: I-Cheng Yeh (2009), "Default of Credit Card Clients", UCI Machine Learning Repository,
data set 350, https://doi.org/10.24432/C55S3H, licence CC BY 4.0. It was introduced by I-Cheng Yeh
and Che-hui Lien, "The comparisons of data mining techniques for the predictive accuracy of
probability of default of credit card clients", Expert Systems with Applications 36 (2, part 1),
2009, pages 2473-2480, https://doi.org/10.1016/j.eswa.2007.12.020.

The table is shipped whole. It was recompressed, and its ID column, which only counts the rows from
1 to 30,000, left out; nothing else was done to it. `data/README.md` says what each column means.
"""

from __future__ import annotations

import hashlib
import io
import lzma
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from scorelab.validate import points, require, sized

if TYPE_CHECKING:  # pandas takes half a second to import, so only a reader of the table pays for it
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_FILE = Path(__file__).parents[1] / "data" / "credit.csv.xz"
_SHA256 = "41f3da36d4944c28f194c2b4750173e52920c6faf7ee6452683b913de0880b44"

TARGET = "target"
CATEGORICAL = ("SEX", "EDUCATION", "MARRIAGE", "PAY_0", *(f"PAY_{k}" for k in range(2, 7)))
NUMERIC = (
    "LIMIT_BAL",
    "AGE",
    *(f"BILL_AMT{k}" for k in range(1, 7)),
    *(f"PAY_AMT{k}" for k in range(1, 7)),
)

COLUMNS = (*NUMERIC, *CATEGORICAL, TARGET)
#: The codes that a column may hold. Not all are in the source's description; all but PAY's 9 occur.
CODES = {
    "SEX": range(1, 3),
    "EDUCATION": range(7),
    "MARRIAGE": range(4),
    **dict.fromkeys(CATEGORICAL[3:], range(-2, 10)),
    TARGET: range(2),
}

# The 2-D view: the bill's linear range in NT$, the mean and standard deviation of the two
# transformed columns over the whole table. A test computes them again.
_BILL_SCALE = 3000.0
# Points of the view that are farther away, in standard deviations, stand for no amount of money.
_FAR = 20.0
_MEAN = (11.663001858, 2.498871964)
_STD = (0.941134844, 1.621167983)


def load() -> pd.DataFrame:
    """Return the whole table, 30,000 rows and 24 columns, in the order of the source.

    The 14 `NUMERIC` columns are int64 (amounts in NT$, AGE in years), the 9 `CATEGORICAL` ones
    pandas categories with integer levels, and `TARGET` is int64: 1 for the 6,636 customers who
    defaulted on the next month's payment. Nothing is missing. `data/README.md` explains the codes.

    Every call reads and checks the file again (about a tenth of a second), so the frame is the
    caller's own.

    Raises `FileNotFoundError` if the file is not there and `ValueError` if its SHA-256 is not the
    one of the table that was shipped, or as `check` does.
    """
    import pandas as pd

    frame = check(pd.read_csv(io.BytesIO(lzma.decompress(_checked_bytes()))))
    # Some amounts are written as 5.00E+05, which reads as a float.
    return frame.astype(
        {**dict.fromkeys(NUMERIC, "int64"), **dict.fromkeys(CATEGORICAL, "category")}
    )


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of credit clients as it is, or say what is wrong with it.

    Raises `ValueError` that names the column if one is missing, holds something that is not a whole
    number, or, where it holds codes, one that is not in `CODES`; and if there are no rows. Other
    columns are not looked at.
    """
    columns = getattr(frame, "columns", None)
    require(columns is not None, "frame", type(frame).__name__, "must be a pandas.DataFrame")
    missing = [name for name in COLUMNS if name not in frame]
    require(not missing, "frame.columns", missing, "are missing")
    require(len(frame) > 0, "len(frame)", 0, "must be at least 1")
    for name in COLUMNS:
        try:
            values = frame[name].to_numpy(dtype="float64", na_value=float("nan"))
        except (TypeError, ValueError) as error:
            raise ValueError(f"frame[{name!r}] holds no numbers: {error}") from None
        _check_column(name, values)
    return frame


def _check_column(name: str, values: NDArray[np.float64]) -> None:
    odd = values[~((values == values.round()) & (abs(values) < 2**53))]  # and NaN, and infinity
    if len(odd):
        raise ValueError(f"frame[{name!r}] holds {odd[0]}: must be whole numbers")
    if name in CODES:
        allowed = CODES[name]
        for value in values[(values < allowed[0]) | (values > allowed[-1])]:
            raise ValueError(
                f"frame[{name!r}] holds {int(value)}: must be from {allowed[0]} to {allowed[-1]}"
            )


def limit_and_bill() -> torch.Tensor:
    """Return the table's 2-D view, (30000, 2), float32: LIMIT_BAL and BILL_AMT1 by `to_view`.

    Each column has mean 0 and standard deviation 1. The cloud is a wedge: along its upper edge the
    bill equals the limit, along its lower edge nothing is owed, and limits are round numbers. For
    amounts in NT$, as an axis wants them, use `to_money`.
    """
    money = load()[["LIMIT_BAL", "BILL_AMT1"]].to_numpy(dtype="float64")
    return to_view(torch.from_numpy(money)).float()


def to_view(money: torch.Tensor) -> torch.Tensor:
    """Transform and standardise amounts (n, 2), a limit > 0 and a bill in NT$, into (n, 2).

    With fixed means m and standard deviations s over the table, and the bill's scale c = NT$ 3,000,

        view = ((log limit - m_1) / s_1, (asinh(bill / c) - m_2) / s_2).

    asinh is linear for bills well below c, so zero and negative bills pass, and a logarithm well
    above it. The transformation is our choice; of seven values of c from 300 to 100,000, this one
    shows both edges of the cloud best. Raises `ValueError` if `money` is not finite, floating-point
    and (n, 2), or a limit is not positive.
    """
    limit, bill = points("money", money, dim=2).unbind(1)
    require(bool((limit > 0).all()), "money[:, 0]", limit.min().item(), "limits must be above 0")
    view = torch.stack((limit.log(), (bill / _BILL_SCALE).asinh()), 1)
    return (view - view.new_tensor(_MEAN)) / view.new_tensor(_STD)


def to_money(view: torch.Tensor) -> torch.Tensor:
    """Undo `to_view`: points (n, 2) of the 2-D view become (n, 2), a limit and a bill in NT$.

    Raises `ValueError` if `view` is not finite, floating-point and (n, 2), or beyond ±20.
    """
    scaled = sized("view", points("view", view, dim=2), _FAR) * view.new_tensor(
        _STD
    ) + view.new_tensor(_MEAN)
    return torch.stack((scaled[:, 0].exp(), _BILL_SCALE * scaled[:, 1].sinh()), 1)


def _checked_bytes() -> bytes:
    """Read the shipped file; see `load` for the errors."""
    if not _FILE.is_file():
        raise FileNotFoundError(f"the credit table is missing: {_FILE}; install scorelab again")
    packed = _FILE.read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != _SHA256:
        raise ValueError(
            f"the credit table is damaged: {_FILE} has SHA-256 {found}, expected {_SHA256}; "
            "install scorelab again"
        )
    return packed
