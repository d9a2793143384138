"""Pictures: small, opaque, one meaning a colour, and words for those who cannot see them."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from matplotlib import pyplot as plt
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from scorelab.explore import figures
from scorelab.workbook import COLORS, STYLE, picture, plots
from scorelab.workbook.plots import _png

SAYS = "The risk falls < .03, & rises."
CELL = f"""
from matplotlib import pyplot as plt
from scorelab.workbook import STYLE, picture
plt.style.use(STYLE)
figure, axes = plt.subplots()
axes.plot([1, 2])
picture(figure, {SAYS!r})
"""


@pytest.fixture(autouse=True)
def style():
    mpl.use("agg")
    with plt.style.context(STYLE):
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def notebook():
    cells = [nbformat.v4.new_code_cell(CELL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return NotebookClient(notebook, kernel_name="python3", timeout=100).execute()


def busy() -> plt.Figure:
    """Two heat maps under ten paths each: about the largest that the course draws."""
    draw = np.random.default_rng(0)
    time, place = np.meshgrid(np.linspace(0, 3, 200), np.linspace(-3, 3, 200))
    figure, panels = plt.subplots(1, 2)
    for axes in panels:
        axes.imshow(np.exp(-3 * (place - np.sin(time)) ** 2), extent=(0, 3, -3, 3), aspect="auto")
        axes.plot(time[0], 0.1 * draw.normal(size=(200, 10)).cumsum(0), color="black", lw=0.7)
    return figure


@pytest.mark.slow
def test_a_cell_shows_one_picture_and_below_it_its_words(notebook) -> None:
    shown, words = notebook.cells[0].outputs
    assert shown.output_type == "display_data" and set(shown.data) == {"image/png", "text/plain"}
    assert b64decode(shown.data["image/png"]).startswith(b"\x89PNG")
    assert shown.data["text/plain"] == SAYS
    assert shown.metadata["image/png"] == {"alt": SAYS, "width": 900}
    assert Image.open(BytesIO(b64decode(shown.data["image/png"]))).width == 1800
    assert words.text == SAYS + "\n"


@pytest.mark.slow
def test_a_converted_page_takes_the_words_as_text_alternative(notebook) -> None:
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert 'alt="The risk falls &lt; .03, &amp; rises."' in page


def test_a_terminal_gets_the_words_and_the_figure_is_closed(capsys) -> None:
    figure, _ = plt.subplots()
    picture(figure, SAYS)
    assert capsys.readouterr().out == f"{SAYS}\n"
    assert not plt.get_fignums()


def test_a_figure_is_closed_before_it_is_drawn(monkeypatch) -> None:
    """Two threads that drew one figure have left a picture with half of its parts."""
    open_then: list[list[int]] = []
    monkeypatch.setattr(plots, "in_cell", lambda: True)
    monkeypatch.setattr(plots, "image", lambda *_: SimpleNamespace(show=lambda: None))
    monkeypatch.setattr(plots, "_png", lambda _: open_then.append(plt.get_fignums()))
    picture(plt.figure(), SAYS)
    assert open_then == [[]]


@pytest.mark.parametrize("says", ["", " ", "two\nlines"])
def test_a_picture_says_something_in_one_line(says) -> None:
    with pytest.raises(ValueError, match="says=.*one line"):
        picture(plt.figure(), says)


@pytest.mark.slow
def test_the_busiest_picture_is_small_opaque_and_near_what_was_drawn() -> None:
    figure = busy()
    png = _png(figure)
    assert len(png) <= 130_000
    stored = Image.open(BytesIO(png))
    assert "transparency" not in stored.info and stored.width <= 2000
    figure.set_dpi(2 * figure.dpi)
    figure.canvas.draw()
    exact = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)
    off = np.abs(exact - np.asarray(stored.convert("RGB")))
    assert off.mean() < 4 and exact[0, 0].tolist() == [255, 255, 255]


def test_letters_are_large_enough() -> None:
    _, axes = plt.subplots()
    axes.loglog([1, 10], [1, 2], label="measured")
    axes.set(title="title", xlabel="steps", ylabel="risk")
    labels = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()]
    labels += axes.legend().get_texts()
    assert min(label.get_fontsize() for label in labels) >= 11


def test_static_pictures_and_explorers_have_the_same_colours() -> None:
    assert figures.COLORS is COLORS
    _, axes = plt.subplots()
    (first,), (second,) = axes.plot([1, 2]), axes.plot([2, 1])
    assert [first.get_color(), second.get_color()] == [COLORS["network"], COLORS["kernel"]]


#: What red-blind and green-blind eyes see of linear RGB: Viénot, Brettel and Mollon (1999).
EYES = {
    "red-blind": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "green-blind": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


@pytest.mark.parametrize("eye", EYES)
def test_colour_blind_eyes_tell_the_colours_apart(eye) -> None:
    """By at least 15 in CIELAB, of which 2.3 are just noticed."""
    linear = np.array([mpl.colors.to_rgb(color) for color in COLORS.values()])
    linear = np.where(linear > 0.04045, ((linear + 0.055) / 1.055) ** 2.4, linear / 12.92)
    seen = np.clip(linear @ np.array(EYES[eye]).T, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.cbrt(seen @ np.array(to_xyz).T / [0.9505, 1, 1.089])
    lab = xyz @ np.array([[0, 500, 0], [116, -500, 200], [0, 0, -200]])
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    assert distance[np.triu_indices(len(lab), 1)].min() > 15
