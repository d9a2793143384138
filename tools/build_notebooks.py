"""Execute notebooks from their text, and store what they show: `make notebooks`.

Each notebook is made from its text in notebooks/text. Where a cell shows an explorer, what is
stored is a picture of it, as sharp as a good screen, so that a reader of the page on GitHub sees
something too; and below it, where it moves.
"""

import os
import re
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from lab import NOTEBOOKS, Lab, find_chromium
from nbclient import NotebookClient
from nbformat import NotebookNode

from scorelab.workbook.plots import SHARP

WIDGET = "application/vnd.jupyter.widget-view+json"
CAPTION = "A picture of the explorer: run this cell to move it."
BELOW = "Run this cell to move it; or see it move at {}."
#: What each notebook says of where the course is; its web pages are beside that.
REPOSITORY = re.compile(r'REPOSITORY = "https://github\.com/([\w-]+)/([\w.-]+)"')
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def main(names: list[str]) -> None:
    """Build the named notebooks, or all of them."""
    names = names or sorted(text.stem for text in (NOTEBOOKS / "text").glob("*.md"))
    explorers = {name: build(name) for name in names}
    if not any(explorers.values()):
        return
    if not find_chromium():
        print("No Chromium found: the explorers keep the pictures they had.")
        return
    with Lab(sharp=SHARP) as lab:
        for name, cells in explorers.items():
            if cells:
                take_pictures(lab, name, cells)


def build(name: str) -> list[int]:
    """Execute one notebook, write it, and return which of its cells show an explorer."""
    print(f"{name}: running")
    notebook = jupytext.read(NOTEBOOKS / "text" / f"{name}.md")
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=300,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        record_timing=False,  # else the notebook differs after every run
        coalesce_streams=True,  # how many messages a text came in is chance
        store_widget_state=False,  # else it holds 5 MB of JavaScript
    ).execute()
    notebook.metadata = NotebookNode(METADATA)
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position:02}"  # the text has no ids, and random ones would always differ
    explorers = [i for i, cell in enumerate(notebook.cells) if shows_explorer(cell)]
    for i, picture in zip(explorers, stored_pictures(name, len(explorers)), strict=True):
        cell = notebook.cells[i]
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            sys.exit(
                f'{name}: the explorer cell needs tags=["nbval-ignore-output"]:\n{cell.source}'
            )
        cell.outputs = [*filter(stays, cell.outputs), *picture]
    write(name, notebook)
    return explorers


def shows_explorer(cell: NotebookNode) -> bool:
    """Whether a cell has a live widget among its outputs."""
    return any(WIDGET in output.get("data", {}) for output in cell.get("outputs", []))


def stays(output: NotebookNode) -> bool:
    """Whether an output is neither a live widget nor the empty place of its picture."""
    data = output.get("data", {})
    return WIDGET not in data and data != {"text/plain": ""}


def stored_pictures(name: str, count: int) -> list[list[NotebookNode]]:
    """The pictures that the notebook has now, and what is below, for each of `count` explorers."""
    path = NOTEBOOKS / f"{name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells if path.exists() else []
    shown = (cell.outputs[-2:] for cell in cells if any(map(is_picture, cell.get("outputs", []))))
    return ([*shown] + [[]] * count)[:count]


def is_picture(output: NotebookNode) -> bool:
    """Whether an output is the picture of an explorer."""
    return output.get("data", {}).get("text/plain") == CAPTION


def page_of(name: str, notebook: NotebookNode) -> str:
    """The address of the notebook's web page."""
    (found,) = REPOSITORY.finditer("\n".join(cell.source for cell in notebook.cells))
    return f"https://{found[1]}.github.io/{found[2]}/{name}.html"


def pictured(png: bytes, about: dict[str, Any], page: str) -> list[NotebookNode]:
    """The picture of an explorer, and below it how to move it."""
    data = {"image/png": b64encode(png).decode(), "text/plain": CAPTION}
    below = {"text/markdown": BELOW.format(f"<{page}>"), "text/plain": BELOW.format(page)}
    return [
        nbformat.v4.new_output("display_data", data, metadata={"image/png": about}),
        nbformat.v4.new_output("display_data", below),
    ]


def take_pictures(lab: Lab, name: str, cells: list[int]) -> None:
    """Run the notebook in JupyterLab and store a picture of the explorer in each of `cells`."""
    page = lab.open(f"{name}.ipynb")
    page.run_all()
    if page.errors:
        sys.exit("\n".join([f"{name}, in the browser:", *page.errors]))
    path = NOTEBOOKS / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for i in cells:
        shown = pictured(*page.still(i), page_of(name, notebook))
        if i == cells[0]:  # for the README and the syllabus
            picture = b64decode(shown[0].data["image/png"])
            (NOTEBOOKS / "pictures" / f"{name}.png").write_bytes(picture)
        outputs = notebook.cells[i].outputs
        has = next((k for k, each in enumerate(outputs) if is_picture(each)), len(outputs))
        outputs[has:] = shown
    write(name, notebook)
    page.close()


def write(name: str, notebook: NotebookNode) -> None:
    """Write a notebook, and say how large it is."""
    path: Path = NOTEBOOKS / f"{name}.ipynb"
    nbformat.write(notebook, path)
    print(f"{name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    os.environ["SCORELAB_HEADLESS"] = "1"  # for the kernels: train in the cell, not behind it
    main(sys.argv[1:])
