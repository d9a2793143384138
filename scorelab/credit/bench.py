"""Methods that others wrote and published as packages, each as its makers meant it, or cut to size.

They come with the extra ``bench`` and are imported where they are called: without it the course
runs, and calling one says what to install. All are under MIT licences but the package ctgan, and
rdt, which it asks for: theirs is the Business Source License 1.1, which is no open one and leaves a
commercial service to its owners. So CTGAN and TVAE have an extra of their own, ``ctgan``.
"""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from types import ModuleType
from typing import TYPE_CHECKING, cast
from unittest import mock

import numpy as np
import torch
from torch import Tensor

from .half import Half
from .table import CATEGORICAL, CODES, COLUMNS, TARGET

if TYPE_CHECKING:
    import pandas as pd

#: Draws as many synthetic rows, or points, as there are rows to judge them.
Draw = Callable[[], "Tensor | pd.DataFrame"]
#: Passes over the rows of CTGAN and TVAE, as their makers have it.
EPOCHS = 300


def vine(half: Half) -> Draw:
    """A vine copula of kernel-estimated pairs on the coded rows, pyvinecopulib: five trees deep."""
    pv = _imported("pyvinecopulib")
    controls = pv.FitControlsVinecop(
        family_set=[pv.BicopFamily.tll], trunc_lvl=5, num_threads=1, preselect_families=False
    )
    ranks = torch.special.ndtr(half.x.double()).numpy()
    made, seed = pv.Vinecop.from_data(ranks, controls=controls), _seed(half)
    return lambda: torch.special.ndtri(
        torch.tensor(made.sample(len(half.other), seeds=[seed])).clamp(1e-6, 1 - 1e-6)
    ).float()


def smote(half: Half) -> Draw:
    """SMOTE for mixed columns, imbalanced-learn: points between a row and one of its neighbours."""
    over = _imported("imblearn.over_sampling")
    counts = half.rows[TARGET].value_counts()
    wanted = {int(k): 2 * int(n) for k, n in counts.items()}
    maker = over.SMOTENC(
        categorical_features=list(CATEGORICAL), sampling_strategy=wanted, random_state=_seed(half)
    )

    def draw() -> pd.DataFrame:
        x, y = maker.fit_resample(half.rows.drop(columns=TARGET), half.rows[TARGET])
        return _rows(x.assign(**{TARGET: y}).tail(len(half.rows)), half)

    return draw


def forest(half: Half) -> Draw:
    """An adversarial random forest (Watson and others, 2023), arfpy: 10 trees, at most 3 rounds."""
    arf = _imported("arfpy.arf")
    _seed(half)
    frame = half.rows.astype(dict.fromkeys((*CATEGORICAL, TARGET), "category"))
    with _as_it_expects():
        made = arf.arf(frame, num_trees=10, max_iters=3, verbose=False)
        made.forde()

    def draw() -> pd.DataFrame:
        with _as_it_expects():
            return _rows(made.forge(len(half.other)), half)

    return draw


def gan(half: Half) -> Draw:
    """CTGAN (Xu and others, 2019), ctgan: with its makers' settings."""
    return _learned(half, "CTGAN")


def autoencoder(half: Half) -> Draw:
    """TVAE (Xu and others, 2019), ctgan: with its makers' settings."""
    return _learned(half, "TVAE")


def _learned(half: Half, name: str) -> Draw:
    """One of the two models of ctgan, without a GPU."""
    kind = getattr(_imported("ctgan", extra="ctgan"), name)
    made = kind(epochs=EPOCHS, enable_gpu=False)
    made.set_random_state(_seed(half))
    made.fit(half.rows.astype("int64"), [*CATEGORICAL, TARGET])
    return lambda: _rows(made.sample(len(half.other)), half)


@contextmanager
def _as_it_expects() -> Iterator[None]:
    """For arfpy 0.1.1: what NumPy 2.4 has under another name, and nobody who hears it."""
    renamed = mock.patch.object(np, "in1d", np.isin, create=True)
    with renamed, warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


BENCH: dict[str, Callable[[Half], Draw]] = {
    "adversarial forest": forest,
    "vine copula": vine,
    "SMOTE": smote,
    "CTGAN": gan,
    "TVAE": autoencoder,
}


def _imported(name: str, extra: str = "bench") -> ModuleType:
    """The module, or one sentence that says what is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} cannot be imported ({error}): install it with pip install 'scorelab[{extra}]'"
        ) from error


def _seed(half: Half) -> int:
    """A seed drawn from the half's generator, given to NumPy's global one too."""
    seed = int(torch.randint(2**31, (1,), generator=half.generator))
    np.random.seed(seed)  # noqa: NPY002 (some of them draw from nothing else)
    return seed


def _rows(made: pd.DataFrame, half: Half) -> pd.DataFrame:
    """Made rows as `load` gives them: whole numbers, codes among those of the training rows."""
    whole = made[list(COLUMNS)].astype("float64").round().astype("int64").reset_index(drop=True)
    for name in CODES:
        known = half.rows[name].astype("int64")
        whole[name] = whole[name].clip(known.min(), known.max())
    return cast("pd.DataFrame", whole.astype(dict.fromkeys(CATEGORICAL, "category")))
