"""Whoever looks: on any width, light or dark, with a screen reader, or without a kernel."""

import json
import re
from base64 import b64decode
from html import unescape
from io import BytesIO

import nbformat
import numpy as np
import pytest
from lab import Notebook
from nbconvert import HTMLExporter
from PIL import Image
from reader import EXECUTE, rest, run_explorers, shown, wait_for

from scorelab.workbook.plots import COLORS, NIGHT

#: What reaches beyond the explorer, and words of the figure that lie on each other.
BEYOND = """() => {
    const explorer = document.querySelector('.sl-explorer'), room = explorer.clientWidth
    const figure = explorer.querySelector('.js-plotly-plot .main-svg')
    return [explorer.scrollWidth > room, Number(figure.getAttribute('width')) > room]
}"""
WORDS = """() => {
    const kinds = '.xtitle, .ytitle, .annotation-text, .legendtext'
    const all = [...document.querySelectorAll('.sl-explorer .js-plotly-plot ' + kinds)]
        .map(e => [e.textContent, e.getBoundingClientRect()])
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1
    return all.flatMap(([a, x], i) => all.slice(i + 1)
        .filter(([b, y]) => meet(x, y)).map(([b, y]) => a + ' on ' + b))
}"""
SEEN = """() => {
    const figure = document.querySelector('.js-plotly-plot'), page = figure.closest('.sl-explorer')
    const drawn = figure.querySelector('.main-svg') // the figure's own box is as wide as its page
    return [page.clientWidth, drawn.getBoundingClientRect().width, figure._fullLayout.width]
}"""
INK = """what => {
    const node = document.querySelector('.sl-explorer ' + what), style = getComputedStyle(node)
    return style.fill === 'none' || node.tagName === 'B' || node.tagName === 'DIV'
        ? style.color : style.fill
}"""
HANDLES = """() => [...document.querySelectorAll('.sl-explorer .widget-hslider')].map(box => {
    const handle = box.querySelector('.noUi-handle'), get = name => handle.getAttribute(name)
    return [get('aria-label'), box.querySelector('.widget-label').textContent,
            get('aria-valuetext'), box.querySelector('.widget-readout').textContent]
})"""


@pytest.fixture(scope="module")
def notebook(start_here: Notebook) -> Notebook:
    """The first notebook, its explorer new, trained and in sight."""
    run_explorers(start_here)
    rest(start_here)
    return start_here


@pytest.mark.parametrize("width", [683, 1024, 1366, 1920])
def test_the_explorer_has_the_width_of_its_page(notebook: Notebook, width: int) -> None:
    notebook.resize(width, 1080)

    def fits() -> bool:
        room, _, layout = notebook.page.evaluate(SEEN)
        return room - 25 <= layout <= room

    wait_for(fits)
    assert notebook.page.evaluate(BEYOND) == [False, False]
    assert notebook.page.evaluate(WORDS) == []
    assert notebook.errors == []


#: Holds the thread that owns the explorers, as a long computation would.
HOLD = """from scorelab.explore import owner
import time
owner.hand(time.sleep, 3)"""


def test_the_page_follows_a_new_width_before_the_kernel_does(notebook: Notebook) -> None:
    notebook.resize(1366, 1080)
    before = notebook.page.evaluate(SEEN)[2]
    notebook.page.evaluate(EXECUTE, HOLD)
    notebook.page.set_viewport_size({"width": 1024, "height": 1080})
    wait_for(lambda: notebook.page.evaluate(SEEN)[0] < before - 200)

    def followed() -> bool:
        room, seen, _ = notebook.page.evaluate(SEEN)
        return room - 25 <= seen <= room + 1

    wait_for(followed)
    assert notebook.page.evaluate(SEEN)[2] == before, "the kernel was there first"
    wait_for(lambda: notebook.page.evaluate(SEEN)[2] < before - 200)
    wait_for(followed)


def test_letters_grow_with_the_page_and_no_figure_is_made_anew(notebook: Notebook) -> None:
    size = "document.querySelector('.js-plotly-plot')._fullLayout.font.size"
    notebook.page.evaluate("document.querySelector('.js-plotly-plot').slMine = true")
    sizes = []
    for width in (1366, 1920):
        notebook.resize(width, 1080)
        sizes.append(notebook.page.evaluate(size))
    assert sizes[0] == 14 and sizes[1] > 17
    assert notebook.page.evaluate("document.querySelector('.js-plotly-plot').slMine")


def contrast(color: str, paper: str) -> float:
    """The contrast of two colours of CSS, rgb(…), as WCAG has it."""

    def light(words: str) -> float:
        rgb = np.array([float(word) for word in re.findall(r"[\d.]+", words)[:3]]) / 255
        linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, bright = sorted([light(color), light(paper)])
    return (bright + 0.05) / (dark + 0.05)


