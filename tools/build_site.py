"""The course as static pages, in build/site/html: `make site`.

The pages are the stored notebooks, which nbval has checked, and the Markdown of `site/`. Laid out
for Sphinx, the cell of an explorer shows its film's player, a picture is a file with its words, an
exercise has its hints and its solution folded below it, and the number of an equation is a link.
"""

from __future__ import annotations

import html
import inspect
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import films
import nbformat
import plotly
from lab import NOTEBOOKS, ROOT
from nbformat import NotebookNode
from rooms import room_of
from thumbnails import thumbnail

SITE, BUILD = ROOT / "site", ROOT / "build" / "site"
SOURCE, PAGES = BUILD / "source", BUILD / "html"
STATIC = SOURCE / "static"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
SPHINX = ("-m", "sphinx", "-b", "html", "-n", "-W", "--keep-going", "-q", "-j", "2")
#: What the course's Markdown, read on GitHub, calls what is a page here.
MOVED = {"../README.md": "index.md", "](notebooks/": "](", "](pictures/": "](static/pictures/"}


def main() -> int:
    """Record what is missing, lay all out, and have Sphinx make the pages."""
    films.make_all(films.ROOMS)
    lay_out()
    found = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tools")))}
    return subprocess.run([sys.executable, *SPHINX, SOURCE, PAGES], env=found).returncode


def lay_out() -> None:
    """Everything that Sphinx reads."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(SITE, SOURCE, ignore=shutil.ignore_patterns("*.txt", "*.js", "*.css"))
    (STATIC / "pictures").mkdir(parents=True)
    for name in NAMES:
        nbformat.write(page(name), SOURCE / f"{name}.ipynb")
    for page_name, path in {
        "notation": NOTEBOOKS / "notation.md",
        "syllabus": NOTEBOOKS / "README.md",
        "changelog": ROOT / "CHANGELOG.md",
    }.items():
        (SOURCE / f"{page_name}.md").write_text(moved(path.read_text()))
    shutil.copy(ROOT / "CITATION.cff", SOURCE)
    for name in NAMES:
        shutil.copy(NOTEBOOKS / "pictures" / f"{name}.png", STATIC / "pictures")
    start = SOURCE / "index.md"
    start.write_text(start_page(start.read_text()))
    bring()


CARD = '<li><a href="{name}.html">{pictures}<b>{title}</b> {asks}</a></li>'
AHEAD = '<link rel="preload" href="_static/{}" {}>'
THUMBNAIL = '<img class="only-{}" src="_static/pictures/{}.svg" alt="{}" loading="lazy">'


def start_page(text: str) -> str:
    """The start page with the map of the course, by the table of the README."""
    table = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| \d\d \| \[(.*?): (.*?)\]\(.*?(\d\d-.*?)\.ipynb", table, re.MULTILINE)
    titles = {name: f"{name[:2]} {title}" for title, _, name in rows}
    cards = [card(name, titles[name], asks[0].upper() + asks[1:]) for _, asks, name in rows]
    entries = [f"{title} <{name}>" for name, title in titles.items()]
    text = text.replace("<!-- ahead -->", "\n".join(ahead("start_here")))
    return text.replace("<!-- cards -->", "\n".join(cards)).replace("[0-9]*", "\n".join(entries))


def ahead(room: str) -> Iterator[str]:
    """What the first picture of a room's first film needs, asked for before the player asks."""
    yield AHEAD.format("plotly.min.js", 'as="script"')
    for name in ("head", thumbnail(films.folder(room), room).first):
        yield AHEAD.format(f"films/{room}/0/{name}", 'as="fetch" crossorigin')


def card(name: str, title: str, asks: str) -> str:
    """A notebook on the map, with a picture that moves."""
    room = room_of((NOTEBOOKS / "text" / f"{name}.md").read_text())
    moving, pictures = thumbnail(films.folder(room), room), ""
    for look in ("light", "dark"):
        (STATIC / "pictures" / f"{name}-{look}.svg").write_text(moving.drawn(look == "dark"))
        pictures += THUMBNAIL.format(look, f"{name}-{look}", html.escape(moving.words()))
    return CARD.format(name=name, pictures=pictures, title=title, asks=asks)


def bring() -> None:
    """Films, player, plotly.js and MathJax, which all pages share."""
    for path in (*SITE.glob("*.[cj]s*"), ROOT / "scorelab" / "explore" / "page.css"):
        shutil.copy(path, STATIC)
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", STATIC)
    for room in films.ROOMS:
        shutil.copytree(films.folder(room), STATIC / "films" / room)
    (mathjax,) = Path(sysconfig.get_path("purelib")).glob("sphinx-mathjax-offline/static/mathjax")
    fonts = Path("output", "chtml", "fonts")
    shutil.copytree(mathjax / fonts, STATIC / "mathjax" / fonts)
    shutil.copy(mathjax / "tex-chtml.js", STATIC / "mathjax")


