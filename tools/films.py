"""Record the films of all explorers, as many at once as there are processors, and keep them.

Whatever a film depends on is in its folder's name: a film is made again when the code of the
package has changed, but for other chapters' rooms, exercises, docstrings and comments.
"""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path

from scorelab.explore.film import Film, record

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "scorelab" / "chapters"
KEPT = ROOT / ".cache" / "films"
#: What of a room no film shows.
ASIDE = {"exercises.py", "solutions.py", "worked.md"}
#: All that have films, and before them those whose films take longest.
LONGEST = ["start_here", "sampling", "memorisation"]
ROOMS = [*LONGEST, *sorted({path.parent.name for path in CHAPTERS.glob("*/film.py")} - {*LONGEST})]


def films(room: str) -> tuple[Film, ...]:
    """The plan of a room's films, by the order of its explorers in the notebook."""
    return import_module(f"scorelab.chapters.{room}.film").FILMS


@cache
def folder(room: str) -> Path:
    """Where the films of a room are kept as it is now, in a folder each: ``0``, ``1`` …"""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(_sources(room)):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + _told(path))
    return KEPT / f"{room}-{digest.hexdigest()[:16]}"


def _sources(room: str) -> Iterator[Path]:
    for path in (ROOT / "scorelab").rglob("*"):
        ours = CHAPTERS not in path.parents or path.is_relative_to(CHAPTERS / room)
        made = path.parent.name == "__pycache__"  # by Python, or by Numba whenever it compiles
        if ours and path.is_file() and path.name not in ASIDE and not made:
            yield path


@cache
def _told(path: Path) -> bytes:
    """What of a file changes what is computed: of code, not how it is laid out or described."""
    if path.suffix != ".py":
        return path.read_bytes()
    return ast.dump(Undescribed().visit(ast.parse(path.read_text()))).encode()


class Undescribed(ast.NodeTransformer):
    """Takes docstrings away."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:  # its name is ast's
        """Keep a statement that is no bare string."""
        return None if isinstance(node.value, ast.Constant) else node


def make(room: str) -> None:
    """Record the films of a room, and take older ones away."""
    part = folder(room).with_suffix(".part")
    for number, film in enumerate(films(room)):
        (part / str(number)).mkdir(parents=True, exist_ok=True)
        for name, content in record(film):
            (part / str(number) / name).write_bytes(content)
    for old in KEPT.glob(f"{room}-*"):
        if old != part:
            subprocess.run(["rm", "-rf", old], check=True)
    part.rename(folder(room))


def make_all(rooms: list[str]) -> None:
    """Record what is missing, each room in a process of its own."""
    alone = os.environ | {"SCORELAB_HEADLESS": "1", "OMP_NUM_THREADS": "1"}
    missing = [room for room in rooms if not folder(room).exists()]

    def run(room: str) -> None:
        print(f"films of {room}: recording", flush=True)
        subprocess.run([sys.executable, __file__, room], env=alone, check=True)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, missing))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        make(name)
