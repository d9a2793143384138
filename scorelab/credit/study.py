"""The comparison of notebook 10: what is made, how it is scored, and the precomputed tables.

The protocol is our choice. A seed shuffles the 30,000 rows and halves them: one half is trained
on, and every method makes as many synthetic rows as it has; the other half judges them and is
never trained on. A tenth of the training half is put aside where a method needs a hold-out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Generator

from scorelab import validate
from scorelab.process import Denoiser, OrnsteinUhlenbeck
from scorelab.sampling import sample

from . import framework, heuristic, scores
from .encoding import Encoding
from .framework import T_MAX, T_MIN, MixtureForm
from .table import load

if TYPE_CHECKING:
    import pandas as pd

DATA = Path(__file__).parents[1] / "data"
TABLE, SEARCH, PATHS = (DATA / f"credit-{name}.csv" for name in ("table", "search", "paths"))
SEEDS, TRIES = range(5), range(16)
#: Bands of noise levels, neurons of each band's network, and the stops that it is recorded at.
BANDS, WIDTH, STOPS = 4, 512, (0, 1, 3, 10, 30, 100)
#: Numbers of components that the mixture is chosen from, by held-out likelihood.
COMPONENTS = (8, 16, 32)
FORMS = ("independent", "Gaussian", "mixture")
#: Steps of the ancestral sampler.
STEPS = 50
PROCESS = OrnsteinUhlenbeck(T_MIN, T_MAX)

Synthetic = tuple["pd.DataFrame", dict[str, float]]


class Half:
    """The training half of a seed: its ``rows``, the ``other`` half, the code, and the points.

    For a quick look, ``rows`` of one half and ``others`` of the other. ``x`` (n, 24) are the coded
    rows, of which a tenth, ``holdout``, is put aside and ``fit`` is left. ``generator`` draws all
    that is random afterwards.
    """

    def __init__(self, seed: int, rows: int = 15_000, others: int = 15_000) -> None:
        self.generator, table = Generator().manual_seed(seed), _table()
        order = torch.randperm(len(table), generator=self.generator).numpy()
        self.rows, self.other = (
            table.iloc[part].reset_index(drop=True) for part in (order[:rows], order[-others:])
        )
        self.code = Encoding(self.rows)
        self.x = self.code.encode(self.rows, generator=self.generator).float()
        self.holdout, self.fit = self.x[: rows // 10], self.x[rows // 10 :]

    def draw(self, denoiser: Denoiser) -> pd.DataFrame:
        """As many synthetic rows as there are to judge them."""
        made = sample(PROCESS, denoiser, len(self.other), self.code.dim, STEPS,
                      generator=self.generator)  # fmt: skip
        return self.code.decode(made)


_table = lru_cache(maxsize=1)(load)


def real(half: Half) -> Synthetic:
    """The training rows themselves, as if they were synthetic: what a perfect model would get."""
    return half.rows, {}


def copied(half: Half) -> Synthetic:
    """Training rows drawn with replacement."""
    n = len(half.rows)
    chosen = torch.randint(n, (n,), generator=half.generator).numpy()
    return half.rows.iloc[chosen].reset_index(drop=True), {}


def independent(half: Half) -> Synthetic:
    """Each column in an order of its own."""
    n = len(half.rows)
    orders = {name: torch.randperm(n, generator=half.generator).numpy() for name in half.rows}
    return half.rows.apply(lambda c: c.iloc[orders[c.name]].reset_index(drop=True)), {}


def copula(half: Half) -> Synthetic:
    """A Gaussian copula: normal scores with the training rows' covariance."""
    root = torch.linalg.cholesky(torch.cov(half.x.T))
    noise = torch.randn(half.x.shape, generator=half.generator)
    return half.code.decode(noise @ root.T), {}


def fit_form(half: Half, kind: str, components: Sequence[int] = COMPONENTS) -> MixtureForm:
    """The form f_0: of "independent" columns, a "Gaussian" copula's, or a "mixture" of those.

    How many a mixture has is chosen by the likelihood of the tenth put aside.
    """
    if validate.one_of("kind", kind, FORMS) == "independent":
        return MixtureForm.independent(half.code.dim)
    count = 1
    if kind == "mixture":
        count = framework.choose_components(
            half.fit, half.holdout, components, generator=half.generator
        )
    return MixtureForm.fit(half.fit, count, generator=half.generator)


