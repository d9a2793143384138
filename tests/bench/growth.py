"""How time and memory grow with the rows, the neurons and the dimension, drawn as growth.png.

python tests/bench/growth.py measures it all, some two minutes on an idle machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from problems import PROCESS, regression
from scipy import stats

import scorelab as sl
from scorelab.workbook import STYLE

PICTURE = Path(__file__).with_name("growth.png")


def descent(n: int = 1000, m: int = 1024, d: int = 2) -> Callable[[], object]:
    """Ten steps of gradient descent on n rows in d dimensions with m neurons."""
    path = sl.NetworkPath.record
    net, data = sl.TwoLayerNet(PROCESS, d, m), regression(n, d)
    return lambda: path(net, data, [10], step_size=0.1)


def gram(n: int) -> Callable[[], object]:
    """The kernel matrix of n rows in the plane."""
    data = regression(n, 2)
    z = PROCESS.features(data.t, data.x_t)
    return lambda: sl.ntk(z, z)


def flow(n: int) -> Callable[[], object]:
    """The kernel flow on n rows in the plane: its matrix and the decomposition of that."""
    data = regression(n, 2)
    return lambda: sl.KernelFlow(PROCESS, data)


def walk(n: int) -> Callable[[], object]:
    """n samples of a network in 40 steps."""
    net = sl.TwoLayerNet(PROCESS, 2, 1024)
    return lambda: sl.sample(PROCESS, net, n, 2, steps=40)


class Growth(NamedTuple):
    """What is measured against one size, and the power of it that the mathematics asks for."""

    what: str
    size: str
    values: tuple[int, ...]
    make: Callable[[int], Callable[[], object]]
    power: int


def best(action: Callable[[], object]) -> float:
    """The least of seven times: what a machine does besides can only add to it."""
    action()
    times = []
    for _ in range(7):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


GROWTHS = (
    Growth("ten steps of descent", "n", (1000, 4000, 16_000, 64_000), lambda n: descent(n=n), 1),
    Growth("ten steps of descent", "m", (1024, 4096, 16_384, 65_536), lambda m: descent(m=m), 1),
    Growth("ten steps of descent", "d", (8, 16, 32, 64), lambda d: descent(n=4000, d=d), 1),
    Growth("n samples", "n", (1000, 4000, 16_000), walk, 1),
    Growth("kernel matrix", "n", (1000, 2000, 4000, 8000), gram, 2),
    Growth("kernel flow", "n", (500, 1000, 2000, 4000), flow, 3),
)

PEAK = """
import sys
sys.path.insert(0, {folder!r})
import growth
def status(name):
    return next(int(l.split()[1]) / 1024 for l in open("/proc/self/status") if name in l)
growth.{what}({small})()
before = status("VmRSS")
action = growth.{what}({large})
action()
print(status("VmHWM") - before)
"""
#: Peaks beyond what is held before, in MiB: what, its size, its values, and how it may grow.
MEMORIES = (
    ("descent", "n", (100_000, 200_000, 400_000), 1),
    ("descent", "m", (100_000, 200_000, 400_000), 1),
    ("flow", "n", (1000, 2000, 4000), 2),
)


def peaks(what: str, size: str, values: tuple[int, ...]) -> list[float]:
    """MiB at the peak of a process of its own for each value; empty where no /proc tells."""
    if not os.path.exists("/proc/self/status"):
        return []
    found = []
    for value in values:
        names = {"small": f"{size}=100", "large": f"{size}={value}", "what": what}
        code = PEAK.format(folder=str(Path(__file__).parent), **names)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(float(done.stdout))
    return found


def exponent(values: tuple[int, ...], measured: list[float]) -> float:
    """The slope in log-log, over the larger half: at small sizes other costs count."""
    half = len(values) // 2
    return float(stats.linregress(np.log(values[-half - 1 :]), np.log(measured[-half - 1 :])).slope)


def label(what: str, size: str, values: tuple[int, ...], measured: list[float], power: int) -> str:
    return f"{what}: {size}$^{{{exponent(values, measured):.2f}}}$ (at most {power})"


def main() -> None:
    """Measure all, and draw it."""
    plt.style.use(STYLE)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
    for (what, size, values, make, power), mark in zip(GROWTHS, "osD^vP", strict=True):
        times = [best(make(value)) for value in values]
        left.loglog(values, times, f"{mark}-", label=label(what, size, values, times, power))
    for what, size, values, power in MEMORIES:
        if found := peaks(what, size, values):
            right.loglog(values, found, "s--", label=label(what, size, values, found, power))
    left.set(title="seconds", xlabel="n, m or d", ylim=(None, 2000))
    right.set(title="MiB at the peak", xlabel="n or m", ylim=(None, 5000))
    for axes in (left, right):
        axes.legend(fontsize=9, loc="upper left")
    figure.savefig(PICTURE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main()
