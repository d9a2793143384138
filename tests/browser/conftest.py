"""The browser tests share one JupyterLab and one Chromium, and each notebook is opened once."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook, find_chromium
from reader import explorers, inspect


@pytest.fixture(scope="package")  # Playwright runs an event loop, in which other tests would stand
def lab() -> Iterator[Lab]:
    """A JupyterLab on a copy of the notebooks; without a Chromium the tests that need it skip."""
    if not find_chromium():
        pytest.skip("no Chromium or Chrome found")
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """The notebook that the module names, its explorers drawn, on the screen and without an error.

    Only the explorers' cells are run. The others show text and pictures that the page shows anyhow,
    for they are stored, and nbval runs them all and compares what they print. That an explorer
    lives while later cells run is seen in notebook 00.
    """
    with explorers(lab, request.module.NAME) as notebook:
        inspect(notebook)
        yield notebook
