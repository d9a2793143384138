"""One student's notebook, graded in a process of its own: `tools/grade.py` starts it.

Only the cells with exercises are run, and of the others those that they need: a name that is not
there yet is looked for in the cells above. `check` only notes what it is given; afterwards the
course's own tasks judge that, one line of JSON an exercise.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from rooms import room_of

from scorelab.workbook.running import Failed, attempt
from scorelab.workbook.tasks import NOT_YET, Task

#: The cells of one exercise may take so long, in seconds, and a name so many cells.
CELL = 30.0
ANSWER = re.compile(r"\bcheck\.(\w+)\(")


def sources(path: Path) -> list[str]:
    """The code cells of a notebook, without the lines that are IPython's and not Python's."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    codes = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return [re.sub(r"(?m)^\s*[%!].*$", "", code) for code in codes]


def bound(code: str) -> set[str]:
    """The names that a cell gives a value to; none where it is no Python."""
    with suppress(SyntaxError):
        return set(_bound(ast.parse(code)))
    return set()


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name.split(".")[0] for each in names)


class Check:
    """What stands for `check`: it keeps what each exercise is called with, and is not changed."""

    def __init__(self) -> None:
        self.__dict__["answers"] = {}

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.answers.update({name: given[0]}) if given else None

    def __setattr__(self, name: str, value: object) -> None:
        pass


class Names(dict[str, Any]):
    """The names of a notebook; a missing one is made by the last cell above that binds it."""

    def __init__(self, cells: list[str]) -> None:
        super().__init__(__name__="__main__", check=Check())
        self.cells, self.bound = cells, [bound(code) for code in cells]
        self.run: set[int] = set()
        self.at = 0

    def __setitem__(self, name: str, value: object) -> None:
        if name != "check":
            super().__setitem__(name, value)

    def __missing__(self, name: str) -> Any:
        for i in reversed(range(self.at)):
            if name in self.bound[i] and i not in self.run:
                self.execute(i)
                if name in self:
                    return self[name]
        raise KeyError(name)

    def execute(self, i: int) -> None:
        """Run a cell, as if all that it needs above had been run."""
        self.run.add(i)
        above, self.at = self.at, i
        try:
            exec(compile(self.cells[i], f"<cell {i + 1}>", "exec"), self)
        finally:
            self.at = above


def verdicts(cells: list[str], tasks: dict[str, Task]) -> Iterator[tuple[str, str]]:
    """The name of each exercise and what is to be said of it."""
    names = Names(cells)
    answers: dict[str, Any] = names["check"].answers
    told: set[str] = set()
    for i, code in enumerate(cells):
        asked = [name for name in ANSWER.findall(code) if name in tasks]
        if not asked:
            continue
        names.at = i
        try:
            attempt(lambda i=i: names.execute(i), CELL)
            said = NOT_YET
        except Failed as failed:
            said = str(failed)
        for name in asked:
            told.add(name)
            yield name, tasks[name].verdict(answers[name]) if name in answers else said
    for name in tasks.keys() - told:
        yield name, "✗ its cell is not in the notebook"


def refuse_network() -> None:
    """From now on nothing here connects to anything; a hook cannot be taken back."""
    forbidden = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}

    def refuse(event: str, _: object) -> None:
        if event in forbidden:
            raise PermissionError("a graded notebook has no network")

    sys.addaudithook(refuse)


def limit_memory(gigabytes: float) -> None:
    """No more data than that; where the system cannot say so (Windows), none is set."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        size = int(gigabytes * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def main(notebook: Path, results: Path, gigabytes: float) -> None:
    """Write a line of JSON, name and verdict, for each exercise as soon as it is known."""
    limit_memory(gigabytes)
    cells = sources(notebook)
    room = room_of("\n".join(cells))
    tasks = import_module(f"scorelab.chapters.{room}").check.tasks()
    refuse_network()
    with results.open("w", encoding="utf-8") as lines:
        for verdict in verdicts(cells, tasks):
            print(json.dumps(verdict), file=lines, flush=True)


if __name__ == "__main__":
    os.environ["SCORELAB_HEADLESS"] = "1"
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
