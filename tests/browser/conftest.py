"""The browser tests share one JupyterLab and one Chromium, and each notebook is opened once."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook, find_chromium
from reader import RUN_ALL, explorers, first_answer, inspect


@pytest.fixture(scope="package")  # Playwright runs an event loop, in which other tests would stand
def lab() -> Iterator[Lab]:
    """A JupyterLab on a copy of the notebooks; without a Chromium the tests that need it skip."""
    if not find_chromium():
        pytest.skip("no Chromium or Chrome found")
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="package")
def start_here(lab: Lab) -> Iterator[Notebook]:
    """Notebook 00 as its reader runs it, until the explorer has answered: then ■ halts the rest."""
    notebook = lab.open("00-start-here.ipynb")
    notebook.page.evaluate(RUN_ALL)
    first_answer(notebook, "noise", moves="exact")
    notebook.interrupt()
    notebook.page.wait_for_function("window.slRan")
    notebook.press("train", "Space")
    notebook.settle()
    inspect(notebook)
    yield notebook
    notebook.close()


@pytest.fixture(scope="package")
def two_layer_network(lab: Lab) -> Iterator[Notebook]:
    """Notebook 03, none of its cells run: for all that needs an explorer that trains."""
    notebook = lab.open("03-a-two-layer-network.ipynb")
    yield notebook
    notebook.close()


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
