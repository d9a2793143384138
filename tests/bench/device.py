"""What an accelerator gives, checked and measured: ``make device``, in some minutes.

First the mathematics on the device is held against the CPU's, and the claims of some notebooks are
made there; then a table is printed and kept in ``tests/device-<card>.csv``: each row ours, the same
in plain torch, that compiled by torch, and what the card could do at most (bytes over the measured
bandwidth, or operations over the measured rate of a large product). Without a card every row says
that it is not measured. It needs torch, Triton, numpy, numba, scipy, pandas, scikit-learn and
pytest, and no other package. ``make device ARGS=--rehearse`` tries it where there is no card, on
tiny problems, with the kernels interpreted: its times say nothing.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from typing import NamedTuple

REHEARSE = "--rehearse" in sys.argv[1:]
if REHEARSE:  # Triton reads this as it starts
    os.environ["TRITON_INTERPRET"] = "1"

import torch  # noqa: E402
from torch import Generator, Tensor  # noqa: E402

import scorelab as sl  # noqa: E402
from scorelab import kernel  # noqa: E402
from scorelab.descent import TorchDescent  # noqa: E402
from scorelab.features import FeatureFlow  # noqa: E402
from scorelab.fused import cards, cards_ntk  # noqa: E402

TESTS = Path(__file__).resolve().parents[1]
DEVICE = torch.device("cpu") if REHEARSE else sl.device()
SHRINK = 250 if REHEARSE else 1  # what a rehearsal divides sizes by
PROCESS = sl.OrnsteinUhlenbeck()
NOTEBOOKS = ("00", "03", "04")
Action = Callable[[], object]


class Rates(NamedTuple):
    """Bytes a millisecond, of a large copy, and operations a millisecond, of a large product."""

    bandwidth: float
    product: float


@dataclass(frozen=True)
class Row:
    """One line of the table, in milliseconds; None where there was nothing to measure."""

    ours: float
    torch: float | None = None
    compiled: float | None = None
    floor: float | None = None
    unit: str = "ms"

    def line(self, what: str) -> str:
        times = self.ours, self.torch, self.compiled, self.floor
        over = [self.torch and self.torch / self.ours, self.floor and self.ours / self.floor]
        cells = [f"{shown(t, self.unit):>12}" for t in times]
        if self.unit == "ms":
            cells += [f"{shown(ratio, 'x'):>10}" for ratio in over]
        return f"{what:<{WIDE}}" + "".join(cells).rstrip()


NAMES = {"ours": 12, "torch": 12, "compiled": 12, "floor": 12, "gain": 10, "to floor": 10}
WIDE = 58
HEADER = " " * WIDE + "".join(f"{name:>{wide}}" for name, wide in NAMES.items())


def shown(value: float | None, unit: str = "ms") -> str:
    return "" if value is None else f"{value:.3g} {unit}"


def wait() -> None:
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def milliseconds(action: Action, per: int = 1, repeats: int = 3) -> float:
    """The median time of ``action``, which does its work ``per`` times; a first one warms up."""
    times = []
    for _ in range(repeats + 1):
        wait()
        start = time.perf_counter()
        action()
        wait()
        times.append(1000 * (time.perf_counter() - start) / per)
    return statistics.median(times[1:])


def tried(make: Callable[[], Action], per: int = 1) -> float | None:
    """As ``milliseconds``; None where the card's memory, or torch's compiler, is not up to it."""
    try:
        return milliseconds(make(), per)
    except (torch.cuda.OutOfMemoryError, torch._dynamo.exc.TorchDynamoException) as error:
        print(f"  not measured: {str(error).splitlines()[0]}")
        return None
    finally:
        if DEVICE.type == "cuda":
            torch.cuda.empty_cache()


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(shape, generator=Generator().manual_seed(seed)).to(DEVICE, dtype)


def rates() -> Rates:
    """What the card does at most."""
    size = 8192 // (32 if REHEARSE else 1)
    a, b = normal(size, size), normal(size, size, seed=1)
    to = torch.empty_like(a)
    copied, multiplied = milliseconds(lambda: to.copy_(a)), milliseconds(lambda: a @ b)
    return Rates(8 * size**2 / copied, 2 * size**3 / multiplied)


def steps(n: int, m: int, d: int, rates: Rates) -> Row:
    """A step of descent; the floor counts a product forward and one back for each of W and a."""
    n, m = max(n // SHRINK, 8), max(m // SHRINK, 8) // 2 * 2
    net = sl.TwoLayerNet(PROCESS, d, m, generator=Generator().manual_seed(0), device=DEVICE)
    z, labels = normal(n, d + 2, seed=1), normal(n, d, seed=2)
    per = 2 if REHEARSE or n * m > 10**8 else 64

    def plain() -> Action:
        descent = TorchDescent(net, z, labels, 1e-3)
        return lambda: descent.advance(per)

    def compiled() -> Action:
        gradient = torch.compile(net._gradient)  # unchecked, as ours is
        weight = net.weight.clone()

        def run() -> None:
            for _ in range(per):
                weight.sub_(gradient(z, labels)[0], alpha=1e-3)

        return run

    ours = cards.FusedDescent(z, labels, net.weight, net.signs, 1e-3)
    floor = 4 * n * m * (2 * d + 2) / rates.product
    by_compiler = None if REHEARSE else tried(compiled, per)
    return Row(milliseconds(lambda: ours.advance(per), per), tried(plain, per), by_compiler, floor)


def digits(tf32: bool, count: int = 10_000) -> Row:
    """How far answers after many steps are from those in float64, relative: ours, and torch's."""
    n, m = max(1000 // SHRINK, 8), max(1024 // SHRINK, 8) // 2 * 2
    net = sl.TwoLayerNet(PROCESS, 2, m, generator=Generator().manual_seed(0), device=DEVICE)
    z, labels, taken = normal(n, 4, seed=1), normal(n, 2, seed=2), count // SHRINK
    exact = net.with_weight(net.weight.double())
    exact.signs = net.signs.double()
    rate = 1 / kernel.largest_eigenvalue(z)
    by_torch = TorchDescent(net, z, labels, rate)
    runs = [
        TorchDescent(exact, z.double(), labels.double(), rate),
        cards.FusedDescent(z, labels, net.weight, net.signs, rate),
        by_torch,
    ]
    before = torch.backends.cuda.matmul.allow_tf32
    try:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        for run in runs:
            run.advance(taken)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    told = [exact.with_weight(run.weight().double()).forward(z.double()) for run in runs]
    ours, theirs = (float((each - told[0]).norm() / told[0].norm()) for each in told[1:])
    return Row(ours, theirs, unit="")


def gram(n: int, rates: Rates) -> Row:
    z = normal(max(n // SHRINK, 8), 4)
    by_torch = tried(lambda: lambda: kernel.blockwise_ntk(z, z))
    floor = 4 * len(z) ** 2 / rates.bandwidth
    return Row(milliseconds(lambda: cards_ntk.gram(z, z)), by_torch, floor=floor)


def kernel_flow(n: int) -> Row:
    size = max(n // SHRINK, 8)
    x_0 = sl.GaussianMixture.ring().sample(size, generator=Generator().manual_seed(0)).to(DEVICE)
    data = PROCESS.regression(x_0, times="log", generator=Generator().manual_seed(1))
    start = time.perf_counter()
    sl.KernelFlow(PROCESS, data).at(300)
    wait()
    return Row(1000 * (time.perf_counter() - start))


def samples(n: int, m: int, count: int) -> Row:
    net = sl.TwoLayerNet(PROCESS, 2, m, generator=Generator().manual_seed(0), device=DEVICE)

    def plain(t: Tensor, x: Tensor) -> Tensor:
        return (net.features(t, x) @ net.weight.T).relu_() @ net.signs / m**0.5

    def draw(denoiser: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        draws, size = Generator().manual_seed(0), max(n // SHRINK, 8)
        return sl.sample(PROCESS, denoiser, size, 2, count, generator=draws, device=DEVICE)

    return Row(milliseconds(lambda: draw(net)), milliseconds(lambda: draw(plain)))


def features(rows: int, noises: int, width: int) -> Row:
    size, m = max(rows // SHRINK, 8), max(width // SHRINK, 4)

    def make() -> FeatureFlow:
        draws = Generator().manual_seed(0)
        x_0 = normal(size, 2)
        batches = (PROCESS.regression(x_0, times="log", generator=draws) for _ in range(noises))
        return FeatureFlow(PROCESS, batches, m, generator=draws)

    return Row(milliseconds(make, repeats=1))


STEPS = ((1_000, 1_024, 2), (20_000, 16_384, 2), (15_000, 4_096, 24), (100_000, 16_384, 15))
PLAN: dict[str, Callable[[Rates], Row]] = {
    **{
        f"step of descent, n = {n:,}, m = {m:,}, d = {d}": partial(steps, n, m, d)
        for n, m, d in STEPS
    },
    "kernel matrix, n = 20,000": partial(gram, 20_000),
    "kernel flow from nothing, n = 4,000": lambda _: kernel_flow(4_000),
    "kernel flow from nothing, n = 10,000": lambda _: kernel_flow(10_000),
    "10,000 samples in 40 steps, m = 1,024": lambda _: samples(10_000, 1_024, 40),
    "1,024 features, 15,000 rows × 16, d = 2": lambda _: features(15_000, 16, 1_024),
    "answers after 10,000 steps, off float64, relative": lambda _: digits(tf32=False),
    "the same with TF32, which ours never uses": lambda _: digits(tf32=True),
    "kernel flow from nothing, n = 20,000": lambda _: kernel_flow(20_000),
}


def table() -> dict[str, Row]:
    most = rates()
    print(
        f"{most.bandwidth / 1e6:.0f} GB/s in a copy, {most.product / 1e9:.2f} TFLOP/s in a product"
    )
    print(f"\n{HEADER}")
    rows = {}
    for what, measure in PLAN.items():
        rows[what] = measure(most)
        print(rows[what].line(what), flush=True)
    return rows


def check() -> int:
    """The mathematics on the device against the CPU's, in a process of its own; its exit status."""
    environment = os.environ | {"SCORELAB_DEVICE": str(DEVICE)}
    options = ("-q", "--noconftest", "-p", "no:cacheprovider", "-o", "python_functions=check_*")
    others = "not convex and not framework"  # they need a solver and more that a card does not
    command = (sys.executable, "-m", "pytest", *options, "-k", others)
    checks = TESTS / "devices" / "check_mathematics.py"
    return subprocess.run([*command, checks], env=environment, check=False).returncode


def claims() -> int:
    """The claims of 00, 03 and 04 on the device; the exit status of the process that makes them."""
    environment = os.environ | {"SCORELAB_DEVICE": str(DEVICE)}
    command = (sys.executable, TESTS / "bench" / "claims.py", *NOTEBOOKS)
    try:
        return subprocess.run(command, env=environment, check=False, timeout=120).returncode
    except subprocess.TimeoutExpired:
        print("the claims were not made in two minutes")
        return 1


def keep(rows: dict[str, Row | None], card: str) -> Path:
    """The table as a file; None for what was not measured."""
    path = TESTS / f"device-{card.lower().replace(' ', '-')}.csv"
    with path.open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["what", *(field.name for field in fields(Row))])
        for what, row in rows.items():
            lines.writerow([what, *(astuple(row) if row else ["not measured"])])
    return path


def main() -> int:
    if DEVICE.type != "cuda" and not REHEARSE:
        print("There is no CUDA device here: nothing to measure. --rehearse tries the command.")
        print(keep(dict.fromkeys(PLAN), "none"))
        return 0
    card = "none" if REHEARSE else torch.cuda.get_device_name(DEVICE)
    print(f"{card}, torch {torch.__version__}, Triton {cards.triton.__version__}", flush=True)
    failed = check() + claims()
    rows = table()
    if not REHEARSE:
        print(f"\n{keep({**rows}, card)}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
