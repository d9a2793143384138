"""What it costs to import the package and to start: measured in fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_importing_the_package_imports_nothing_heavy_but_torch() -> None:
    heavy = (
        "numba",
        "pandas",
        "plotly",
        "ipywidgets",
        "scipy",
        "IPython",
        "matplotlib",
        "cloudpickle",
    )
    code = f"import sys, scorelab; print(*(m for m in {heavy} if m in sys.modules))"
    assert run("-c", code).strip() == ""


# Everything that compiles, in the types, dimensions and layouts that the course uses.
SESSION = """
import torch, scorelab as sl
from scorelab.fused import net as fused_net
from scorelab.fused import ntk as fused_ntk

def compiled():
    functions = [f for m in (fused_net, fused_ntk) for f in vars(m).values() if hasattr(f, "stats")]
    return sum(len(f.signatures) for f in functions), sum(
        sum(f.stats.cache_misses.values()) for f in functions)

sl.warm_up()
before, process = compiled(), sl.OrnsteinUhlenbeck()
for dim in (1, 2, 14):
    data = process.regression(torch.randn(20, dim))
    z = process.features(data.t, data.x_t)
    net = sl.NetworkPath.record(sl.TwoLayerNet(process, dim, 8), data, [0, 3], step_size=1).at(3)
    flow = sl.KernelFlow(process, data)
    for denoiser in (net, flow.at(3)):
        sl.sample(process, denoiser, 5, dim, steps=3)
    flow.replay(data.t, data.x_t)(3)
    for a in (z, z[::2], z[:, ::2], z.T[:, :2], z.double(), z.double()[::2]):
        sl.ntk(a, a)
assert compiled() == before, (before, compiled())
print(before[1])
"""


@pytest.mark.slow
def test_warm_up_compiles_everything_once_without_a_warning(tmp_path: Path) -> None:
    session = ("-W", "error", "-c", SESSION)
    first, second = (int(run(*session, NUMBA_CACHE_DIR=str(tmp_path))) for _ in range(2))
    assert first > 0 and second == 0