def mixture(half: Half) -> Synthetic:
    """The mixture form by itself, without a network, through the same sampler."""
    form = fit_form(half, "mixture")
    return half.draw(form.denoiser(PROCESS)), {"components": len(form.means)}


def framed(half: Half, kind: str) -> Synthetic:
    """The framework on a form: networks in all bands, each stopped by the tenth put aside."""
    form, bands = fit_form(half, kind), framework.bands(BANDS)
    found, nets = {"components": len(form.means)}, []
    trained = framework.paths(bands, form, half.fit, WIDTH, STOPS, generator=half.generator)
    for i, (band, path) in enumerate(trained):
        stop = framework.holdout_stop(band, path, form, half.holdout, generator=half.generator)
        loo = framework.loo_stop(band, form, half.fit, generator=half.generator)
        found |= {f"stop_{i}": stop, f"loo_{i}": loo}
        nets.append(path.at(stop))
    return half.draw(framework.assemble(form, bands, nets)), found


def tuned(half: Half) -> Synthetic:
    """The heuristic with the best settings of the search, which saw seed 0's training half."""
    net = heuristic.train(PROCESS, half.fit, best_settings(), generator=half.generator)
    return half.draw(net), {}


METHODS: dict[str, Callable[[Half], Synthetic]] = {
    "real": real,
    "copied rows": copied,
    "independent columns": independent,
    "Gaussian copula": copula,
    "mixture alone": mixture,
    **{f"framework, {kind}": partial(framed, kind=kind) for kind in FORMS},
    "tuned heuristic": tuned,
}


def experiment(method: str, seed: int, rows: int = 15_000) -> dict[str, float]:
    """One method on one seed: all its scores, and ``seconds`` of processor time to make its rows.

    For the frameworks, too: ``components`` of the form, and for each band i the stops ``stop_i`` of
    the hold-out, which is used, and ``loo_i`` of leave-one-out.
    """
    half, start = Half(seed, rows), time.process_time()
    made, found = METHODS[method](half)
    seconds = time.process_time() - start
    return {**judge(half, made, copies=method != "real"), "seconds": seconds, **found}


def judge(half: Half, made: pd.DataFrame, *, copies: bool = True) -> dict[str, float]:
    """The scores of synthetic rows: shape, trend, c2st, tstr, dcr.

    Real rows are among the training rows: without ``copies``, the DCR is that of rows of the other
    half, between equal parts of both.
    """
    part, unseen = len(half.other) // 2, half.other.head(len(half.rows))
    near = (
        scores.dcr(made.head(part), half.rows, unseen)
        if copies
        else scores.dcr(unseen.head(part), half.rows.tail(part), unseen.tail(part))
    )
    return {
        "shape": scores.shape_error(half.other, made),
        "trend": scores.trend_error(half.other, made),
        "c2st": scores.c2st(half.other, made),
        "tstr": scores.tstr_auc(made, half.other),
        "dcr": near,
    }


def trial(number: int) -> dict[str, float]:
    """One draw of the heuristic's settings: its hold-out ``loss`` and ``seconds`` of processor."""
    half = Half(0)
    settings = heuristic.draw_settings(generator=Generator().manual_seed(number))
    start = time.process_time()
    net = heuristic.train(PROCESS, half.fit, settings, generator=half.generator)
    seconds = time.process_time() - start
    seen = heuristic.loss(net, half.holdout, 4, generator=Generator().manual_seed(0))
    return {**vars(settings), "loss": float(seen), "seconds": seconds}


def searched() -> pd.DataFrame:
    """The precomputed search: a row for each trial."""
    import pandas as pd

    return pd.read_csv(SEARCH)


def best_settings() -> heuristic.Settings:
    """Those of the least hold-out loss in the table of the search."""
    found = searched().sort_values("loss").iloc[0]
    kinds = {"width": int, "depth": int, "rate": float, "steps": int, "average": float}
    return heuristic.Settings(**{name: kind(found[name]) for name, kind in kinds.items()})


def table() -> pd.DataFrame:
    """The precomputed comparison: a row for each method and seed."""
    import pandas as pd

    return pd.read_csv(TABLE)