def moved(text: str) -> str:
    """Markdown with its links to pages."""
    for there, here in MOVED.items():
        text = text.replace(there, here)
    return text


# A notebook as a page


def page(name: str) -> NotebookNode:
    """A notebook as its page shows it."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    room = room_of(str(notebook))
    cells, players = [], iter(players_of(room))
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = linked(moved(cell.source), name)
            continue
        for k, output in enumerate(cell.outputs):
            if "image/png" in output.get("data", {}):
                show_picture(output, f"{name}-{cell.id}-{k}")
        if re.search(r"^\w*Explorer\(\)$", cell.source, re.MULTILINE):
            cell.outputs = [player(next(players), cell.outputs)]
            cell.metadata.tags = ["full-width"]
        helping = (linked(text, name) for text in help_with(cell.source, room))
        cells += map(nbformat.v4.new_markdown_cell, helping)
    assert next(players, None) is None, f"{name}: a film without its explorer"
    notebook.cells = cells
    return notebook


def players_of(room: str) -> Iterator[str]:
    """The folders of a room's films, as a page names them."""
    return (f"{room}/{number}" for number in range(len(films.films(room))))


def show_picture(output: NotebookNode, name: str) -> None:
    """Let an output be a picture in a file, with the words that stand for it."""
    (STATIC / "pictures" / f"{name}.png").write_bytes(b64decode(output.data["image/png"]))
    output.data = {"text/html": picture_tag(output, f"_static/pictures/{name}.png")}


def picture_tag(output: NotebookNode, source: str) -> str:
    """The tag of a picture: the words that stand for it, and how wide it is shown."""
    about = output.metadata.get("image/png", {})
    words, width = html.escape(about.get("alt", "")), about.get("width")
    return f'<img src="{source}" alt="{words}"' + f' width="{width}"' * bool(width) + ">"


def player(film: str, pictures: list[NotebookNode]) -> NotebookNode:
    """A film's player, at first the picture that the notebook keeps of its explorer."""
    (still,) = (output.data["text/html"] for output in pictures if "text/html" in output.data)
    still = still.replace("<img", '<img class="sl-still"')
    text = f'<div class="sl-film" data-film="{film}">{still}</div>'
    return nbformat.v4.new_output("display_data", {"text/html": text})


# Exercises


@cache
def exercises(room: str) -> Any:
    """What the notebook of a room calls `check`."""
    return import_module(f"scorelab.chapters.{room}").check


def help_with(source: str, room: str) -> Iterator[str]:
    """Hints and solution of the exercises that a cell checks, folded."""
    for name in re.findall(r"^check\.(\w+)\((?!\))", source, re.MULTILINE):
        if name in exercises(room).tasks():
            yield "\n\n".join(folded(*each) for each in helps(name, room))


def helps(name: str, room: str) -> Iterator[tuple[str, str]]:
    """The hints of an exercise, and its solution in words and code, each under its title."""
    check = exercises(room)
    written, function = check._page(name), getattr(check.tasks()[name], "solution", None)
    for number, hint in enumerate(written.hints, 1):
        yield f"Hint {number}", hint
    code = f"```python\n{inspect.getsource(function).strip()}\n```" if function else ""
    yield "Solution", "\n\n".join(filter(None, (written.worked, code)))


def folded(title: str, text: str) -> str:
    """Markdown that opens on a click."""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


# Equations


@cache
def tags(number: str) -> set[str]:
    """The numbers of the equations of a notebook, named by its own number."""
    (text,) = (NOTEBOOKS / "text").glob(f"{number}-*.md")
    return set(re.findall(r"\\tag\{(\d+)\}", text.read_text()))


#: Where nothing is a reference: code, and formulas.
FORMAL = re.compile(r"(```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$)", re.DOTALL)
REFERENCE = re.compile(r"(?<![\w\]])\((\d+)\)(?! *\()( of notebook (\d\d))?")


def linked(text: str, name: str) -> str:
    """Markdown whose equations can be linked to, and whose references to them are links."""
    own = name[:2]

    def link(found: re.Match[str]) -> str:
        there = found[3] or own
        if found[1] not in tags(there):
            return found[0]
        return f"[({found[1]})](#eq-{there}-{found[1]}){found[2] or ''}"

    parts = FORMAL.split(text)
    parts[::2] = [REFERENCE.sub(link, part) for part in parts[::2]]
    parts[1::2] = [formula(part, own) if part.startswith("$$") else part for part in parts[1::2]]
    return "".join(parts)


def formula(text: str, own: str) -> str:
    """A displayed formula: one that has a number can be linked to.

    In one of several lines Sphinx would allow no number, were it not told to leave it as it is.
    """
    tag = re.search(r"\\tag\{(\d+)\}", text)
    if "\\\\" in text:
        text = f"```{{math}}\n:nowrap:\n\n\\[{text[2:-2].strip()}\\]\n```\n"
    return f"\n\n(eq-{own}-{tag[1]})=\n{text}" if tag else text


if __name__ == "__main__":
    sys.exit(main())
