"""The speeds the course relies on, measured: ``make bench``. It prints a table and judges nobody.

Where a row has a reference, both are run in turn and the medians compared, so that whatever else
the machine is doing slows both. A new row is a function that returns a ``Row``, in MEASUREMENTS.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import dense_convex
import explorers
import torch
from lab import find_chromium
from problems import PROCESS, regression
from torch import Generator, Tensor

import scorelab as sl
from scorelab.fused import net as fused_net
from scorelab.kernel import largest_eigenvalue

ROOT = Path(__file__).resolve().parents[2]
Action = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is None where there is nothing to reach."""

    what: str
    ours: str
    reference: str = ""
    ratio: str = ""
    reach: str = ""
    met: bool | None = None


def seconds(action: Action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def shown(value: float) -> str:
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.2f} s"


def faster(what: str, ours: Action, reference: Action, reach: float, repeats: int, per: int) -> Row:
    """A ratio of medians; each action does its work ``per`` times."""
    ours(), reference()
    pairs = [(seconds(ours), seconds(reference)) for _ in range(repeats)]
    mine, theirs = (statistics.median(column) / per for column in zip(*pairs, strict=True))
    ratio = theirs / mine
    return Row(what, shown(mine), shown(theirs), f"{ratio:.1f} ×", f"≥ {reach:g} ×", ratio >= reach)


def within(what: str, action: Action, limit: float, repeats: int = 15) -> Row:
    """A median against a limit in seconds."""
    action()
    value = statistics.median(seconds(action) for _ in range(repeats))
    return Row(what, shown(value), reach=f"≤ {shown(limit)}", met=value <= limit)


def python(code: str) -> float:
    """What a fresh interpreter prints last."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def autograd_steps(net: sl.TwoLayerNet, z: Tensor, labels: Tensor, rate: float, steps: int) -> None:
    """Gradient descent as everybody writes it."""
    weight = net.weight.clone().requires_grad_()
    optimizer = torch.optim.SGD([weight], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        out = torch.relu(z @ weight.T) @ net.signs / math.sqrt(net.width)
        ((out - labels).square().sum() / (2 * len(z))).backward()
        optimizer.step()


class Step(NamedTuple):
    """Gradient descent on n rows in d dimensions with a width, some steps at a time."""

    n: int
    width: int
    dim: int
    steps: int

    @property
    def name(self) -> str:
        return f"a step of gradient descent, n = {self.n}, m = {self.width}, d = {self.dim}"

    def problem(self) -> tuple[sl.TwoLayerNet, Tensor, Tensor, float]:
        data = regression(self.n, self.dim)
        z = PROCESS.features(data.t, data.x_t)
        net = sl.TwoLayerNet(PROCESS, self.dim, self.width)
        return net, z, data.x_0, 1 / largest_eigenvalue(z)

    def against_autograd(self, reach: float) -> Row:
        net, z, labels, rate = self.problem()
        fused = fused_net.FusedDescent(z, labels, net.weight, net.signs, rate)
        return faster(
            f"{self.name}, against autograd with SGD",
            lambda: fused.advance(self.steps),
            lambda: autograd_steps(net, z, labels, rate, self.steps),
            reach,
            repeats=9,
            per=self.steps,
        )

    def above_the_floor(self) -> Row:
        """Beside as much arithmetic in one large product, which no processor does faster."""
        net, z, labels, rate = self.problem()
        fused = fused_net.FusedDescent(z, labels, net.weight, net.signs, rate)
        side = round((2 * self.n * self.width * (2 * self.dim + 2) * self.steps) ** (1 / 3))
        square = torch.randn(side, side)
        pairs = [
            (seconds(lambda: fused.advance(self.steps)), seconds(lambda: square @ square))
            for _ in range(10)
        ]
        mine, floor = (statistics.median(column) for column in zip(*pairs[1:], strict=True))
        what = f"{self.name}, above as much arithmetic in one product"
        times = (shown(each / self.steps) for each in (mine, floor))
        return Row(what, *times, f"{mine / floor:.1f} ×", "≤ 2 ×", mine <= 2 * floor)


STEPS = {Step(1000, 1024, 2, 40): 15, Step(4000, 2048, 15, 4): 4, Step(10_000, 4096, 24, 1): 4}


def plain_ntk(z1: Tensor, z2: Tensor) -> Tensor:
    dot = z1 @ z2.T
    u = (dot / (z1.norm(dim=1)[:, None] * z2.norm(dim=1))).clamp(-1, 1)
    return dot * (math.pi - torch.arccos(u)) / (2 * math.pi)


def gram() -> Row:
    data = regression(4000, 2)
    z = PROCESS.features(data.t, data.x_t)
    return faster(
        "the kernel matrix, n = 4000, float32, against one line of torch",
        lambda: sl.ntk(z, z),
        lambda: plain_ntk(z, z),
        reach=4,
        repeats=15,
        per=1,
    )


PEAK = """
import torch, scorelab as sl
def status(name):
    return next(int(l.split()[1]) / 1024 for l in open("/proc/self/status") if name in l)
