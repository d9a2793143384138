"""The mathematics on a device: the CPU's numbers, results where the inputs are, nothing mixed.

The device is the pretend one, or the real one that SCORELAB_DEVICE names. Tensors are float32, as
the course uses them; the tolerance is for another order of the operations.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from torch import Generator, Tensor

from scorelab import convex, kernel, metrics, stopping
from scorelab.descent import NetworkPath, descend
from scorelab.features import FeatureFlow
from scorelab.kernel import KernelFlow, ntk
from scorelab.likelihood import log_likelihood
from scorelab.network import TwoLayerNet
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.sampling import sample
from scorelab.studies import quality
from scorelab.targets import Empirical, GaussianMixture

NAME = os.environ.get("SCORELAB_DEVICE", "cpu").replace("cpu", "fakegpu")
PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()
METHODS = ("ancestral", "ode", "langevin", "euler")

Result = dict[str, Tensor | float]


def pretend(float64: bool = True) -> AbstractContextManager:
    """The context in which the device works; a real one needs none."""
    if NAME != "fakegpu":
        return nullcontext()
    from fakegpu import FakeGpu

    return FakeGpu(float64)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def points(device: str, n: int = 60, number: int = 0) -> Tensor:
    return RING.sample(n, generator=seed(number)).to(device)


def regression(device: str, number: int = 1) -> Regression:
    return PROCESS.regression(points(device), times="log", generator=seed(number))


def network(device: str) -> TwoLayerNet:
    return TwoLayerNet(PROCESS, dim=2, width=64, generator=seed(2), device=device)


def forward_process(device: str) -> Result:
    data, truth = regression(device), RING.denoiser(PROCESS)
    near = data.within(1.5)
    return {
        "t": data.t,
        "x_t": near.x_t,
        "uniform": PROCESS.regression(points(device), draws=2, generator=seed()).x_t,
        "one time": PROCESS.perturb(points(device), 0.5, generator=seed()),
        "alpha": PROCESS.alpha(data.t),
        "h": PROCESS.h(data.t),
        "features": PROCESS.features(data.t, data.x_t),
        "score": PROCESS.score(truth)(data.t, data.x_t),
    }


def targets(device: str) -> Result:
    data = regression(device)
    weighted = GaussianMixture([[0.0, 1.0], [1.0, 0.0]], [0.2, 0.4], [1.0, 3.0])
    return {
        "mixture": RING.denoiser(PROCESS)(data.t, data.x_t),
        "weighted": weighted.denoiser(PROCESS)(data.t, data.x_t),
        "log_prob": weighted.log_prob(data.x_t),
        "empirical": Empirical(points(device, 20)).denoiser(PROCESS)(data.t, data.x_t),
    }


def training(device: str) -> Result:
    data, queries, net = regression(device), regression(device, 3), network(device)
    path = NetworkPath.record(net, data, stops=[0, 10, 40])
    last = list(descend(net, data, [5], step_size=0.1))[-1]
    return {
        "at": path.at(40)(queries.t, queries.x_t),
        "replay": path.replay(queries.t, queries.x_t)(10),
        "loss": path.train_loss(40),
        "own step size": last.net.weight,
        "untouched": net.weight,
        "empirical_ntk": net.empirical_ntk(net.weight, net.weight),
    }


def kernel_flow(device: str) -> Result:
    data, queries = regression(device), regression(device, 3)
    flow = KernelFlow(PROCESS, data)
    z = PROCESS.features(data.t, data.x_t)
    return {
        "ntk": ntk(z, z[:7]),
        "λ_max": kernel.largest_eigenvalue(z),
        "step_size": flow.step_size,
        "at": flow.at(300)(queries.t, queries.x_t),
        "at 0": flow.at(0)(queries.t, queries.x_t),
        "at inf": flow.at(math.inf)(data.t, data.x_t),
        "replay": flow.replay(queries.t, queries.x_t)(10_000),
        "train_loss": flow.train_loss(300),
    }


def stopping_rules(device: str) -> Result:
    data, truth = regression(device), RING.denoiser(PROCESS)
    flow, path = KernelFlow(PROCESS, data), NetworkPath.record(network(device), data, [0, 10, 40])
    return {
        "rademacher": stopping.rademacher(flow.eigenvalues, flow.step_size, noise=0.5),
        "oracle": stopping.oracle(flow, truth, regression(device, 3)),
        "oracle of a network": stopping.oracle(path, truth, regression(device, 3)),
        "gcv": stopping.gcv(flow),
        "loo": stopping.loo(flow),
        "holdout": stopping.holdout(path, regression(device, 3)),
        "noise": stopping.noise_and_radius(flow, 40)[0],
        "radius": stopping.noise_and_radius(flow, 40)[1],
    }


def samplers(device: str) -> Result:
    flow = KernelFlow(PROCESS, regression(device))
    denoisers = {"truth": RING.denoiser(PROCESS), "flow": flow.at(100), "net": network(device)}
    return {
        f"{name}, {method}": sample(
            PROCESS, f, 40, 2, steps=8, method=method, generator=seed(), device=device
        )
        for name, f in denoisers.items()
        for method in METHODS
    }


def likelihoods(device: str) -> Result:
    flow, x = KernelFlow(PROCESS, regression(device)), points(device)
    denoisers = {"truth": RING.denoiser(PROCESS), "flow": flow.at(100)}
    return {name: log_likelihood(PROCESS, f, x, steps=6) for name, f in denoisers.items()}


def convex_programs(device: str) -> Result:
    x = points(device)[:, :1]
    fit = convex.score_matching(x, 6.0, "abs", skip=False)
    noisy = PROCESS.perturb(x, 0.3, generator=seed())
    other = convex.denoising(noisy, -x, 2.0)
    t = x.new_full((len(x),), 0.3)
    return {
        "score": fit.score(x),
        "objective": fit.objective,
        "denoiser": other.denoiser(PROCESS, 0.3)(t, noisy),
        "loss": convex.score_matching_loss(
            x, *([each.to(x) for each in part] for part in (fit.neurons, fit.linear)), 6.0, "abs"
        ),
    }


def convex_plane(device: str) -> Result:
    x = points(device, 12)
    noise = points(device, 12, 1)
    t = x.new_full((12,), 0.3)
    annealed = convex.annealed(PROCESS, x, 2.0, levels=3, generator=seed())
    return {
        "joint": convex.denoising(x + noise, -noise, 0.5).score(x),
        "few": convex.denoising(x + noise, -noise, 0.5, patterns=30, generator=seed()).objective,
        "matched": convex.score_matching(x, 6.0).score(x),
        "gated": convex.gated(x + noise, -noise, 0.5).objective,
        "annealed": annealed(t, x),
    }


def distances(device: str) -> Result:
    a, b, deep = points(device), points(device, 45, 5), torch.randn(30, 5, generator=seed())
    data, truth = regression(device), RING.denoiser(PROCESS)
    flow = KernelFlow(PROCESS, data)
    return {
        "excess_risk": metrics.excess_risk(flow.at(100), truth, data),
        "excess_risks": metrics.excess_risks(flow, truth, data).sum().item(),
        "holdout_risk": metrics.holdout_risk(truth, data),
        "sliced": metrics.sliced_wasserstein(a[:45], b),
        "sliced, unequal": metrics.sliced_wasserstein(a, b),
        "sliced, d = 1": metrics.sliced_wasserstein(a[:, :1], b[:, :1]),
        "sliced, d = 5": metrics.sliced_wasserstein(deep.to(device), deep.to(device) + 1),
        "energy": metrics.energy_distance(a, b),
        "memorized": metrics.memorized_fraction(a, b),
        "which": metrics.memorized(a, b),
    }


def samples(device: str) -> Result:
    flow, truth = KernelFlow(PROCESS, regression(device)), RING.denoiser(PROCESS)
    judge = quality.Judge(PROCESS, RING, points(device, 200), seed=0)
    both = quality.spliced(PROCESS, truth, flow.at(100), (0.3, 0.6))
    x = judge.samples(both, steps=8)
    return {"samples": x, **judge.verdict(x)}


def table_framework(device: str) -> Result:
    from scorelab.credit import framework  # needs packages that a bare machine with a card lacks

    form, processes, t = framework.MixtureForm.independent(2), framework.bands(2), seed()
    x, queries = points(device), regression(device, 3)
    nets = [
        framework.train(band, form, x[:40], x[40:60], 16, [5], generator=t).net
        for band in processes
    ]
    assembled = framework.assemble(form, processes, nets)
    flow = framework.feature_flow(processes[0], form, x[:40], 5, 2, generator=t)
    return {
        "form": framework.MixtureForm.fit(x, [2], x, generator=seed()).denoiser(PROCESS)(
            queries.t, queries.x_t
        ),
        "features": flow.at(30)(queries.t, queries.x_t),
        "features replayed": flow.replay(queries.t, queries.x_t)(30),
        "labels": framework.labels(processes[0], form.denoiser(PROCESS), x, generator=t).x_0,
        "banded": assembled(queries.t, queries.x_t),
    }


COMPUTATIONS = [
    forward_process,
    targets,
    training,
    kernel_flow,
    stopping_rules,
    samplers,
    likelihoods,
    convex_programs,
    convex_plane,
    distances,
    samples,
    table_framework,
]


def compare(compute: Callable[[str], Result]) -> None:
    here = compute("cpu")
    for name, there in compute(NAME).items():
        assert isinstance(there, Tensor | float | int), f"{name} is {there!r}"
        if isinstance(there, Tensor):
            assert there.device.type == torch.device(NAME).type, f"{name} is on {there.device}"
            there = there.cpu()
        torch.testing.assert_close(
            there, here[name], rtol=1e-3, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )


@pytest.fixture(params=[True, False], ids=["float64", "no float64"])
def float64(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The device as CUDA is, and without float64, as MPS is: then kernel algebra is the CPU's."""
    if not request.param:
        for module in (kernel, metrics):
            monkeypatch.setattr(module, "algebra_device", lambda device: torch.device("cpu"))
    with pretend(request.param):
        yield


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("compute", COMPUTATIONS)
def check_gives_the_numbers_of_the_cpu(compute: Callable[[str], Result]) -> None:
    compare(compute)


