"""Every notebook, as a reader meets it in JupyterLab at 1366 × 768."""

import pytest
from lab import NOTEBOOKS, Lab

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
FITS = """explorer => {
    const screen = jupyterapp.shell.currentWidget.content.node
    return explorer.offsetHeight <= screen.clientHeight
        && explorer.scrollWidth <= explorer.closest('.jp-OutputArea-output').clientWidth
}"""


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_without_an_error_and_its_explorers_fit_the_screen(lab: Lab, name: str) -> None:
    notebook = lab.open(name)
    notebook.run_all()
    explorers = notebook.page.locator(".sl-explorer")
    assert [explorers.nth(i).evaluate(FITS) for i in range(explorers.count())].count(False) == 0
    assert all(notebook.traces(i) for i in range(explorers.count())), "a figure is blank"
    assert notebook.errors == []
    notebook.close()