def test_words_and_lines_are_seen_on_a_dark_page_and_again_on_a_light_one(
    notebook: Notebook,
) -> None:
    for dark, palette in ((True, NIGHT), (False, COLORS)):
        notebook.theme(dark)
        paper = notebook.page.evaluate(
            "getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor"
        )
        for what in (".xtitle", ".annotation-text", ".legendtext", ".sl-status b", ".sl-sentence"):
            assert contrast(notebook.page.evaluate(INK, what), paper) > 4.5, (what, dark)
        drawn = notebook.page.evaluate(
            "document.querySelector('.js-plotly-plot')._fullData.map(t => t.line?.color)"
        )
        assert palette["truth"] in drawn and palette["network"] in drawn
        behind = "getComputedStyle(document.querySelector('.js-plotly-plot .main-svg'))"
        assert notebook.page.evaluate(behind + ".backgroundColor") == "rgba(0, 0, 0, 0)"
    assert notebook.errors == []


def test_a_move_on_a_dark_page_keeps_its_colours(notebook: Notebook) -> None:
    notebook.theme(dark=True)
    before = shown(notebook)["excess risk"]
    notebook.press("width", "End")  # the kernel's curves have a colour of their own
    wait_for(lambda: shown(notebook)["excess risk"] != before)
    risk = "._fullData.find(t => t.name == 'excess risk')"
    color = f"document.querySelector('.js-plotly-plot'){risk}.line.color"
    assert notebook.page.evaluate(color) == NIGHT["kernel"]
    notebook.press("width", "ArrowLeft", times=2)
    notebook.theme(dark=False)


def test_a_screen_reader_hears_names_values_sentence_and_error(notebook: Notebook) -> None:
    notebook.press("stop", "ArrowRight")
    notebook.settle()
    handles = notebook.page.evaluate(HANDLES)
    assert len(handles) == 3
    for name, label, value, readout in handles:
        assert name == label.strip() != "" and value == readout.strip() != ""
    get = "([part, name]) => document.querySelector('.sl-' + part).getAttribute(name)"
    assert notebook.page.evaluate(get, ["status", "role"]) == "status"
    assert notebook.page.evaluate(get, ["status", "aria-live"]) == "polite"
    assert notebook.page.evaluate(get, ["error", "role"]) == "alert"
    figure = notebook.page.locator(".js-plotly-plot").first
    assert figure.get_attribute("role") == "img"
    words = figure.get_attribute("aria-label") or ""
    assert "risk against steps" in words and notebook.text("status").strip() in words


#: Lets the explorer say something.
SAY = """from scorelab.explore.explorer import BaseExplorer
from ipywidgets.widgets.widget import _instances
for explorer in list(_instances.values()):
    if isinstance(explorer, BaseExplorer):
        explorer.say({!r})"""


def test_a_sentence_keeps_its_height_and_its_exponents(notebook: Notebook) -> None:
    status = "document.querySelector('.sl-status')"

    def say(sentence: str, plain: str) -> float:
        notebook.page.evaluate(EXECUTE, SAY.format(sentence))
        wait_for(lambda: notebook.text("status").strip() == plain)
        notebook.page.wait_for_timeout(100)
        return notebook.page.evaluate(f"{status}.offsetHeight")

    short = say("2<sup>14</sup> and 3 × 10<sup>−7</sup>", "2¹⁴ and 3 × 10⁻⁷")
    label = notebook.page.locator(".js-plotly-plot").first.get_attribute("aria-label") or ""
    assert label.endswith("2¹⁴ and 3 × 10⁻⁷")
    line = notebook.page.evaluate(f"parseFloat(getComputedStyle({status}).fontSize)")
    assert short > 2.5 * line, "one line more would move what is below"
    wide = "word " * 150
    high = say(wide, wide.strip())
    assert high > short
    assert say("1", "1") == high


SAVED = "JSON.stringify(jupyterapp.shell.currentWidget.content.model.toJSON())"


def test_what_is_saved_shows_the_present_state_without_a_kernel(notebook: Notebook) -> None:
    cells = json.loads(notebook.page.evaluate(SAVED))["cells"]
    cell = [c["metadata"].get("tags", []) for c in cells].index(["nbval-ignore-output"])
    first, _ = notebook.still(cell)
    notebook.press("stop", "ArrowRight", times=3)
    sentence = notebook.text("status").strip()
    wait_for(lambda: notebook.text("status").strip() != sentence)
    notebook.settle(quiet=1)
    sentence = notebook.text("status").strip()
    wait_for(lambda: sentence in notebook.still(cell)[1]["alt"])
    png, about = notebook.still(cell)
    words = about["alt"]
    assert png != first
    kept = Image.open(BytesIO(png))
    picture = kept.convert("RGB")
    assert 1000 < picture.width <= 1160 and len(png) < 100_000 and kept.mode == "P"
    assert about["width"] == picture.width, "this screen has one pixel for one of CSS"
    assert (np.array(picture)[8:30, -200:] == [255, 243, 196]).all(-1).mean() > 0.5, "no stamp"
    saved = nbformat.reads(notebook.page.evaluate(SAVED), as_version=4)
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(saved)
    assert "children=(" not in page
    assert (
        f'alt="{words}"'.split()
        == re.search(r'alt="A picture of the explorer[^"]*"', unescape(page))[0].split()
    )
    images = [
        b64decode(found) for found in re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    ]
    assert png in images
    # Where the explorer lives, its picture is not shown as well.
    hidden = ".jp-OutputArea-child:has(+ .jp-OutputArea-child .sl-explorer)"
    assert not notebook.page.locator(hidden).first.is_visible()
    assert notebook.errors == []
