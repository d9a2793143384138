"""The comparison of notebook 10: what is made, how it is judged, and the precomputed table.

The protocol is our choice. A third of the 30,000 rows is kept for the end. A seed halves the rest:
one half is trained on, and every method makes as many synthetic rows as it has; the other half
judges them and is never trained on. A tenth of the training half is put aside where a method needs
a hold-out. The third kept judges all once, when nothing is chosen any more.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from scorelab.sweep import Study, grid

from .baselines import BASELINES
from .bench import BENCH, Draw
from .encoding import normal_scores
from .half import Half, final
from .judge import Attacked, quality
from .models import MODELS

if TYPE_CHECKING:
    import pandas as pd

SEEDS = range(5)
METHODS = (*BASELINES, *MODELS, *BENCH)
#: With the seed added, what judging draws from: ranks inside ties.
JUDGING = 10_000
#: What the third that is kept judges.
FINALISTS = (
    "real",
    "mixture alone",
    "framework on mixture",
    "features on αx",
    "deep on αx, 6,000 steps",
    "adversarial forest",
    "vine copula",
    "SMOTE",
)


class Made(NamedTuple):
    """Synthetic points (n, 24) or rows, and ``found``: what there is to say of their making."""

    rows: Tensor | pd.DataFrame
    found: dict[str, float]


def make(method: str, half: Half) -> Made:
    """Train a method of `METHODS` on a half and sample it.

    ``found`` has the ``seconds`` of processor time that training took, forms and stops included,
    those of ``sampling``, and what the method itself says.
    """
    if method in BASELINES:
        return Made(BASELINES[method](half), {})
    draw, found = _draw(method, half)
    trained = time.process_time()
    rows = draw()
    return Made(rows, found | {"sampling": time.process_time() - trained})


def _draw(method: str, half: Half) -> tuple[Draw, dict[str, float]]:
    """What draws a trained method's rows, and what is known of it so far."""
    start = time.process_time()
    if method in BENCH:
        return BENCH[method](half), {"seconds": time.process_time() - start}
    denoiser, found = MODELS[method](half)
    return partial(half.sample, denoiser), {"seconds": time.process_time() - start, **found}


def experiment(method: str, seed: int, rows: int = 10_000) -> dict[str, float]:
    """One method on one seed: its scores, as `quality` and `Attacked` give them.

    The margins of made rows are given back; ``sampled_`` and the same names are the scores of
    quality before that, ``final_``, for `FINALISTS`, those that the third kept for the end gives.
    """
    half = Half(seed, rows, rows)
    made = make(method, half)
    half.generator.manual_seed(JUDGING + seed)  # whatever making them has drawn
    return judged(method, half, made)


def judged(method: str, half: Half, made: Made) -> dict[str, float]:
    """All scores of what a method made from a half, and what was found."""
    sampled, rows = _tables(method, half, made)
    found = dict(made.found)
    if method not in BASELINES:
        found |= {f"sampled_{name}": score for name, score in quality(half.other, sampled).items()}
    if method != "real":
        found |= Attacked(half).scores(rows)
    if method in FINALISTS:
        kept = quality(final().head(len(rows)), rows)
        found |= {f"final_{name}": score for name, score in kept.items() if name != "shape"}
    return {**quality(half.other, rows), **found}


def _tables(method: str, half: Half, made: Made) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The made rows as sampled, and with their margins given back."""
    if method in BASELINES and not isinstance(made.rows, Tensor):
        return made.rows, made.rows
    if isinstance(made.rows, Tensor):
        x, sampled = made.rows, half.code.decode(made.rows)
    else:
        x, sampled = half.code.encode(made.rows, generator=half.generator), made.rows
    return sampled, half.code.decode(normal_scores(x))


#: Some cells are dear, and the shipped table may lack them: it grows.
COMPARISON = Study.csv("credit-table", experiment, grid(seed=SEEDS, method=METHODS))
table = COMPARISON.table
