"""Copy the notebooks into `work/`, where a student's edits are safe: `make work`.

A copy remembers, in its metadata, which cells it was made with. One that still has them follows the
course when that has changed; one that has others is its student's, and stays: the course's new
version is put beside it.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import nbformat
from lab import NOTEBOOKS, ROOT
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

WORK = ROOT / "work"
#: A link to a file of the course that is not copied: pictures, the notation.
LINK = re.compile(r"\]\((?![\w+]+:|#|/)([^)\s]+\.(?:md|png)\b[^)]*)\)")


def digest(notebook: NotebookNode) -> str:
    """What the cells are, whatever they have shown."""
    cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def copied(source: Path) -> NotebookNode:
    """A notebook of the course as it is put into `work`."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"](../notebooks/\1)", cell.source)
    notebook.metadata.scorelab = {"cells": digest(notebook)}
    return notebook


def made_with(path: Path) -> tuple[str | None, bool]:
    """Which cells a copy was made with, and whether it has others now.

    What cannot be read is a student's, and stays.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        made = notebook.metadata.scorelab["cells"]
    except Exception:  # of whatever kind: it is in the way of nothing
        return None, True
    return made, made != digest(notebook)


def places(folder: Path, stem: str) -> Iterator[Path]:
    """Where a notebook may go: under its own name, else as new, new-2, new-3 …"""
    yield folder / f"{stem}.ipynb"
    yield folder / f"{stem}-new.ipynb"
    yield from (folder / f"{stem}-new-{k}.ipynb" for k in count(2))


def put(source: Path, folder: Path) -> str:
    """Bring the copy of one notebook up to date; what was done, in one line, or nothing."""
    notebook = copied(source)
    wanted = notebook.metadata.scorelab["cells"]
    for path in places(folder, source.stem):
        made, changed = made_with(path) if path.exists() else (None, False)
        if made == wanted:
            return ""
        if not changed:
            NotebookNotary().sign(notebook)  # so that Jupyter shows what is stored in it
            nbformat.write(notebook, path)
            yours = path.stem != source.stem
            return f"{path.name}: {'the new version; yours is as it was' if yours else 'copied'}"
    raise AssertionError("there is always another place")


def main(source: Path = NOTEBOOKS, folder: Path = WORK) -> None:
    """Copy or refresh every notebook, and say what was done."""
    folder.mkdir(exist_ok=True)
    done = [put(path, folder) for path in sorted(source.glob("[0-9]*.ipynb"))]
    print("\n".join(filter(None, done)) or f"{folder.name}/ is up to date")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