z = torch.randn(4000, 4)
sl.ntk(z[:64], z[:64])
before = status("VmRSS")
open("/proc/self/clear_refs", "w").write("5")  # the peak counts from here
sl.ntk(z, z)
print(status("VmHWM") - before - 4 * len(z) ** 2 / 2**20)
"""


def gram_memory() -> Row:
    what, size = "its peak memory beyond the result", 4 * 4000**2 / 2**20
    if not os.path.exists("/proc/self/clear_refs"):
        return Row(what, "not measured here")
    extra = python(PEAK)
    return Row(what, f"{extra:.1f} MiB", reach=f"< {size:.0f} MiB", met=extra < size)


def replay() -> Row:
    flow, queries = sl.KernelFlow(PROCESS, regression(1000, 2)), regression(500, 2)
    at = flow.replay(queries.t, queries.x_t)
    return within("kernel flow, n = 1000: 500 fixed queries at any stop", lambda: at(300), 0.005)


def rules() -> Row:
    data, held, fresh = (regression(n, 2) for n in (1000, 250, 1000))
    flow, truth = sl.KernelFlow(PROCESS, data), sl.GaussianMixture.ring().denoiser(PROCESS)

    def all_rules() -> None:
        vars(flow).pop("left_at_stops", None)  # kept between calls, but not from the first
        noise, radius = sl.stopping.noise_and_radius(flow, sl.stopping.gcv(flow))
        for c in (1.0, radius):
            sl.stopping.rademacher(flow.eigenvalues, flow.step_size, noise, c)
        sl.stopping.loo(flow)
        sl.stopping.holdout(flow, held)
        sl.stopping.oracle(flow, truth, fresh)

    return faster(
        "six stopping rules of a flow, n = 1000, against its decomposition",
        all_rules,
        lambda: sl.KernelFlow(PROCESS, data),
        reach=1,
        repeats=9,
        per=1,
    )


FLOW = """
import time, torch, scorelab as sl
process, law = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
sl.warm_up()
data = process.regression(law.sample(4000))
start = time.perf_counter()
sl.KernelFlow(process, data)
print(time.perf_counter() - start)
"""


def large_flow() -> Row:
    value = python(FLOW)
    return Row("kernel flow, n = 4000", shown(value), reach="≤ 20 s", met=value <= 20)


def large_flow_memory() -> Row:
    what = "its whole process at its peak"
    if not os.path.exists("/proc/self/status"):
        return Row(what, "not measured here")
    peak = "print(next(int(l.split()[1]) / 2**20 for l in open('/proc/self/status') if 'HWM' in l))"
    value = python(FLOW.replace("print(time.perf_counter() - start)", peak))
    return Row(what, f"{value:.2f} GiB", reach="≤ 3 GiB", met=value <= 3)


def sampling() -> Row:
    net = sl.TwoLayerNet(PROCESS, 2, 1024)
    return within(
        "500 samples in 40 steps, width 1024",
        lambda: sl.sample(PROCESS, net, 500, 2, steps=40),
        0.06,
    )


def normal_line(n: int) -> Tensor:
    return torch.randn(n, 1, dtype=torch.float64, generator=Generator().manual_seed(0))


def convex_program() -> Row:
    x, beta = normal_line(500), 20.0
    ours = sl.convex.score_matching(x, beta).objective
    dense = dense_convex.optimum(x[:, 0].numpy(), beta, "relu", True)
    off = abs(ours / dense - 1)
    return faster(
        f"score matching on a line, n = 500, against the dense program (off by {off:.0e})",
        lambda: sl.convex.score_matching(x, beta),
        lambda: dense_convex.optimum(x[:, 0].numpy(), beta, "relu", True),
        reach=50,
        repeats=3,
        per=1,
    )


def large_convex_program(activation: str, skip: bool) -> Row:
    x, beta = normal_line(20_000), 0.3 * 20_000**0.5
    what = f"the same, n = 20,000, {activation}, {'with' if skip else 'without'} skip"
    return within(what, lambda: sl.convex.score_matching(x, beta, activation, skip), 4, repeats=3)


def convex_path() -> Row:
    x, betas = normal_line(500), torch.logspace(0.4, 2.8, 60, dtype=torch.float64).tolist()
    what = "a path of 60 β, n = 500, the slowest of the four networks"
    return within(what, lambda: sl.convex.path(x, betas, "relu", False), 3, repeats=3)


def convex_plane(outputs: str, patterns: int | None = 200) -> Row:
    x, xi = torch.randn(2, 100, 2, dtype=torch.float64, generator=Generator().manual_seed(0))
    x, labels, many = x + 0.5 * xi, -2 * xi, patterns or "all 9,902"
    what = f"denoising in the plane, n = 100, {many} patterns with cones, {outputs} outputs"
    options = {"patterns": patterns, "skip": False, "outputs": outputs}
    return within(what, lambda: sl.convex.denoising(x, labels, 2.0, **options), 2.5, repeats=5)


IMPORT = """
import time, torch
start = time.perf_counter()
import scorelab
print(time.perf_counter() - start)
"""


def importing() -> Row:
    value = statistics.median(python(IMPORT) for _ in range(5))
    return Row("import scorelab, beyond torch", shown(value), reach="≤ 1 s", met=value <= 1)


FIRST_USE = """
import time, scorelab as sl
start = time.perf_counter()
sl.warm_up()
print(time.perf_counter() - start)
"""


def first_use() -> Row:
    value = statistics.median(python(FIRST_USE) for _ in range(3))
    return Row("first training and first kernel of a session, kernels compiled", shown(value))


#: Activation, and whether there is a skip connection.
NETWORKS = [("relu", True), ("relu", False), ("abs", True), ("abs", False)]

#: The longest a notebook may take under nbval, in seconds.
NOTEBOOKS = {f"{i:02}": 30 if i < 4 else 40 for i in range(12)}


def notebook(number: str, reach: float) -> Row:
    start = time.perf_counter()
    command = ["-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
    (path,) = (ROOT / "notebooks").glob(f"{number}-*.ipynb")
    options = ["--nbval-sanitize-with=tests/sanitize.cfg", path]
    environment = os.environ | {"SCORELAB_HEADLESS": "1"}
    subprocess.run(
        [sys.executable, *command, *options],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env=environment,
    )
    value = time.perf_counter() - start
    return Row(
        f"notebook {number} under nbval", shown(value), "", "", f"≤ {reach} s", value <= reach
    )


def explorer() -> list[Row]:
    """What a reader waits for, where there is a browser to measure it in."""
    if not find_chromium():
        return [Row("the explorer in a browser", "not measured: no Chromium found")]
    figures = explorers.measure()
    return [Row(what, f"{v:.3g}", reach=f"{reach:g}", met=met) for what, v, reach, met in figures]


MEASUREMENTS: list[Callable[[], Row]] = [
    *(partial(Step.against_autograd, step, reach) for step, reach in STEPS.items()),
    *(partial(Step.above_the_floor, step) for step in STEPS),
    gram,
    gram_memory,
    replay,
    rules,
    large_flow,
    large_flow_memory,
    sampling,
    convex_program,
    *(partial(large_convex_program, *network) for network in NETWORKS),
    convex_path,
    *(partial(convex_plane, outputs) for outputs in ("separate", "joint")),
    partial(convex_plane, "joint", None),
    importing,
    first_use,
    *(partial(notebook, number, reach) for number, reach in NOTEBOOKS.items()),
]


def table(rows: list[Row]) -> str:
    """The rows as aligned columns under their heading."""
    met = {True: "yes", False: "NO", None: ""}
    lines = [("what", "ours", "reference", "ratio", "reach", "met")]
    lines += [(r.what, r.ours, r.reference, r.ratio, r.reach, met[r.met]) for r in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main() -> None:
    sl.warm_up()
    print(table([measure() for measure in MEASUREMENTS]), end="\n\n")
    print(table(explorer()))
    print(f"\n{torch.get_num_threads()} threads, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
