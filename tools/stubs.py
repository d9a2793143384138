"""Keep the cells of the exercises for `check.reset`, from the notebooks' texts: `make format`."""

import re
from collections.abc import Iterator

import jupytext
from lab import NOTEBOOKS

from scorelab.workbook import stubs

ASKED = re.compile(r"^check\.(\w+)\(", re.MULTILINE)


def cells() -> Iterator[tuple[str, str]]:
    """The name of each exercise and the code of its cell."""
    for text in sorted((NOTEBOOKS / "text").glob("*.md")):
        for cell in jupytext.read(text).cells:
            asked = ASKED.search(cell.source) if cell.cell_type == "code" else None
            if asked and asked[1] != "progress":
                yield asked[1], cell.source


if __name__ == "__main__":
    stubs.write(cells())
