"""What all tests share. It runs before torch or a kernel starts, and sets their environment."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("reader", "seen")  # so that their assertions say what they saw

# The kernels of the notebooks inherit this: explorers train in the cell, where an error fails it.
os.environ["SCORELAB_HEADLESS"] = "1"

# Without a card its kernels are interpreted. Triton reads this as it starts.
if not Path("/dev/nvidiactl").exists():
    os.environ["TRITON_INTERPRET"] = "1"

# pytest-xdist's workers share the cores; each would otherwise start a thread on every one.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = threads

settings.register_profile("scorelab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("scorelab")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long first, so that all workers end together: browser, notebooks, all the rest."""
    order = ("tests/browser/", "notebooks/", "")
    items.sort(key=lambda item: next(k for k, s in enumerate(order) if item.nodeid.startswith(s)))


#: What tests the explorers' kit in a browser; what tests a chapter's has a browser of its own.
KIT = ("kernel_events", "look", "moves", "start_here", "two_layer_network", "windowing")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file whole on one worker, as `--dist loadfile` does, and all that share a browser, too;
    but as they come where that is asked for by `--dist worksteal`: `make fuzz` is one file.

    The browsers' tests mostly wait: so there are two, and three workers for two processors.
    """
    from xdist.scheduler import LoadFileScheduling

    if config.getoption("dist") == "worksteal":
        return None

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            if not file.startswith("tests/browser/"):
                return file
            kit = file.removeprefix("tests/browser/test_").removesuffix(".py") in KIT
            return "the kit's browser" if kit else "the chapters' browser"

    return ByFile(config, log)
