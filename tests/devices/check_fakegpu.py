"""The pretend device itself: the CPU's numbers, and an error wherever CUDA has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from fakegpu import NAME, FakeGpu, FakeGpuTensor
from torch.func import functional_call, grad, jacfwd, jacrev, vmap


@pytest.fixture(autouse=True)
def device() -> Iterator[None]:
    with FakeGpu():
        yield


def draw(*shape: int, device: str = "cpu", seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)


def gpu(*shape: int) -> torch.Tensor:
    return draw(*shape, device=NAME)


def train(device: str) -> list[torch.Tensor]:
    """A network trained through autograd, its gradients in place, then its loss."""
    x, y = draw(32, 4, device=device), draw(32, 1, device=device, seed=1)
    layers = [draw(4, 8, device=device, seed=2), draw(8, 1, device=device, seed=3)]
    w, v = (layer.requires_grad_() for layer in layers)
    for _ in range(5):
        loss = ((torch.relu(x @ w) @ v - y) ** 2).mean()
        with torch.no_grad():
            for parameter, slope in zip((w, v), torch.autograd.grad(loss, (w, v)), strict=True):
                parameter -= 0.1 * slope
    return [w.detach(), v.detach(), loss.detach()]


def algebra(device: str) -> list[torch.Tensor]:
    """Decompositions, solves and reductions."""
    x = draw(20, 6, device=device).double()
    gram = x.T @ x / len(x)
    values, vectors = torch.linalg.eigh(gram)
    return [
        values,
        vectors,
        torch.linalg.solve(gram, x.T),
        x.svd().S,
        torch.cdist(x, x),
        x.sort(0)[0],
    ]


def indexing(device: str) -> list[torch.Tensor]:
    """Masks, gathered rows, writes, out= and views in place."""
    x, rows = draw(6, 3, device=device), torch.tensor([4, 0, 4], device=device)
    written = x.clone()
    written[rows] = 1.5
    written[:, 1] = x[:, 2]
    out = torch.empty(6, 6, device=device)
    torch.mm(x, x.T, out=out).clamp_(-1, 1).arccos_()
    turned = x.clone().t_().unsqueeze_(0)
    return [x[x > 0], x[rows], x[torch.tensor([1, 2])], written, out, turned, x.new_tensor([1.0])]


def derivatives(device: str) -> list[torch.Tensor]:
    """torch.func: gradients a sample, forward and backward Jacobians, a module's parameters."""
    w, x = draw(3, 2, device=device), draw(5, 3, device=device)
    layer = torch.nn.Linear(3, 2)
    weights = {"weight": draw(2, 3, device=device), "bias": draw(2, device=device)}
    return [
        vmap(grad(lambda w, x: torch.tanh(x @ w).sum()), in_dims=(None, 0))(w, x),
        jacrev(lambda w: x @ w)(w),
        jacfwd(lambda w: torch.tanh(x @ w))(w),
        functional_call(layer, weights, (x,)),
    ]


# Torch's own forward mode still scripts a function when it is first used.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("compute", [train, algebra, indexing, derivatives])
def check_gives_the_numbers_of_the_cpu(compute: Callable[[str], list[torch.Tensor]]) -> None:
    for there, here in zip(compute(NAME), compute("cpu"), strict=True):
        assert isinstance(there, FakeGpuTensor) and there.device.type == NAME
        assert there.shape == here.shape
        assert np.array_equal(there.cpu().numpy(), here.numpy())


def check_numbers_can_be_read_back() -> None:
    x = gpu(3)
    assert x.sum().item() == float(draw(3).sum()) and bool((x == x).all())
    assert x.cpu().tolist() == draw(3).tolist() and "FakeGpuTensor" in repr(x)
    assert f"{x[0]:.3f}" == f"{draw(3)[0]:.3f}"


def check_an_operation_in_place_returns_its_tensor() -> None:
    x, out = gpu(3), gpu(3)
    assert x.add_(1) is x and torch.add(x, x, out=out) is out
    assert torch.equal(out.cpu(), 2 * (draw(3) + 1))


MIXTURES = {
    "a sum": lambda: gpu(3) + draw(3),
    "a product of matrices": lambda: draw(3, 3) @ gpu(3, 3),
    "a list to concatenate": lambda: torch.cat([gpu(3), draw(3)]),
    "a choice": lambda: torch.where(gpu(3) > 0, draw(3), gpu(3)),
    "a search": lambda: torch.searchsorted(gpu(3), draw(3)),
    "a distance": lambda: torch.cdist(gpu(3, 2), draw(3, 2)),
    "a number on the device with points on the CPU": lambda: draw(3) * gpu(),
    "a write in place": lambda: draw(3).add_(gpu(3)),
    "a scalar written in place": lambda: draw().add_(gpu()),
    "an out= on the CPU": lambda: torch.mm(gpu(3, 3), gpu(3, 3), out=draw(3, 3)),
    "values to write at an index": lambda: gpu(3).index_put_((torch.tensor([0, 1]),), draw(2)),
}


@pytest.mark.parametrize("mixture", MIXTURES)
def check_mixed_devices_raise(mixture: str) -> None:
    with pytest.raises(RuntimeError, match="same device"):
        MIXTURES[mixture]()


def check_a_scalar_on_the_cpu_may_join() -> None:
    assert (gpu(3) * torch.tensor(2.0)).device.type == NAME
    assert torch.equal((gpu(3) + torch.tensor(1.0)).cpu(), draw(3) + 1)


def check_copies_cross() -> None:
    x = draw(3)
    x.copy_(gpu(3))
    assert x.device.type == "cpu" and torch.zeros(3, device=NAME).copy_(x).device.type == NAME


def check_an_index_on_the_device_into_the_cpu_raises() -> None:
    with pytest.raises(RuntimeError, match="indices should be"):
        draw(3)[torch.tensor([0, 1], device=NAME)]
    with pytest.raises(RuntimeError, match="indices should be"):
        draw(3)[gpu(3) > 0]


@pytest.mark.parametrize("read", [lambda x: x.numpy(), np.asarray, np.mean])
def check_numpy_without_cpu_raises(read) -> None:
    with pytest.raises((RuntimeError, TypeError)):
        read(gpu(3))


@pytest.mark.parametrize(
    "use",
    [
        lambda g: torch.randn(3, device=NAME, generator=g),
        lambda g: torch.rand(3, device=NAME, generator=g),
        lambda g: torch.randperm(3, device=NAME, generator=g),
        lambda g: torch.multinomial(gpu(3).abs(), 2, generator=g),
        lambda g: gpu(3).normal_(generator=g),
    ],
)
def check_a_generator_of_the_cpu_on_the_device_raises(use) -> None:
    with pytest.raises(RuntimeError, match="device type for generator"):
        use(torch.Generator().manual_seed(0))


def check_what_is_left_on_the_cpu_is_found() -> None:
    model, x = torch.nn.Linear(3, 2), gpu(5, 3)
    with pytest.raises(RuntimeError, match="same device"):
        model(x)
    assert model.to(NAME)(x).device.type == NAME


def check_a_device_may_be_without_float64() -> None:
    with FakeGpu(float64=False):
        x = gpu(3)
        assert x.to("cpu", torch.float64).dtype == torch.float64
        with pytest.raises(TypeError, match="float64"):
            x.double()
        with pytest.raises(TypeError, match="float64"):
            torch.zeros(3, dtype=torch.float64).to(NAME)
    assert gpu(3).double().dtype == torch.float64
