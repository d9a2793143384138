"""The comparison of notebook 10: what is made, how it is scored, and the precomputed tables.

The protocol is our choice. A seed shuffles the 30,000 rows and halves them: one half is trained
on, and every method makes as many synthetic rows as it has; the other half judges them and is
never trained on. A tenth of the training half is put aside where a method needs a hold-out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from torch import Generator

from scorelab import validate
from scorelab.path import Denoiser
from scorelab.sweep import Study, grid

from . import framework, heuristic, privacy, scores
from .baselines import BASELINES
from .encoding import normal_scores
from .half import PROCESS, Half
from .mixture import MixtureForm

if TYPE_CHECKING:
    import pandas as pd

SEEDS, TRIES = range(5), range(16)
#: Bands of noise levels, neurons of each band's network, and the stops that it may take.
BANDS, WIDTH, STOPS = 4, 512, (0, 1, 3, 10, 30, 100, 300, 1000, 3000)
#: Directions of the random features, and how many noises of each row they are fitted to.
FEATURES, DRAWS = 64, (1, 16)
#: Numbers of components that the mixture is chosen from, by held-out likelihood.
COMPONENTS = (8, 16, 32)
FORMS = ("independent", "Gaussian", "mixture")

#: A denoiser of points, and what else there is to say of how it was made.
Model = tuple[Denoiser, dict[str, float]]


def fit_form(half: Half, kind: str, components: Sequence[int] = COMPONENTS) -> MixtureForm:
    """The form f_0: of "independent" columns, a "Gaussian" copula's, or a "mixture" of those.

    How many a mixture has is chosen by the likelihood of the tenth put aside.
    """
    if validate.one_of("kind", kind, FORMS) == "independent":
        return MixtureForm.independent(half.code.dim)
    counts = components if kind == "mixture" else (1,)
    return MixtureForm.fit(half.fit, counts, half.holdout, generator=half.generator)


def _components(form: MixtureForm) -> dict[str, float]:
    return {"components": len(form.means)}


def mixture(half: Half) -> Model:
    """The mixture form by itself, without a network."""
    form = fit_form(half, "mixture")
    return form.denoiser(PROCESS), _components(form)


def framed(half: Half, kind: str) -> Model:
    """The framework on a form: a network a band, each stopped by the tenth put aside."""
    form, bands = fit_form(half, kind), framework.bands(BANDS)
    nets, found = [], _components(form)
    for i, band in enumerate(bands):
        snapshot = framework.train(
            band, form, half.fit, half.holdout, WIDTH, STOPS, generator=half.generator
        )
        found[f"stop_{i}"] = snapshot.step
        nets.append(snapshot.net)
    return framework.assemble(form, bands, nets), found


def solved(half: Half, kind: str, draws: int) -> Model:
    """The framework with random features in place of networks, solved, and ``draws`` noises."""
    form, bands = fit_form(half, kind), framework.bands(BANDS)
    corrections, found = [], _components(form)
    for i, band in enumerate(bands):
        flow = framework.feature_flow(
            band, form, half.fit, FEATURES, draws, generator=half.generator
        )
        stop = framework.holdout_stop(band, flow, form, half.holdout, generator=half.generator)
        found[f"stop_{i}"] = stop
        corrections.append(flow.at(stop))
    return framework.assemble(form, bands, corrections), found


def tuned(half: Half) -> Model:
    """The heuristic with the best settings of the search, which saw seed 0's training half."""
    return heuristic.train(PROCESS, half.fit, best_settings(), generator=half.generator), {}


#: The framework's methods, and the form that each starts from.
FRAMED = {f"framework, {kind}": kind for kind in FORMS}
MODELS: dict[str, Callable[[Half], Model]] = {
    "mixture alone": mixture,
    **{method: partial(framed, kind=kind) for method, kind in FRAMED.items()},
    **{
        f"features × {draws}, {kind}": partial(solved, kind=kind, draws=draws)
        for kind in FORMS[1:]
        for draws in DRAWS
    },
    "tuned heuristic": tuned,
}
METHODS = (*BASELINES, *MODELS)


def experiment(method: str, seed: int, rows: int = 15_000) -> dict[str, float]:
    """One method on one seed: its scores, as `yardsticks` gives them.

    For models, too, ``sampled_`` and the same names, the scores of the rows as sampled, before
    their margins are given back; ``seconds`` of processor time to make the denoiser; what
    ``found`` says, as the ``components`` of a form and each band's ``stop_i``; and for the
    framework ``loo_i``, where leave-one-out would have stopped.
    """
    half = Half(seed, rows)
    if method in BASELINES:
        return yardsticks(half, BASELINES[method](half), copies=method != "real")
    start = time.process_time()
    denoiser, found = MODELS[method](half)
    seconds, x = time.process_time() - start, half.sample(denoiser)
    if method in FRAMED:
        found |= leave_one_out(half, FRAMED[method])
    sampled = yardsticks(half, half.code.decode(x))
    return {
        **yardsticks(half, half.code.decode(normal_scores(x))),
        **{f"sampled_{name}": score for name, score in sampled.items()},
        "seconds": seconds,
        **found,
    }


def leave_one_out(half: Half, kind: str) -> dict[str, float]:
    """The stop ``loo_i`` of leave-one-out in each band i."""
    form = fit_form(half, kind)
    return {
        f"loo_{i}": framework.loo_stop(band, form, half.fit, generator=half.generator)
        for i, band in enumerate(framework.bands(BANDS))
    }


def yardsticks(half: Half, made: pd.DataFrame, *, copies: bool = True) -> dict[str, float]:
    """The scores of synthetic rows: shape, trend, c2st, tstr, dcr.

    Real rows are among the training rows: without ``copies``, the DCR is that of rows of the other
    half, between equal parts of both.
    """
    part, unseen = len(half.other) // 2, half.other.head(len(half.rows))
    near = (
        privacy.dcr(made.head(part), half.rows, unseen)
        if copies
        else privacy.dcr(unseen.head(part), half.rows.tail(part), unseen.tail(part))
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


SEARCH = Study.csv("credit-search", trial, grid(number=TRIES))
searched = SEARCH.table


def best_settings() -> heuristic.Settings:
    """Those of the least hold-out loss in the table of the search."""
    found = searched().sort_values("loss").iloc[0]
    kinds = {"width": int, "depth": int, "rate": float, "steps": int, "average": float}
    return heuristic.Settings(**{name: kind(found[name]) for name, kind in kinds.items()})


COMPARISON = Study.csv("credit-table", experiment, grid(seed=SEEDS, method=METHODS))
table = COMPARISON.table
