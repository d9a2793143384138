"""When a kernel flow memorises its training points: one cell of the sweep, and its table.

With M noise draws a point, the labels X_0 are the truth f*, plus f_emp − f*, which is what
memorising adds (f_emp = ``Empirical``), plus X_0 − f_emp, which averages out over the draws. A
flow on the labels f_emp is what infinitely many draws tend to, up to how densely the rows lie.

``python -m scorelab.studies memorisation`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Generator, Tensor

from .. import metrics, validate
from ..kernel import KernelFlow
from ..path import Denoiser
from ..process import OrnsteinUhlenbeck, Regression
from ..sampling import sample
from ..sweep import Study, grid
from ..targets import Empirical, GaussianMixture

#: Down to noise levels far below the distance of neighbours: else nobody can memorise (our choice).
PROCESS = OrnsteinUhlenbeck(t_min=0.002)
LAWS = {2: GaussianMixture.ring(), 8: GaussianMixture.line(dim=8)}
AXES = {
    "dim": tuple(LAWS),
    "n": (11, 16, 23, 32, 45, 64),  # a factor √2 from one to the next
    "seed": tuple(range(5)),
}
KINDS = ("drawn", "averaged")
#: Stops at which samples are drawn.
MILESTONES = (30, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 100_000)
#: Rows of each regression, whatever n is; samples, the steps they take, fresh rows to test on.
ROWS, SAMPLES, STEPS, FRESH = 2048, 200, 20, 1000
#: Our definitions of the two times: so near the least hold-out loss, so far above chance.
NEAR, ABOVE = 1.05, 0.1


def experiment(dim: int, n: int, seed: int, rows: int = ROWS) -> dict[str, float]:
    """The kernel flow on n points with ``rows`` // n draws each, drawn labels and averaged ones.

    ``chance`` and ``optimum``: the memorised fractions of fresh data, and of samples of the
    memorising optimum. For each kind of labels: ``generalised`` and ``memorised``, the two times
    in steps (infinite where it never comes to that); ``best`` excess risk on 1000 fresh rows, at
    ``best_stop``, and ``never``, after ten million steps; and at the milestones ``risk_30`` …,
    ``share_30`` …, the memorised fraction, and ``distance_30`` …, sliced Wasserstein to fresh data.
    """
    law, generator = LAWS[dim], Generator().manual_seed(10_000 * seed + n)
    x0 = law.sample(n, generator=generator)
    test = PROCESS.regression(
        law.sample(FRESH, generator=generator), times="log", generator=generator
    )
    reference = law.sample(2 * FRESH, generator=generator)
    data = PROCESS.regression(x0, draws=rows // n, times="log", generator=generator)
    truth, optimum = law.denoiser(PROCESS), Empirical(x0).denoiser(PROCESS)
    flow = KernelFlow(PROCESS, data)
    flows = dict(zip(KINDS, (flow, flow.with_labels(optimum(data.t, data.x_t))), strict=True))
    chance = metrics.memorized_fraction(reference, x0)
    found = {"chance": chance, "optimum": share_and_distance(optimum, x0, reference, seed)[0]}
    for kind, each in flows.items():
        numbers = _risks(each, truth, test)
        told = [share_and_distance(each.at(m), x0, reference, seed) for m in MILESTONES]
        shares, distances = zip(*told, strict=True)
        numbers["memorised"] = first(MILESTONES, shares, chance + ABOVE)
        for name, values in (("share", shares), ("distance", distances)):
            numbers |= {f"{name}_{m}": v for m, v in zip(MILESTONES, values, strict=True)}
        found |= {f"{kind}_{name}": value for name, value in numbers.items()}
    return found


def share_and_distance(
    denoiser: Denoiser, x0: Tensor, reference: Tensor, seed: int
) -> tuple[float, float]:
    """Memorised fraction of 200 samples with training points x0 (n, d), and their distance.

    The distance is the sliced Wasserstein distance to ``reference`` (m, d).
    """
    drawn = sample(
        PROCESS,
        denoiser,
        SAMPLES,
        x0.shape[1],
        STEPS,
        "ancestral",
        schedule="log",
        generator=Generator().manual_seed(seed),
    )
    share = metrics.memorized_fraction(drawn, x0)
    return share, metrics.sliced_wasserstein(drawn, reference)


def _risks(flow: KernelFlow, truth: Denoiser, test: Regression) -> dict[str, float]:
    """What the excess risks on test rows say, with the generalisation time."""
    risks = metrics.excess_risks(flow, truth, test)
    best = int(risks.argmin())
    loss = risks + metrics.holdout_risk(truth, test)
    return {
        "generalised": generalisation_time(flow.stops, loss),
        "best": float(risks[best]),
        "best_stop": flow.stops[best],
        "never": float(risks[-1]),
        **{f"risk_{m}": float(risks[_nearest(flow.stops, m)]) for m in MILESTONES},
    }


def generalisation_time(stops: Sequence[int], losses: Tensor) -> int:
    """The first of the stops (T,) whose hold-out loss (T,) is within 5 % of the least."""
    return stops[int((losses <= NEAR * losses.min()).int().argmax())]


def _nearest(stops: Sequence[int], step: int) -> int:
    return min(range(len(stops)), key=lambda i: abs(stops[i] - step))


def first(stops: Sequence[float], values: Sequence[float], level: float) -> float:
    """Where values (T,) at rising stops (T,) above 0 first reach a level; infinity if they do not.

    Between two stops the value is taken as linear in the logarithm of the step. Raises ValueError
    when there are not as many values as stops.
    """
    validate.require(len(stops) == len(values), "len(values)", len(values), f"must be {len(stops)}")
    for i, value in enumerate(values):
        if value >= level:
            if i == 0:
                return float(stops[0])
            part = (level - values[i - 1]) / (value - values[i - 1])
            return float(stops[i - 1] * (stops[i] / stops[i - 1]) ** part)
    return math.inf


STUDY = Study.csv("memorisation", experiment, grid(**AXES))
table = STUDY.table
