"""How often a program waits for its device, and what is recorded there as a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from fakegpu import NAME, FakeGpu, Graph
from torch import Generator, Tensor

import scorelab as sl
from scorelab import kernel
from scorelab.explore.replay import record, setting
from scorelab.fused import graphs
from scorelab.steps import METHODS

torch.set_num_threads(1)  # the matrices are tiny
PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()


@pytest.fixture(autouse=True)
def device() -> Iterator[None]:
    with FakeGpu():
        yield


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def regression(n: int = 60) -> sl.Regression:
    return PROCESS.regression(RING.sample(n, generator=seed()).to(NAME), generator=seed(1))


def network() -> sl.TwoLayerNet:
    return sl.TwoLayerNet(PROCESS, 2, 16, device=NAME, generator=seed(2))


def waits(action: Callable[[], object]) -> int:
    before = FakeGpu.waits
    action()
    return FakeGpu.waits - before


def check_waits_are_counted() -> None:
    x = torch.ones(3, device=NAME)
    for look in (lambda: x[0].item(), lambda: bool((x > 0).all()), x.cpu, lambda: x[x > 0]):
        assert waits(look) == 1
    assert waits(lambda: float(x.sum()) + float(x.max())) == 2
    assert waits(lambda: (x + 1, x.to(torch.float64), torch.ones(2).to(NAME), x[1:])) == 0


def check_a_run_of_steps_waits_once_at_its_end_however_many_stops_it_has() -> None:
    net, data = network(), regression()
    beforehand = waits(lambda: list(sl.descend(net, data, [0], 0.1)))
    for stops in (range(0, 50, 10), range(50)):
        assert waits(lambda stops=stops: list(sl.descend(net, data, stops, 0.1))) == beforehand
    path = sl.NetworkPath.record(net, data, range(0, 50, 10), 0.1)
    assert waits(lambda: [path.train_loss(stop) for stop in path.stops]) == 0


def check_losses_are_read_together_and_right() -> None:
    net, data = network(), regression()
    runs = sl.descend(net, data, iter(range(0, 50, 10)), 0.1)  # an end that nobody knows
    seen = [next(runs) for _ in range(4)]
    assert waits(lambda: [now.train_loss for now in seen]) == 1
    on_cpu = sl.Regression(data.t.cpu(), data.x_t.cpu(), data.x_0.cpu())
    wanted = sl.NetworkPath.record(net.to("cpu"), on_cpu, range(0, 40, 10), 0.1)
    for now in seen:
        assert now.train_loss == pytest.approx(wanted.train_loss(now.step), rel=1e-5)


def check_what_diverges_is_found_at_the_last_stop_and_by_who_looks() -> None:
    net, data = network(), regression()
    with pytest.raises(ValueError, match=r"^step_size=1e\+20: gradient descent diverged"):
        list(sl.descend(net, data, [0, 9], 1e20))
    (late,) = sl.descend(net, data, iter([9]), 1e20)
    with pytest.raises(ValueError, match="largest stable"):
        _ = late.train_loss


def check_power_iteration_looks_once_in_sixteen() -> None:
    data = regression()
    z = PROCESS.features(data.t, data.x_t)
    few = waits(lambda: kernel.largest_eigenvalue(z[:3]))
    assert few <= 4 and waits(lambda: kernel.largest_eigenvalue(z)) <= few + 2
    wanted = kernel.largest_eigenvalue(z.cpu())
    assert kernel.largest_eigenvalue(z) == pytest.approx(wanted, rel=1e-9)


def check_an_explorer_reads_all_new_risks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "device", lambda: torch.device(NAME))
    monkeypatch.setattr(record, "STOPS", (0, 1, 2, 5, 10, 20, 40))
    for width in (16, float("inf")):
        model = record.Record(setting.Setting("ring of modes", 60, "log"), width)
        model.begin()
        _ = model.where.flow, model.frames[0].risk
        first = waits(lambda model=model: next(model.train()))
        run = model.train()
        assert first <= 1 and waits(lambda run=run: list(run)) <= 1
        assert waits(lambda model=model: [frame.risk for frame in model.frames]) == 1
        assert waits(lambda model=model: [frame.risk for frame in model.frames]) == 0


def denoisers() -> dict[str, sl.TwoLayerNet]:
    data = regression()
    return {
        "network": network(),
        "kernel": sl.KernelFlow(PROCESS, data).at(30),
        "features": sl.FeatureFlow(PROCESS, [data], 5, generator=seed()).at(30),
    }


def pretend(recorded: list[Graph]) -> Callable[..., Callable[[], None] | None]:
    """The door to a card's graphs, as on one that has the pretend device's."""

    def capture(work: Callable[[], object], device: torch.device) -> Callable[[], None] | None:
        assert device.type == NAME
        graph = Graph()
        try:
            with graph:
                work()
        except RuntimeError:
            return None
        recorded.append(graph)
        return graph.replay

    return capture


def samples(denoiser: object, method: str, steps: int = 16) -> Tensor:
    return sl.sample(PROCESS, denoiser, 20, 2, steps, method, generator=seed(3), device=NAME)


@pytest.mark.parametrize("method", METHODS)
def check_a_recorded_loop_gives_the_same_samples(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_three = denoisers() if method == "dpmpp3" else {"network": network()}
    for name, denoiser in all_three.items():
        wanted, recorded = samples(denoiser, method), []
        with monkeypatch.context() as patch:
            patch.setattr(graphs, "capture", pretend(recorded))
            found = samples(denoiser, method)
            assert len(recorded) == 1, f"{name} was not recorded"
        torch.testing.assert_close(found.cpu(), wanted.cpu(), rtol=0, atol=0, msg=name)


def check_every_state_of_a_recorded_loop_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def states() -> list[Tensor]:
        way = sl.sampling.trajectory(PROCESS, net, 9, 2, 16, "ancestral", generator=seed(3))
        return [x.cpu() for x in [x for _, x in way]]

    net, recorded = network(), []
    wanted = states()
    monkeypatch.setattr(graphs, "capture", pretend(recorded))
    for found, one in zip(states(), wanted, strict=True):
        assert torch.equal(found, one)
    assert recorded


def check_what_cannot_be_recorded_is_done_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Looking:
        """It waits for a number in each call."""

        device = torch.device(NAME, 0)

        def __call__(self, t: Tensor, x: Tensor) -> Tensor:
            return x / (1 + float(t[0]))

    class Fetching(Looking):
        """It brings a number from the CPU in each call."""

        def __call__(self, t: Tensor, x: Tensor) -> Tensor:
            return x * torch.full((2,), 0.5).to(x)

    for denoiser in (Looking(), Fetching(), RING.denoiser(PROCESS)):
        wanted, recorded = samples(denoiser, "dpmpp3"), []
        with monkeypatch.context() as patch:
            patch.setattr(graphs, "capture", pretend(recorded))
            assert torch.equal(samples(denoiser, "dpmpp3").cpu(), wanted.cpu())
        assert not recorded


def check_few_steps_are_not_worth_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Graph] = []
    monkeypatch.setattr(graphs, "capture", pretend(recorded))
    enough = graphs.FIRST + graphs.WORTH + 1  # the last step is none of the loop
    samples(network(), "ancestral", enough - 1)
    assert not recorded
    samples(network(), "ancestral", enough)
    assert len(recorded) == 1


def check_sampling_waits_once() -> None:
    for denoiser in denoisers().values():
        assert waits(lambda denoiser=denoiser: samples(denoiser, "dpmpp3", 30)) == 1
