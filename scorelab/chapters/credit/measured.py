"""What the notebook and its explorers read from the shipped table: means, pairs, and families."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from scorelab.credit import study
from scorelab.credit.bench import BENCH

if TYPE_CHECKING:
    import pandas as pd


class Score(NamedTuple):
    """A score as it is printed: its words, digits, and whether more of it is better."""

    words: str
    digits: int
    more: bool


QUALITY = {
    "c2st": Score("C2ST", 3, True),
    "trend": Score("trend error %", 2, False),
    "information": Score("information error %", 1, False),
    "tstr": Score("TSTR", 3, True),
}
#: Which rows are judged, by the words that a reader sees: the prefix of the scores in the table.
JUDGES = {"margins given back": "", "as sampled": "sampled_"}
#: Which methods are shown together, by how their names begin.
FAMILIES = {
    "framework": ("framework", "features"),
    "form alone": ("mixture alone", "Gaussian copula"),
    "deep": ("deep",),
    "between": ("two layers", "first layer", "own neurons", "tangent"),
    "others": tuple(BENCH),
}


@lru_cache(maxsize=1)
def rows() -> dict[str, pd.DataFrame]:
    """The table's rows of each method, by seed."""
    groups = study.table().sort_values("seed").groupby("method", sort=False)
    return {str(method): rows for method, rows in groups}


def family(method: str) -> str:
    """The family of a method, or "" for one that is not on the frontier."""
    found = [name for name, begins in FAMILIES.items() if method.startswith(begins)]
    return found[0] if found else ""


def of(method: str, name: str) -> Tensor:
    """One score of a method, a number a seed."""
    return torch.tensor(rows()[method][name].to_numpy(), dtype=torch.float64)


def gain(method: str, other: str, name: str, others_name: str = "") -> Tensor:
    """A score of one method less that of another, seed by seed, on the seeds that both have.

    What is hard or easy in the halves of a seed drops out. ``others_name`` is for a score that
    has another name in the rows of the other.
    """
    found, theirs = _by_seed(method, name), _by_seed(other, others_name or name)
    return torch.tensor([found[s] - theirs[s] for s in found if s in theirs], dtype=torch.float64)


def _by_seed(method: str, name: str) -> dict[int, float]:
    seeds = (int(seed) for seed in rows()[method]["seed"])
    return dict(zip(seeds, of(method, name).tolist(), strict=True))


def cost(method: str) -> float:
    """The seconds of processor time of training and 10,000 rows, NaN for what trains nothing.

    The median of the seeds: other work on a machine makes some of them dearer, and none cheaper.
    """
    return float((of(method, "seconds") + of(method, "sampling")).quantile(0.5))


def mean(values: Tensor) -> tuple[float, float]:
    """The mean over seeds and its standard error, which is NaN for one seed."""
    spread = float(values.std()) if len(values) > 1 else math.nan
    return float(values.mean()), spread / len(values) ** 0.5


def shown(method: str, names: dict[str, Score], prefix: str = "") -> str:
    """The means and standard errors of scores, in one line; of one seed, what it has."""
    return _line(names, lambda name: of(method, prefix + name))


def counted(seeds: int) -> str:
    """How many seeds there are, in words: "(3 seeds)", and of one, that it has no error."""
    return f"({seeds} seeds)" if seeds > 1 else "(1 seed, no error)"


def differences(methods: Sequence[str], other: str) -> str:
    """A line for each method: what it has more than another, ± the standard error of that."""
    head = f"{f'less {other}':36}" + "".join(f"{score.words:>20}" for score in QUALITY.values())
    lines = (
        f"{method:36}{_line(QUALITY, partial(gain, method, other))}"
        f"   {counted(len(gain(method, other, 'c2st')))}"
        for method in methods
    )
    return "\n".join([head, *lines])


def _line(names: dict[str, Score], values: Callable[[str], Tensor]) -> str:
    found = [(mean(values(name)), score.digits) for name, score in names.items()]
    words = (f"{m:.{k}f}" + (f" ± {e:.{k}f}" if e == e else " " * (k + 5)) for (m, e), k in found)
    return "".join(f"{each:>20}" for each in words)
