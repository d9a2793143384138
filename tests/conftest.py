"""What all tests share. It runs before torch or a kernel starts, and sets their environment."""

import os

from hypothesis import settings

# The kernels of the notebooks inherit this: explorers train in the cell, where an error fails it.
os.environ["SCORELAB_HEADLESS"] = "1"

# pytest-xdist's workers share the cores; each would otherwise start a thread on every one.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = threads

settings.register_profile("scorelab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("scorelab")
