"""The course as slides, in build/slides: `make slides`.

The slides are made of the stored notebooks by the rule of tools/deck.py, and shown by reveal.js.
An explorer is its film, in the letters of a hall; where `make present` serves the slides, it is
the explorer itself. All that a browser needs lies beside them.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from base64 import b64decode
from importlib.metadata import files
from pathlib import Path
from typing import Any

import films
import nbformat
import plotly
from build_site import picture_tag
from deck import Block, Slide, slides
from lab import NOTEBOOKS, ROOT
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode
from rooms import room_of

from scorelab.explore.arrange import LETTER, arrange, letters
from scorelab.explore.design import Design
from scorelab.explore.film import WIDTHS
from scorelab.explore.lecture import BOLD, thickened
from scorelab.explore.reel import opened, sealed

HOME, BUILD = ROOT / "slides", ROOT / "build" / "slides"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
#: How high a figure is on a slide, in parts of its width: controls and sentence are beside it.
SHAPE = 0.4
highlight = Highlight2HTML()


def main() -> None:
    """Record what is missing, bring what slides share, and write them."""
    films.make_all(films.ROOMS)
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.copytree(NOTEBOOKS / "pictures", BUILD / "pictures")
    bring()
    frame = (HOME / "slides.html").read_text()
    for name in NAMES:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        text = "\n".join(section(slide, notebook, name) for slide in slides(notebook))
        (BUILD / f"{name}.html").write_text(frame.replace("NAME", name).replace("SLIDES", text))
    entries = "".join(f'<li><a href="{name}.html">{name}</a></li>' for name in NAMES)
    (BUILD / "index.html").write_text(f"<!doctype html><title>Slides</title><ul>{entries}</ul>")


# What slides share


def bring() -> None:
    """reveal.js, MathJax, plotly.js, and the player with its films."""
    reveal = part_of("sphinx-revealjs", "_static/revealjs/dist/reveal.js").parent.parent
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"):
        shutil.copy(reveal / name, BUILD)
    mathjax = part_of("sphinx-mathjax-offline", "static/mathjax/tex-chtml.js").parent
    shutil.copy(mathjax / "tex-chtml.js", BUILD)
    fonts = Path("output", "chtml", "fonts")
    shutil.copytree(mathjax / fonts, BUILD / fonts)
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", BUILD)
    look = ROOT / "scorelab" / "explore" / "page.css"
    for path in (*(ROOT / "site").glob("player.*"), *HOME.glob("slides.[cj]s*"), look):
        shutil.copy(path, BUILD)
    for room in films.ROOMS:
        shutil.copytree(films.folder(room), BUILD / "films" / room)
        for number, film in enumerate(films.films(room)):
            enlarge(BUILD / "films" / room / str(number), Design.of(film.explorer.blank()))


def part_of(package: str, end: str) -> Path:
    """A file of an installed package."""
    (found,) = (file for file in files(package) or () if str(file).endswith(end))
    return Path(str(found.locate()))


def enlarge(film: Path, design: Design) -> None:
    """Let a film have its figure as in a hall: arranged for it, and with thick lines."""
    for path in film.iterdir():
        part, planes = opened(path.read_bytes())
        if path.name == "head":
            part["widths"] = [hall(design, width) for width in WIDTHS]
        for style in part.get("styles", ()):
            merge(style, thickened(style, BOLD))
        path.write_bytes(sealed(part, planes))


def merge(style: dict[str, Any], changes: dict[str, Any]) -> None:
    """Changes upon a style, part by part."""
    for name, value in changes.items():
        if isinstance(value, dict):
            merge(style.setdefault(name, {}), value)
        else:
            style[name] = value


def hall(design: Design, width: int) -> tuple[int, float, dict[str, Any]]:
    """A page's width, how much larger than designed its letters are, and how the figure fits it."""
    letter = letters(width, lecture=True)
    return width, letter / LETTER, arrange(design, width, lecture=SHAPE * width)


# A slide


def section(slide: Slide, notebook: NotebookNode, name: str) -> str:
    """A slide as reveal.js takes it."""
    title = f"<h2>{inline(slide.title)}</h2>" if slide.title else ""
    body = "\n".join(shown(block, notebook, name) for block in slide.blocks)
    notes = markdown2html_mistune("\n\n".join(slide.notes))
    return f'<section>{title}\n{body}\n<aside class="notes">{notes}</aside></section>'


def shown(block: Block, notebook: NotebookNode, name: str) -> str:
    """A block as HTML."""
    match block.kind:
        case "explorer":
            room = room_of(str(notebook))
            cell, explorer = map(int, block.text.split())
            outputs = notebook.cells[cell].outputs
            still = next(each for each in outputs if "image/png" in each.data)
            still = picture(still, f"{name}-{cell}").replace("<img", '<img class="sl-still"')
            return f'<div class="sl-film" data-film="{room}/{explorer}">{still}</div>'
        case "picture":
            cell, k = map(int, block.text.split())
            return picture(notebook.cells[cell].outputs[k], f"{name}-{cell}-{k}")
        case "measured":
            return f'<pre class="measured">{html.escape(block.text)}</pre>'
        case "image":
            return inline(block.text)
        case "code":
            return highlight(block.text, "python")
    return markdown2html_mistune(block.text)


def picture(output: NotebookNode, name: str) -> str:
    """A picture in a file of its own, with the words that stand for it."""
    (BUILD / "pictures" / f"{name}.png").write_bytes(b64decode(output.data["image/png"]))
    return picture_tag(output, f"pictures/{name}.png")


def inline(text: str) -> str:
    """Markdown of one line, without its paragraph."""
    return re.sub(r"^<p>|</p>$", "", markdown2html_mistune(text).strip())


if __name__ == "__main__":
    sys.exit(main())
