"""Grade a folder of students' notebooks: one table, and one page to look at.

python tools/grade.py FOLDER

Each notebook is run in a process of its own, with a limit of time and of memory and without a
network: one that crashes, never ends or prints without end is a line of the table, not its end. It
is a help for honest work: whoever wants to deceive a program that runs their own code can.
"""

from __future__ import annotations

import csv
import html
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

SECONDS, GIGABYTES = 180.0, 4.0
CHILD = Path(__file__).with_name("graded.py")


class Grade(NamedTuple):
    """What is said of one exercise of one notebook."""

    name: str
    exercise: str
    passed: bool
    message: str


def grade(notebook: Path, name: str, seconds: float = SECONDS) -> list[Grade]:
    """The grades of a notebook; where it came to no end, the last says why."""
    with tempfile.TemporaryDirectory(prefix="scorelab-") as folder:
        results = Path(folder) / "results"
        command = [sys.executable, str(CHILD), str(notebook.resolve()), str(results)]
        with (Path(folder) / "said").open("w+") as said:
            why = _run([*command, str(GIGABYTES)], folder, said.fileno(), seconds)
            said.seek(0)
            last = (said.read().strip().splitlines() or [""])[-1]
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    grades = [_grade(name, *json.loads(line)) for line in lines]
    return grades + ([Grade(name, "", False, f"✗ {why} {last}".strip())] if why else [])


def _run(command: list[str], folder: str, errors: int, seconds: float) -> str:
    """Run it in a folder that goes away; why it came to no end, or nothing."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | one | {"MPLBACKEND": "agg", "SCORELAB_HEADLESS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"has not ended after {seconds:g} seconds."
    return f"ended with exit code {done.returncode}." if done.returncode else ""


def _grade(name: str, exercise: str, verdict: str) -> Grade:
    return Grade(name, exercise, verdict.startswith("✓"), verdict)


def grade_all(folder: Path, seconds: float = SECONDS) -> Iterator[Grade]:
    """The grades of all notebooks below a folder, by their paths in it."""
    notebooks = sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        names = [p.relative_to(folder).with_suffix("").as_posix() for p in notebooks]
        for grades in pool.map(grade, notebooks, names, [seconds] * len(names)):
            yield from grades


def page(grades: list[Grade]) -> str:
    """A page with a line a notebook, and what was said of each exercise."""
    rows = []
    for name in dict.fromkeys(each.name for each in grades):
        mine = [each for each in grades if each.name == name]
        said = "".join(
            f"<li><b>{html.escape(g.exercise)}</b> {html.escape(g.message)}</li>" for g in mine
        )
        count = f"{sum(g.passed for g in mine)} of {sum(bool(g.exercise) for g in mine)}"
        title = f"<summary>{html.escape(name)}: {count}</summary>"
        rows.append(f"<details>{title}<ul>{said}</ul></details>")
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Grades</title>'
    return head + '<body style="font: 16px sans-serif">' + "\n".join(rows) + "</body></html>\n"


def main(folder: Path) -> None:
    """Write grades.csv and grades.html into the folder."""
    if not folder.is_dir():
        raise SystemExit(f"{folder}: must be a folder of notebooks")
    grades = []
    with (folder / "grades.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(Grade._fields)
        for each in grade_all(folder):
            grades.append(each)
            writer.writerow(each)
            table.flush()
    (folder / "grades.html").write_text(page(grades), encoding="utf-8")
    passed = sum(each.passed for each in grades)
    print(f"{passed} of {len(grades)} exercises passed: {folder / 'grades.html'}")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]))
