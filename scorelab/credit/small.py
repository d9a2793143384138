"""The small run of notebook 10: one band, few rows, and every stop, also of the infinite network.

It draws its clients from the whole table, and nothing of the comparison is chosen by it.

``experiment`` is a cell of the table behind the explorer. The notebook makes some of it live.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from scorelab import metrics
from scorelab.descent import descend
from scorelab.kernel import KernelFlow
from scorelab.network import TwoLayerNet
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck
from scorelab.stopping import loo_scores
from scorelab.sweep import Study

from . import framework, models, privacy, scores
from .framework import T_MAX, T_MIN, Corrected
from .half import Half
from .scores import trend_errors
from .table import CODES, COLUMNS, load

if TYPE_CHECKING:
    import pandas as pd

#: Clients and noises of each: as many rows to train on, but of fewer people.
DATA = {"1,000 clients, 1 noise each": (1000, 1), "100 clients, 10 noises each": (100, 10)}
#: The forms that leave the network something to learn from so few clients.
FORMS = ("independent", "Gaussian")
OTHERS = 1000
WIDTHS = (64, 1024, math.inf)
STOPS = (0, 3, 10, 30, 100, 300, 1000)
#: The kernel flow has all stops at one price, so that it goes on to where everything is fitted.
LATE = (10_000, 1_000_000)
BINS = 14


class Small:
    """A few clients of a seed's half, a form, and the regression of f_W on one band of all times.

    ``data`` are the labels of the clients that are trained on, with ``draws`` noises each,
    ``fresh`` those of the tenth that is put aside, with five each; f_W sees their ``features``.
    ``kind`` is one of `models.FORMS`.
    """

    def __init__(
        self, kind: str, clients: int, draws: int, seed: int = 0, others: int = OTHERS
    ) -> None:
        self.half = Half(seed, clients, others, _table())
        self.band, generator = OrnsteinUhlenbeck(T_MIN, T_MAX), self.half.generator
        self.features = framework.log_features(self.band)
        fitted = models.fit_form(self.half, kind, components=(2, 4, 8))
        self.form, self.net_seed = fitted.denoiser(self.band), 1000 + seed
        self.data, self.fresh = (
            framework.labels(self.band, self.form, points, each, generator=generator)
            for points, each in ((self.half.fit, draws), (self.half.holdout, 5))
        )

    @cached_property
    def flow(self) -> KernelFlow:
        """The infinite network on ``data``."""
        return KernelFlow(self.band, self.data, features=self.features)

    def correction(self, width: float, stop: int) -> Denoiser:
        """f_W of that width, or the kernel flow for ∞, after ``stop`` steps."""
        if math.isinf(width):
            return self.flow.at(stop)
        net = TwoLayerNet(
            self.band,
            self.half.x.shape[1],
            int(width),
            features=self.features,
            generator=Generator().manual_seed(self.net_seed),
        )
        return next(descend(net, self.data, [stop], self.flow.step_size)).net

    def sample(self, correction: Denoiser) -> Tensor:
        """Synthetic points, as many as there are rows to judge them, always from the same noise."""
        self.half.generator.manual_seed(self.net_seed)
        return self.half.sample(Corrected(self.band, self.form, correction))

    def draw(self, correction: Denoiser) -> pd.DataFrame:
        """The rows of `sample`, with the margins that they have."""
        return self.half.code.decode(self.sample(correction))


@lru_cache(maxsize=1)
def _small(form: str, data: str) -> Small:
    return Small(form, *DATA[data])


def experiment(form: str, data: str, width: float, stop: int) -> dict[str, float]:
    """One point of a path: its scores, and the rest of what the explorer shows.

    ``risk``, the held-out error of f_W relative to that of f_W = 0, and ``loo``, the leave-one-out
    score of the kernel flow likewise; ``COLUMN=i`` the share of synthetic rows in each bin of
    ``edges``, and ``A~B`` the trend error of a pair, in per cent.
    """
    small = _small(form, data)
    correction = small.correction(width, stop)
    made = small.draw(correction)
    nothing = float(small.fresh.x_0.square().sum(1).mean())
    half, errors = small.half, trend_errors(small.half.other, made)
    return {
        "trend": float(sum(errors.values())) / len(errors),
        "c2st": scores.c2st(half.other, made),
        "tstr": scores.tstr_auc(made, half.other),
        "dcr": privacy.dcr(made, half.rows, half.other.head(len(half.rows))),
        "risk": metrics.holdout_risk(correction, small.fresh) / nothing,
        "loo": loo(small.flow, stop) / float(small.data.x_0.square().sum(1).mean()),
        **{f"{n}={i}": s for n in COLUMNS for i, s in enumerate(shares(made, n).tolist())},
        **{"~".join(pair): error for pair, error in errors.items()},
    }


def loo(flow: KernelFlow, stop: int) -> float:
    """The leave-one-out score after ``stop`` steps, at the nearest stop that the flow searches."""
    near = min(flow.stops, key=lambda each: abs(math.log1p(each) - math.log1p(stop)))
    return float(loo_scores(flow)[flow.stops.index(near)])


@lru_cache(maxsize=1)
def edges() -> dict[str, Tensor]:
    """The edges of the bins of each column: one for each code, or ``BINS`` of equal width.

    Amounts are binned in asinh(x / 3000), which is linear for small and logarithmic for large ones,
    AGE as it is; between the extremes of the whole table.
    """
    table, found = _table(), {}
    for name in COLUMNS:
        if name in CODES:
            found[name] = torch.arange(CODES[name][0], CODES[name][-1] + 2).double() - 0.5
        else:
            seen = _scaled(name, table)
            found[name] = torch.linspace(float(seen.min()), float(seen.max()), BINS + 1).double()
    return found


def _scaled(name: str, frame: pd.DataFrame) -> Tensor:
    values = torch.tensor(frame[name].astype("float64").to_numpy())
    return values if name == "AGE" or name in CODES else (values / 3000).asinh()


def shares(frame: pd.DataFrame, name: str) -> Tensor:
    """The share of a frame's rows in each bin of a column; they add up to 1."""
    limits = edges()[name]
    which = torch.bucketize(_scaled(name, frame), limits[1:-1].contiguous())
    return torch.bincount(which, minlength=len(limits) - 1) / len(frame)


def cells() -> list[dict[str, Any]]:
    """All points of all paths."""
    return [
        {"form": form, "data": data, "width": width, "stop": stop}
        for form in FORMS
        for data in DATA
        for width in WIDTHS
        for stop in (STOPS + LATE if math.isinf(width) else STOPS)
    ]


_table = lru_cache(maxsize=1)(load)
PATHS = Study.csv("credit-paths", experiment, cells())
table = PATHS.table
