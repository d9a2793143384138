"""Samplers at work: samples and paths of one setting at every stop, made once, then replayed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from torch import Generator, Tensor

from scorelab import metrics
from scorelab.explore.live import one_thread
from scorelab.explore.replay.setting import MIXTURES, PROCESS, SAMPLES, setting
from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.sampling import trajectory
from scorelab.studies.quality import BANDS, Judge, spliced

#: Round numbers, closer together where the samples change.
STOPS = (
    *(1, 3, 10, 20, 30, 50, 100, 200, 300, 500),
    *(1000, 2000, 5000, 10**4, 10**5, 10**6, 10**7),
)
STEPS = (5, 10, 20, 40, 80)
#: Where the exact denoiser takes the place of the learned one: noise levels √h from, and up to.
EXACT = {
    "nowhere": (0.0, 0.0),
    **{f"{k} noise": v for k, v in BANDS.items()},
    "everywhere": (0.0, 1.0),
}
#: How many paths are kept, and how many points judge the samples.
PATHS, TRUTH, FLOORS = 24, 5000, 10


class Asked(NamedTuple):
    """What is sampled, and how; ``seed`` says which data set."""

    target: str
    n: int
    times: str
    method: str
    schedule: str
    steps: int
    exact: str
    seed: int = 0


class Walk:
    """What one sampler makes with one denoiser: its paths, its samples and what they are worth."""

    def __init__(self, asked: Asked, denoiser: Denoiser) -> None:
        self.judge, self.measured = truth(asked.target)[0], {}
        self.paths: list[Tensor] = []
        self.levels: list[float] = []
        self.states = trajectory(
            PROCESS,
            denoiser,
            SAMPLES,
            2,
            asked.steps,
            asked.method,
            schedule=asked.schedule,
            generator=Generator().manual_seed(2),
            device=self.judge.reference.device,
        )

    def work(self) -> Iterator[None]:
        """Go on to the end, a step of the sampler at a time."""
        while not self.measured:
            with one_thread():
                self._go_on()
            yield

    def _go_on(self) -> None:
        state = next(self.states, None)
        if state is None:
            self.measured = self.judge.verdict(self.samples)
        else:
            t, self.samples = state
            self.levels.append(float(PROCESS.h(t).sqrt()))
            self.paths.append(self.samples[:PATHS].cpu())


class Walks:
    """One sampler with so many steps, on one setting, at each stop of the training."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.by_stop: dict[int, Walk] = {}

    def done(self) -> dict[int, Walk]:
        """The walks that have come to their end, by stop."""
        begun = {stop: self.by_stop[stop] for stop in STOPS if stop in self.by_stop}
        return {stop: walk for stop, walk in begun.items() if walk.measured}

    def at(self, stop: int) -> Walk:
        """The walk at a stop, made at once where it is not there yet."""
        walk = self.begun(stop)
        for _ in walk.work():
            pass
        return walk

    def work(self) -> Iterator[None]:
        """Make the walks of all stops, in pieces of some milliseconds, first a few far apart."""
        for stop in (*STOPS[::4], *STOPS[2::4], *STOPS[1::2]):
            yield from self.begun(stop).work()

    def begun(self, stop: int) -> Walk:
        """The walk at a stop, as far as it has come."""
        # Without a learned denoiser no stop differs from another.
        key = stop if self.asked.exact != "everywhere" else STOPS[0]
        if key not in self.by_stop:
            self.by_stop[key] = Walk(self.asked, denoiser(self.asked, key))
        return self.by_stop.setdefault(stop, self.by_stop[key])

    def other(self, **changes: object) -> Walks:
        """The walks of this setting with something changed."""
        return walks(self.asked._replace(**changes))


walks = lru_cache(maxsize=128)(Walks)


def denoiser(asked: Asked, stop: int) -> Denoiser:
    """What the samplers ask: learned up to a stop, with the exact one in its band."""
    learned, exact = flow(*asked[:3], asked.seed).at(stop), setting(*asked[:3]).truth
    return spliced(PROCESS, exact, learned, EXACT[asked.exact])


@lru_cache(maxsize=16)
def flow(target: str, n: int, times: str, seed: int = 0) -> KernelFlow:
    """The kernel flow on the data set of a setting, or on another one of the same size."""
    where = setting(target, n, times)
    if not seed:
        return where.flow
    draws = Generator().manual_seed(seed)
    x0 = MIXTURES[target].sample(n, generator=draws).to(where.train.x_0.device)
    with one_thread():
        return KernelFlow(PROCESS, PROCESS.regression(x0, times=times, generator=draws))


@lru_cache(maxsize=8)
def training_set(target: str, n: int, times: str) -> dict[str, float]:
    """What is measured of the training points, taken as samples."""
    judge = truth(target)[0]
    return judge.verdict(setting(target, n, times).train.x_0.to(judge.reference.device))


@lru_cache(maxsize=8)
def truth(target: str) -> tuple[Judge, dict[str, list[float]]]:
    """Who judges samples of a target, and what it says of ten sets of fresh data of their size."""
    law, draws = MIXTURES[target], Generator().manual_seed(5)
    device = setting(target, 100, "log").fresh.device
    judge = Judge(PROCESS, law, law.sample(TRUTH, generator=draws).to(device), 2)
    said = [judge.verdict(law.sample(SAMPLES, generator=draws).to(device)) for _ in range(FLOORS)]
    return judge, {name: [each[name] for each in said] for name in said[0]}


@lru_cache(maxsize=8)
def best_risk(target: str, n: int, times: str) -> int:
    """The stop of least excess risk on the test rows."""
    where = setting(target, n, times)
    risks = metrics.excess_risks(where.flow, where.truth, where.test)
    return where.flow.stops[int(risks.argmin())]
