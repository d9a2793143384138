"""Pictures of every explorer on every kind of screen, to be looked at: light and dark.

PYTHONPATH=tools:tests/support python tools/screens.py DIRECTORY [NAME ...]
"""

import sys
from pathlib import Path

from lab import NOTEBOOKS, Lab, Notebook
from reader import explorers  # pyright: ignore[reportMissingImports]  # in tests/support

#: The widths of a window at 150 % and at 100 %, of a laptop, and of a hall's screen; all so high
#: that the whole of an explorer is in it, however little of it such a screen shows at once.
WIDTHS, HEIGHT = (683, 1024, 1366, 1920), 1500


def main(directory: Path, names: list[str]) -> None:
    """Write a picture for each explorer, screen and theme."""
    directory.mkdir(parents=True, exist_ok=True)
    with Lab() as lab:
        for name in names or sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")):
            with explorers(lab, f"{name}.ipynb") as notebook:
                shoot(notebook, directory / name[:2])
                print(name, *notebook.errors, sep="\n")


def shoot(notebook: Notebook, path: Path) -> None:
    """The pictures of a notebook's explorers; the path is how their names begin."""
    for theme in ("light", "dark"):
        notebook.theme(dark=theme == "dark")
        for width in WIDTHS:
            notebook.resize(width, HEIGHT)
            for which in range(notebook.page.locator(".sl-explorer").count()):
                notebook.look_at(which)
                name = f"{path.name}-{which}-{width}-{theme}.png"
                notebook.explorer.screenshot(path=path.with_name(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
