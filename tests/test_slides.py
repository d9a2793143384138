"""Slides made of the notebooks: what is on them, what is not, and that they fit."""

import re
from functools import cache

import nbformat
import pytest
from deck import ROOM, Slide, slides
from lab import NOTEBOOKS
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))


def read(name: str) -> NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


@cache
def made(name: str) -> list[Slide]:
    return slides(read(name))


@pytest.mark.parametrize("name", NAMES)
def test_formulas_explorers_and_pictures_are_on_slides_once_and_the_prose_is_noted(name) -> None:
    notebook, blocks = read(name), [block for slide in made(name) for block in slide.blocks]
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    text = text.split("\n## Sources")[0]
    formulas = re.findall(r"\$\$.*?\$\$", text, re.DOTALL)
    assert [block.text for block in blocks if block.kind == "formula"] == formulas
    shown = [block.text.split()[1] for block in blocks if block.kind == "explorer"]
    assert shown == [str(k) for k in range(len(shown))] != []
    assert not any("check." in block.text for block in blocks if block.kind == "code")
    notes = "\n".join(note for slide in made(name) for note in slide.notes)
    assert all(block.text in notes for block in blocks if block.kind == "sentence")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_slide_has_fits_it_or_is_alone(name) -> None:
    for slide in made(name):
        high = sum(block.height for block in slide.blocks)
        assert high <= ROOM or len(slide.blocks) <= 2, (slide.title, high)


def test_a_sentence_leads_to_its_formula_and_else_a_paragraph_shows_its_first() -> None:
    cells = [
        new_markdown_cell(
            "## 1 A rule\n\n> **In two lines.** A. Or B.\n\n"
            "**Why.** It is so, e.g. $a. B$. More of it.\n\nFirst. So\n\n$$x$$"
        ),
        new_code_cell("%pip install", metadata={"tags": ["remove-cell"]}),
        new_code_cell("import math"),
        new_code_cell("a = 1"),
        new_code_cell("check.a(...)"),
        new_markdown_cell("## Sources\n\nNobody."),
    ]
    (slide,) = slides(new_notebook(cells=cells))
    assert slide.title == "1 A rule"
    assert [(block.kind, block.text) for block in slide.blocks] == [
        ("idea", "**In two lines.** A. Or B."),
        ("sentence", "**Why.** It is so, e.g. $a. B$."),
        ("sentence", "So"),
        ("formula", "$$x$$"),
        ("code", "a = 1"),
    ]
