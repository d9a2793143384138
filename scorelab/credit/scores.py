"""How far a synthetic table is from a real one, by libraries where they exist.

Errors are 100 (1 − score), so that 0 is perfect; independent columns do well on `shape_error`, so
never show it alone.
"""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING, Any, cast

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from scorelab.validate import require

from .table import CODES, COLUMNS, NUMERIC, TARGET, check

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier


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
    ten bins of equal width between the extremes of the real column. A column that is constant has
    no correlation: its pairs with numbers are NaN, with a warning that names it.
    """
    frames = _whole(real, synthetic)
    edges = {name: _ten_bins(frames[0][name]) for name in NUMERIC}
    binned = [_binned(frame, edges) for frame in frames]
    return _pair_errors(frames, binned, _constant(frames))


def trend_error(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """The mean of `trend_errors`, in per cent; NaN, with a warning, if a number is constant."""
    errors = trend_errors(real, synthetic)
    return float(sum(errors.values())) / len(errors)


def report_error(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    correlation: float = 0.5,
    association: float = 0.3,
) -> float:
    """100 (1 − Column Pair Trends) as the QualityReport of sdmetrics 0.32 has it, in per cent.

    It differs from `trend_error`, and is not to be compared with it. It leaves out pairs whose
    absolute correlation (for two numbers) or Cramér's V (for others) in the real table is at most
    ``correlation`` or ``association``, and cuts each table into ten bins between extremes of its
    own. With both −1 it has all pairs, as the report had before it knew thresholds.
    """
    frames = _whole(real, synthetic)
    binned = [
        _binned(f, {name: _ten_bins(f[name], closed=True) for name in NUMERIC}) for f in frames
    ]
    errors = _pair_errors(frames, binned, _constant(frames))
    kept = [
        error
        for pair, error in errors.items()
        if _strength(frames[0], binned[0], pair)
        > (correlation if _numbers_only(pair) else association)
    ]
    return float(sum(kept)) / len(kept) if kept else float("nan")


def information_error(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """How far the normalised mutual information of pairs is off, weighted by the real one, in %.

    100 Σ w abs(I_real − I_synthetic) / Σ w I_real, w = I_real and I = 2 I(a; b) / (H(a) + H(b)),
    numbers in ten bins at the deciles of the real column. Pairs that have nothing to do with each
    other weigh nothing, so that independent columns, whose I is 0, have 100 (our choice).
    """
    import numpy as np

    frames = _whole(real, synthetic)
    deciles = [k / 10 for k in range(1, 10)]
    edges = {name: np.quantile(frames[0][name], deciles) for name in NUMERIC}
    true, made = (_information(_binned(frame, edges)) for frame in frames)
    return 100 * float((true * (true - made).abs()).sum() / true.square().sum())


def _whole(real: pd.DataFrame, synthetic: pd.DataFrame) -> list[pd.DataFrame]:
    """Both tables as whole numbers, their columns in one order."""
    names = list(_both(real, synthetic))
    return [cast("pd.DataFrame", frame[names].astype("int64")) for frame in (real, synthetic)]


def _pair_errors(
    numbers: list[pd.DataFrame], binned: list[pd.DataFrame], constant: set[str]
) -> dict[tuple[str, str], float]:
    from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity

    errors = {}
    for pair in itertools.combinations(COLUMNS, 2):
        frames = numbers if _numbers_only(pair) else binned
        similarity = CorrelationSimilarity if _numbers_only(pair) else ContingencySimilarity
        one, other = (frame[list(pair)] for frame in frames)
        undefined = _numbers_only(pair) and constant & set(pair)
        errors[pair] = float("nan") if undefined else 100 * (1 - similarity.compute(one, other))
    return errors


def _numbers_only(pair: tuple[str, str]) -> bool:
    return set(pair) <= set(NUMERIC)


def _constant(frames: list[pd.DataFrame]) -> set[str]:
    """The numeric columns that are constant in one of the tables; warns if there are any."""
    found = {name for frame in frames for name in NUMERIC if frame[name].nunique() == 1}
    if found:
        warnings.warn(
            f"constant, so that its correlations are not defined: {', '.join(sorted(found))}",
            stacklevel=3,
        )
    return found


def _ten_bins(column: Any, *, closed: bool = False) -> np.ndarray:
    """The inner edges of ten bins between a column's extremes; ``closed``, the outer ones too."""
    import numpy as np

    edges = np.histogram_bin_edges(column, 10)
    return edges if closed else edges[1:-1]


