"""Notebook 02 in JupyterLab: every control by keyboard."""

import pytest
from lab import Notebook
from reader import drive, shown

NAME = "02-score-matching-is-regression.ipynb"
#: From the right end of each title of a y axis to its axis, in pixels.
TITLES = """() => {
    const figure = document.querySelector('.sl-explorer .js-plotly-plot')
    const layout = figure._fullLayout
    const left = figure.getBoundingClientRect().left
    return ['y', 'y2', 'y3'].map(y => layout[y.replace('y', 'xaxis')]._offset + left
        - figure.querySelector(`.g-${y}title`).getBoundingClientRect().right)
}"""


@pytest.mark.parametrize(
    ("control", "keys", "moves", "stays"),
    [
        ("noise", ["ArrowLeft"], "exact denoiser", "label noise"),
        ("noise", ["Home"], "perfect fit", "excess risk of the perfect fit"),
        ("n", ["ArrowLeft"] * 2, "labels of n rows", "exact denoiser"),
        ("n", ["End"], "excess risk of the perfect fit", "label noise"),
        ("fit", ["ArrowDown"], "perfect fit", "labels of n rows"),
        ("noise", ["ArrowRight"] * 4, "what it was fitted to", "training loss of the perfect fit"),
        ("target", ["ArrowDown"], "label noise", "training loss of the perfect fit"),
        ("target", ["ArrowDown"], "variance of the data", "training loss of the perfect fit"),
    ],
)
def test_a_control_moves_its_panel_by_keyboard(
    notebook: Notebook, control: str, keys: list[str], moves: str, stays: str
) -> None:
    before, sentence = shown(notebook), notebook.text("status")
    drive(notebook, control, keys, {moves})
    assert shown(notebook)[stays] == before[stays]
    assert notebook.text("status") != sentence


@pytest.mark.parametrize("width", [683, 1024, 1366])
def test_titles_stand_beside_their_axes(notebook: Notebook, width: int) -> None:
    notebook.resize(width, 1080)
    gaps = notebook.page.evaluate(TITLES)
    assert all(15 < gap < 70 for gap in gaps), gaps
    assert notebook.errors == []
