"""How far a synthetic table is from a real one, by libraries where they exist.

Errors are 100 (1 − score), so that 0 is perfect; independent columns do well on `shape_error`, so
never show it alone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from scorelab.validate import require

from .table import CODES, COLUMNS, NUMERIC, TARGET, check

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier

#: Rows of distances that are held at once.
ROWS = 256


def shape_error(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """How far the columns are apart, one by one, in per cent: 100 (1 − mean of the scores).

    sdmetrics' KSComplement for numbers, TVComplement for codes.
    """
    from sdmetrics.single_column import KSComplement, TVComplement

    scores = [
        (TVComplement if name in CODES else KSComplement).compute(
            *(frame[name].astype("int64") for frame in (real, synthetic))
        )
        for name in _both(real, synthetic)
    ]
    return 100 * (1 - float(sum(scores)) / len(scores))


def trend_errors(real: pd.DataFrame, synthetic: pd.DataFrame) -> dict[tuple[str, str], float]:
    """How far each of the 276 pairs of columns is off, in per cent: 100 (1 − score).

    sdmetrics' CorrelationSimilarity for two numbers; else its ContingencySimilarity, numbers in
    ten bins of equal width between the extremes of the real column.
    """
    import pandas as pd
    from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
    from sdmetrics.utils import discretize_column

    frames = [frame[list(_both(real, synthetic))].astype("int64") for frame in (real, synthetic)]
    ten = {name: discretize_column(frames[0][name], frames[1][name]) for name in NUMERIC}
    binned = [
        frame.assign(**{name: pd.Series(sides[i]) for name, sides in ten.items()})
        for i, frame in enumerate(f.reset_index(drop=True) for f in frames)
    ]
    errors = {}
    for pair in itertools.combinations(COLUMNS, 2):
        numbers = set(pair) <= set(NUMERIC)
        similarity = CorrelationSimilarity if numbers else ContingencySimilarity
        one, other = (frame[list(pair)] for frame in (frames if numbers else binned))
        errors[pair] = 100 * (1 - similarity.compute(one, other))
    return errors


def trend_error(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """The mean of `trend_errors`, in per cent; NaN if a numeric column is constant."""
    errors = trend_errors(real, synthetic)
    return float(sum(errors.values())) / len(errors)


def c2st(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int = 0) -> float:
    """Whether boosted trees can tell the rows apart: 2 (1 − AUC), from 0, always, to 1, never.

    The classifier two-sample test, three-fold: scikit-learn's HistGradientBoostingClassifier as it
    is, shuffled by ``seed``. An AUC below one half counts as one half. Use as many synthetic rows
    as real ones: the more there are, the more it finds.
    """
    import numpy as np
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    _both(real, synthetic)
    rows = np.concatenate((_numbers(real), _numbers(synthetic)))
    made = np.repeat((0, 1), (len(real), len(synthetic)))
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    with threadpool_limits(1):
        guess = cross_val_predict(_trees(seed), rows, made, cv=folds, method="predict_proba")
    return 2 * (1 - max(0.5, float(roc_auc_score(made, np.asarray(guess)[:, 1]))))


def tstr_auc(synthetic: pd.DataFrame, real: pd.DataFrame, seed: int = 0) -> float:
    """The AUC for `TARGET` of boosted trees trained on synthetic rows, tested on real ones.

    Train on synthetic, test on real: one half is chance. One half, too, where all synthetic
    clients do the same, so that there is nothing to learn.
    """
    from sklearn.metrics import roc_auc_score

    _both(real, synthetic)
    if synthetic[TARGET].nunique() == 1:
        return 0.5
    known = [COLUMNS.index(name) for name in COLUMNS if name != TARGET]
    trees = _trees(seed, learning_rate=0.05)
    with threadpool_limits(1):
        trees.fit(_numbers(synthetic)[:, known], synthetic[TARGET].to_numpy())
        guess = trees.predict_proba(_numbers(real)[:, known])[:, 1]
    return float(roc_auc_score(real[TARGET].to_numpy(), guess))


def dcr(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> float:
    """The share of synthetic rows that are nearer to a training row than to any hold-out row.

    Distance to closest record: one half where nothing was copied, 1 where all was. A tie counts
    half. The distance is the sum over columns of the difference in rank, as a share of all training
    rows, for numbers, and of 1 for codes that differ (our choice). Raises ValueError unless
    ``train`` and ``holdout`` are of the same size: the larger would be nearer by chance.
    """
    sizes = len(train), len(holdout)
    require(sizes[0] == sizes[1], "len(train), len(holdout)", sizes, "must be equal")
    places = {name: torch.tensor(train[name].to_numpy()).sort().values for name in NUMERIC}
    made, seen, unseen = (_places(check(f), places) for f in (synthetic, train, holdout))
    near, far = (_nearest(made, other) for other in (seen, unseen))
    return float(((near < far).double() + (near == far).double() / 2).mean())


def _places(frame: pd.DataFrame, sorted_columns: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """The numbers as mid-ranks in [0, 1], (n, 14), and the codes, one-hot, (n, all levels)."""
    ranks, codes = [], []
    for name in COLUMNS:
        column = torch.tensor(frame[name].astype("int64").to_numpy())
        if name in CODES:
            codes.append(column[:, None] == torch.tensor(CODES[name]))
        else:
            ends = (
                torch.searchsorted(sorted_columns[name], column, right=r) for r in (False, True)
            )
            ranks.append(sum(ends) / (2 * len(sorted_columns[name])))
    return torch.stack(ranks, 1).float(), torch.cat(codes, 1).float()


def _nearest(made: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor]) -> Tensor:
    """The distance of each made row to the nearest other one, less the number of codes, (n,)."""
    parts = zip(made[0].split(ROWS), made[1].split(ROWS), strict=True)
    return torch.cat(
        [(torch.cdist(r, other[0], p=1) - c @ other[1].T).min(1).values for r, c in parts]
    )


def _both(real: pd.DataFrame, synthetic: pd.DataFrame) -> tuple[str, ...]:
    """The names of the columns, if both frames have them and hold what they may."""
    for frame in (real, synthetic):
        check(frame)
    return COLUMNS


def _numbers(frame: pd.DataFrame) -> np.ndarray:
    return frame[list(COLUMNS)].astype("float64").to_numpy()


def _trees(seed: int, learning_rate: float = 0.1) -> HistGradientBoostingClassifier:
    """Boosted trees. Keep them on one thread: they meet at a barrier for each of thousands of
    small steps, where more threads can cost tenfold.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(learning_rate=learning_rate, random_state=seed)
