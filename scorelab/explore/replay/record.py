"""One model on one setting at every stop: what the explorers replay by index."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, partial
from typing import TypeAlias

from torch import Generator, Tensor

from scorelab import metrics
from scorelab.descent import descend
from scorelab.devices import Readings
from scorelab.explore.replay.setting import PROCESS, SAMPLES, Setting, setting
from scorelab.network import TwoLayerNet
from scorelab.path import Denoiser
from scorelab.sampling import sample

#: Round numbers, about ten a decade, so that a lecturer can name them.
STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
STOPS = (0, 1, 2, 3, 4, 5, 6, 8, *(round(s * 10**k) for k in (1, 2, 3) for s in STEPS), 10_000)
#: Neurons times rows that are worked through before the page is asked again: about 3 ms of a CPU,
#: and on a card, which does a hundred times as much then.
CHUNK, ON_CARD = 10_000_000, 100
#: A denoiser, and what tells its training loss.
Model: TypeAlias = tuple[Denoiser, Callable[[], float]]


class Frame:
    """A model after ``step`` steps.

    Its risk is made at once, and stays on the device until a frame of the same ``risks`` is asked
    for it. What costs more than a blink, the samples and what is measured of them, is made when
    first asked for and kept.
    """

    def __init__(self, where: Setting, step: int, model: Model, risks: Readings) -> None:
        self.where, self.step, (self.denoiser, self._loss) = where, step, model
        self.risks = risks
        self.place = risks.add(where.risk(self.denoiser(where.test.t, where.test.x_t)))

    @property
    def risk(self) -> float:
        """Its mean square error on the test data."""
        return self.risks[self.place]

    @property
    def training(self) -> float:
        """Its mean square error on the training data."""
        return 2 * self._loss()

    @property
    def net(self) -> TwoLayerNet:
        """The model, where it is a network."""
        assert isinstance(self.denoiser, TwoLayerNet)
        return self.denoiser

    @cached_property
    def samples(self) -> Tensor:
        """Samples (500, 2), always from the same noise, so that they move with the stop alone."""
        draws, device = Generator().manual_seed(2), self.where.fresh.device
        return sample(
            PROCESS,
            self.denoiser,
            SAMPLES,
            2,
            40,
            "ancestral",
            schedule="log",
            device=device,
            generator=draws,
        )

    @cached_property
    def distance(self) -> float:
        """Sliced Wasserstein distance of the samples to the truth."""
        return metrics.sliced_wasserstein(self.samples, self.where.reference)

    @cached_property
    def memorized(self) -> float:
        """The share of the samples that are all but copies of a training point."""
        return metrics.memorized_fraction(self.samples, self.where.train.x_0)


def untrained(where: Setting, width: float) -> TwoLayerNet:
    """The network of that width before training, always the same."""
    draws, device = Generator().manual_seed(1), where.train.t.device
    return TwoLayerNet(PROCESS, 2, int(width), device=device, generator=draws)


class Record:
    """A network of some width, or the kernel flow for infinite width, with its frames so far.

    A network's step size is ``rate`` times 1/λ_max; the flow's is 1/λ_max.
    """

    def __init__(self, where: Setting, width: float, rate: float = 1.0) -> None:
        self.where, self.width, self.rate = where, width, rate
        self.frames: list[Frame] = []
        self.newest: Frame | None = None
        self.risks = Readings()
        self.models: Iterator[tuple[int, Model]] | None = None
        self.steps = 0
        self.now: Model  # after these steps

    @property
    def complete(self) -> bool:
        """Whether every stop has its frame."""
        return len(self.frames) == len(STOPS)

    def frame(self, step: int) -> Frame:
        """The frame at a stop, or the newest where training has not come so far."""
        if step > self.frames[-1].step:
            return self.live()
        return self.frames[bisect_right([f.step for f in self.frames], step) - 1]

    def live(self) -> Frame:
        """The model as it is now, between two stops too."""
        if self.newest is None or self.newest.step != self.steps:
            self.newest = Frame(self.where, self.steps, self.now, self.risks)
        return self.newest

    def begin(self) -> None:
        """Make the frame of step 0 where there is none yet."""
        if not self.frames:
            next(self.train())

    def forget(self) -> None:
        """Go back to before training."""
        self.frames.clear()
        self.newest, self.models, self.steps = None, None, 0

    def best(self) -> Frame:
        """The frame of least risk so far: the oracle's choice."""
        return min(self.frames, key=lambda frame: frame.risk)

    def train(self) -> Iterator[None]:
        """Go on to the last stop, in pieces of some milliseconds; two who train it share them."""
        while not self.complete:
            self._go_on()
            yield

    def _go_on(self) -> None:
        if self.models is None:
            self.models = self._kernel() if self.width == math.inf else self._network()
        try:
            self.steps, self.now = next(self.models)
        except BaseException:
            self.models = None
            raise
        if self.steps == STOPS[len(self.frames)]:
            self.frames.append(self.live())

    def measure(self) -> Iterator[tuple[float, float]]:
        """Make the samples of all frames, in pieces of some milliseconds: what they are worth."""
        for frame in self.frames:
            yield frame.distance, frame.memorized

    def _kernel(self) -> Iterator[tuple[int, Model]]:
        flow = self.where.flow
        for stop in STOPS[len(self.frames) :]:
            yield stop, (flow.at(stop), partial(flow.train_loss, stop))

    def _network(self) -> Iterator[tuple[int, Model]]:
        train = self.where.train
        last = self.frames[-1] if self.frames else None
        start, net = (last.step, last.net) if last else (0, untrained(self.where, self.width))
        room = CHUNK * (1 if train.t.is_cpu else ON_CARD)
        chunk = max(1, room // (len(train) * net.width))
        steps = sorted({*STOPS[len(self.frames) :], *range(start + chunk, STOPS[-1], chunk)})
        rate = self.rate * self.where.flow.step_size
        for now in descend(net, train, [s - start for s in steps], rate):
            yield start + now.step, (now.net, partial(now.losses.at, now.step))


@lru_cache(maxsize=24)
def record(target: str, n: int, times: str, width: float, rate: float = 1.0) -> Record:
    """The record of one model, kept while the reader compares it with others."""
    return Record(setting(target, n, times), width, rate)
