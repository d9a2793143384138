"""Two Python threads in the fused loops at once: on every layer of Numba's they stay apart."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AT_ONCE = """
import threading
import torch
import scorelab as sl
from scorelab.fused import ntk

process, draws = sl.OrnsteinUhlenbeck(), torch.Generator().manual_seed(0)
data = process.regression(torch.randn(200, 2, generator=draws), generator=draws)
rows = torch.randn(300, 4, generator=draws)

def work():
    net = sl.TwoLayerNet(process, 2, 64, generator=torch.Generator().manual_seed(1))
    path = sl.NetworkPath.record(net, data, [1, 30, 60])
    columns = ntk.Columns(rows)
    grams = [columns.gram(rows) for _ in range(30)]
    return path.at(60)(data.t, data.x_t), grams[-1], columns.product(rows, rows[:, :2])

alone, found = work(), []
workers = [threading.Thread(target=lambda: found.append(work())) for _ in range(4)]
for each in workers: each.start()
for each in workers: each.join()
assert len(found) == 4
assert all(torch.equal(a, b) for answers in found for a, b in zip(alone, answers))
import numba
print(numba.threading_layer())
"""


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["workqueue", "omp"])
def test_two_threads_get_the_same_as_one(layer: str) -> None:
    environment = os.environ | {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": "2"}
    command = [sys.executable, "-c", AT_ONCE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if "not available" in done.stderr or "No threading layer" in done.stderr:
        pytest.skip(f"this Numba has no layer {layer}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == layer


FORKED = """
import multiprocessing
import torch
import scorelab as sl

process, draws = sl.OrnsteinUhlenbeck(), torch.Generator().manual_seed(0)
data = process.regression(torch.randn(400, 2, generator=draws), generator=draws)

def work(_=None):
    net = sl.TwoLayerNet(process, 2, 64, generator=torch.Generator().manual_seed(1))
    return sl.KernelFlow(process, data).step_size, list(sl.descend(net, data, [9]))[-1].train_loss

if __name__ == "__main__":
    here = work()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        there = pool.map_async(work, range(2)).get(timeout=200)
    assert all(abs(a - b) < 1e-6 * a for found in there for a, b in zip(here, found)), (here, there)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize("layer", ["workqueue", "omp"])
def test_a_forked_child_computes_as_its_parent_does(layer: str, tmp_path: Path) -> None:
    script = tmp_path / "forked.py"
    script.write_text(FORKED)
    environment = os.environ | {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": "2"}
    command = [sys.executable, "-W", "ignore", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_fused_loop_lets_other_threads_run() -> None:
    from scorelab.fused import net, ntk

    loops = (net._descend, net._predict, ntk._gram, ntk._product)
    assert all(loop.many.targetoptions["nogil"] for loop in loops)