def check_float64_networks_give_the_numbers_of_the_cpu() -> None:
    def compute(device: str) -> Result:
        data = regression(device)
        net = TwoLayerNet(PROCESS, 2, 64, generator=seed(2), device=device, dtype=torch.float64)
        return {"weight": list(descend(net, data, [20]))[-1].net.weight}

    if NAME == "mps":
        pytest.skip("MPS has no float64")
    with pretend():
        compare(compute)


def check_a_network_moves_as_a_whole() -> None:
    with pretend():
        moved, data = network("cpu").to(NAME), regression(NAME)
        assert moved.weight.device.type == moved.signs.device.type == torch.device(NAME).type
        assert torch.equal(moved.weight.cpu(), network(NAME).weight.cpu())
        assert moved(data.t, data.x_t).device == data.x_t.device


def check_sampling_starts_where_the_denoiser_is_or_not_at_all() -> None:
    with pretend():
        data = regression(NAME)
        features = FeatureFlow(PROCESS, [data], 5, generator=seed())
        for denoiser in (network(NAME), KernelFlow(PROCESS, data).at(10), features.at(10)):
            assert sample(PROCESS, denoiser, 5, 2, 4).device == data.x_t.device
            hidden = denoiser.__call__  # a function, which does not say where it is
            with pytest.raises(ValueError, match=r"^x\.device='cpu': must be the denoiser's"):
                sample(PROCESS, hidden, 5, 2, 4)
            assert sample(PROCESS, hidden, 5, 2, 4, device=NAME).device == data.x_t.device


def check_data_elsewhere_than_the_network_is_named() -> None:
    with pretend(), pytest.raises(ValueError, match=r"data\.x_t\.device=.*must be the network's"):
        descend(network("cpu"), regression(NAME), [1])
