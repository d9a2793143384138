"""The browser tests share one JupyterLab and one Chromium."""

from collections.abc import Iterator

import pytest
from lab import Lab, find_chromium


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A JupyterLab on a copy of the notebooks; without a Chromium the tests that need it skip."""
    if not find_chromium():
        pytest.skip("no Chromium or Chrome found")
    with Lab() as lab:
        yield lab