def _binned(frame: pd.DataFrame, edges: dict[str, Any]) -> pd.DataFrame:
    """The table with numbers as the bins they are in."""
    import numpy as np

    return frame.assign(**{n: np.digitize(frame[n], edge) for n, edge in edges.items()})


def _strength(numbers: pd.DataFrame, binned: pd.DataFrame, pair: tuple[str, str]) -> float:
    """The absolute correlation of two numbers, or Cramér's V of a pair with a code."""
    import numpy as np
    import pandas as pd
    from scipy.stats.contingency import association

    one, other = pair
    if _numbers_only(pair):
        return abs(float(np.corrcoef(numbers[one], numbers[other])[0, 1]))
    counts = pd.crosstab(binned[one], binned[other]).to_numpy()
    return float(association(counts, method="cramer")) if min(counts.shape) > 1 else float("nan")


def _information(binned: pd.DataFrame) -> Tensor:
    """The normalised mutual information of each pair of columns, (276,)."""
    ones = [
        torch.tensor(binned[name].to_numpy()).unique(return_inverse=True)[1] for name in COLUMNS
    ]
    ones = [torch.nn.functional.one_hot(each).double() for each in ones]
    entropies = [float(torch.special.entr(each.mean(0)).sum()) for each in ones]
    found = []
    for i, j in itertools.combinations(range(len(ones)), 2):
        joint = float(torch.special.entr(ones[i].T @ ones[j] / len(binned)).sum())
        total = entropies[i] + entropies[j]
        found.append(2 * (total - joint) / total if total else 0.0)
    return torch.tensor(found)


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
    rows = np.concatenate((as_numbers(real), as_numbers(synthetic)))
    made = np.repeat((0, 1), (len(real), len(synthetic)))
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    with threadpool_limits(1):
        guess = cross_val_predict(boosted_trees(seed), rows, made, cv=folds, method="predict_proba")
    return 2 * (1 - max(0.5, float(roc_auc_score(made, np.asarray(guess)[:, 1]))))


def tstr_auc(synthetic: pd.DataFrame, real: pd.DataFrame, seed: int = 0) -> float:
    """The AUC for `TARGET` of boosted trees trained on synthetic rows, tested on real ones.

    Train on synthetic, test on real: one half is chance. One half, too, where all synthetic
    clients do the same, so that there is nothing to learn. Raises ValueError where all real ones
    do, so that there is nothing to tell apart, and for no rows.
    """
    from sklearn.metrics import roc_auc_score

    _both(real, synthetic)
    classes = sorted(set(real[TARGET]))
    require(len(classes) == 2, f"real[{TARGET!r}]", classes, "must hold both classes")
    if synthetic[TARGET].nunique() == 1:
        return 0.5
    known = [COLUMNS.index(name) for name in COLUMNS if name != TARGET]
    trees = boosted_trees(seed, learning_rate=0.05)
    with threadpool_limits(1):
        trees.fit(as_numbers(synthetic)[:, known], synthetic[TARGET].to_numpy())
        guess = trees.predict_proba(as_numbers(real)[:, known])[:, 1]
    return float(roc_auc_score(real[TARGET].to_numpy(), guess))


def _both(real: pd.DataFrame, synthetic: pd.DataFrame) -> tuple[str, ...]:
    """The names of the columns, if both frames have them and hold what they may."""
    for frame in (real, synthetic):
        check(frame)
    return COLUMNS


def as_numbers(frame: pd.DataFrame) -> np.ndarray:
    """The table's columns in their order as float64, (rows, columns)."""
    return frame[list(COLUMNS)].astype("float64").to_numpy()


def boosted_trees(seed: int, learning_rate: float = 0.1) -> HistGradientBoostingClassifier:
    """Boosted trees. Keep them on one thread: they meet at a barrier for each of thousands of
    small steps, where more threads can cost tenfold.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(learning_rate=learning_rate, random_state=seed)
