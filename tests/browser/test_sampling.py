"""Notebook 07 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive

NAME = "07-sampling.ipynb"
PATHS = {"from the left", "from the middle", "from the right"}


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("n", "ArrowUp", {"data", "samples", "at each stop"}),
        ("stop", "End", {"samples", "now", *PATHS}),
        ("steps", "Home", {"samples", "at each stop", *PATHS}),
        ("method", "ArrowDown", {"samples", "at each stop", *PATHS}),
        ("schedule", "ArrowDown", {"samples", "at each stop", *PATHS}),
        ("exact", "End", {"exact denoiser here", "samples", "at each stop"}),
        ("exact", "Home", {"exact denoiser here", "samples", "at each stop"}),
        ("times", "ArrowUp", {"samples", "at each stop", *PATHS}),
        ("target", "ArrowDown", {"data", "modes of the truth", "fresh data"}),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str]
) -> None:
    status = notebook.text("status")
    drive(notebook, control, [key], moves)
    assert notebook.text("status") != status


def test_another_measure_moves_the_middle_panel_and_its_axis(notebook: Notebook) -> None:
    read = "figure => figure._fullLayout.yaxis2.title.text"
    figure = notebook.page.locator(".js-plotly-plot")
    before = figure.evaluate(read)
    drive(notebook, "measure", ["End"], {"at each stop", "now", "calls now", "fresh data"})
    assert figure.evaluate(read) == "KL(p‖q)" != before
