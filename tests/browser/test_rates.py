"""Notebook 06 in JupyterLab: every control by keyboard, whose keys stay in it, and a lecture."""

from io import BytesIO
from pathlib import Path

import pytest
from lab import Notebook
from PIL import Image
from reader import drive, shown, wait_for

NAME = "06-how-much-data.ipynb"
#: What Notebook 7 does: its commands see a key before the control does.
CAPTURE = """() => document.addEventListener(
    'keydown', event => jupyterapp.commands.processKeydownEvent(event), true)"""
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"
#: The smallest letters of the explorer that are seen, but for exponents, in
#: pixels; where its foot is, and its width.
SMALLEST = """root => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), sizes = []
    while (walk.nextNode()) {
        const node = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim()
        if (node.matches('tspan[dy], sup') || !text || !node.getClientRects().length) continue
        let size = parseFloat(getComputedStyle(node).fontSize)
        for (let n = node; n; n = n.parentElement) size *= parseFloat(getComputedStyle(n).zoom)
        sizes.push(size)
    }
    const foot = root.querySelector('.sl-tools').getBoundingClientRect().bottom
    return [Math.min(...sizes), foot, root.scrollWidth]
}"""


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("n", "End", {"this n", "this n of the stop", "risk, mean"}, "each data set"),
        ("seeds", "Home", {"each data set", "fit", "95 % of the slope"}, ""),
        ("rule", "ArrowDown", {"each data set", "each data set of the stop"}, "never stopped"),
        ("times", "ArrowDown", {"never stopped", "fit", "risk, mean"}, ""),
        ("dim", "ArrowDown", {"slope of (9)", "slope of (9) of the stop", "risk, mean"}, ""),
    ],
)
def test_a_control_moves_its_traces_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: set[str], stays: str
) -> None:
    before, status = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    now = shown(notebook)
    assert stays not in now or now[stays] == before[stays]
    assert notebook.text("status") != status


def test_arrows_move_the_control_and_not_the_cell_in_notebook_7_either(notebook: Notebook) -> None:
    notebook.page.evaluate(CAPTURE)
    cell = notebook.page.evaluate(ACTIVE)
    for control, key in (("n", "ArrowDown"), ("n", "ArrowLeft"), ("dim", "ArrowUp")):
        before = notebook.text("status")
        notebook.press(control, key)
        wait_for(lambda before=before: notebook.text("status") != before)
        assert notebook.page.evaluate(ACTIVE) == cell
    notebook.press("dim", "Shift+Enter")
    wait_for(lambda: notebook.page.evaluate(ACTIVE) == cell + 1)
    assert notebook.errors == []


def test_a_lecture_fills_the_screen_with_large_letters_and_ends(notebook: Notebook) -> None:
    notebook.resize(1366, 768)
    size = notebook.explorer.evaluate(SMALLEST)[0]
    assert size < 14
    notebook.press("hall", "Enter")
    wait_for(lambda: notebook.explorer.evaluate(SMALLEST)[0] > 19.9)
    notebook.settle()
    assert notebook.text("hall") == "Leave lecture view"
    _, foot, wide = notebook.explorer.evaluate(SMALLEST)
    assert 700 <= foot <= 768 and wide <= 1366
    notebook.press("hall", "Space")
    wait_for(lambda: notebook.explorer.evaluate(SMALLEST)[0] == size)
    assert notebook.errors == []


def test_the_code_of_the_state_is_shown_and_a_picture_saved(notebook: Notebook) -> None:
    notebook.press("n", "ArrowLeft")
    notebook.settle()
    n = notebook.explorer.locator(".sl-n .widget-readout").text_content() or ""
    notebook.press("copy", "Enter")
    code = notebook.explorer.locator(".sl-code")
    wait_for(code.is_visible)
    line = code.input_value()
    assert line.startswith("from scorelab.chapters.rates import Explorer; Explorer(dim=2, ")
    assert f", n={n.replace(',', '')}, " in line
    with notebook.page.expect_download() as saved:
        notebook.press("save", "Enter")
    assert saved.value.suggested_filename == "rates.png"
    picture = Image.open(BytesIO(Path(saved.value.path()).read_bytes()))
    assert picture.width > 2000 and len(set(picture.convert("L").tobytes())) > 20
    assert notebook.errors == []
