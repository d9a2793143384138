"""A folder of students' notebooks: whatever one of them does, the others have their grades."""

import csv
import json
from pathlib import Path

import pytest
from grade import grade, main

FIRST = "import torch\nfrom scorelab.chapters.start_here import check"
NOISING = """def noising(x0, noise, level):
    return root(1 - level**2) * x0 + level * noise

check.noising(noising)"""
#: One student's cells: what they do, and what is said of which exercise.
ONE = {
    FIRST: {},
    "1 / 0": {},
    "scale = 1\ndef root(x):\n    return scale * torch.sqrt(x)": {},
    "check = check.noising = print": {},
    "%matplotlib inline\nfor _ in range(100):\n    print('long' * 10**6)\n" + NOISING: {
        "noising": "✓ correct"
    },
    "def f(:\n\ncheck.denoiser_from_score(f)": {"denoiser_from_score": "✗ raises SyntaxError"},
    "check.move_and_score(True)": {"move_and_score": "✓ agrees"},
    "import socket\nsocket.create_connection(('127.0.0.1', 9))\ncheck.two_points(root)": {
        "two_points": "✗ raises PermissionError"
    },
    "torch.ones(10**12)\ncheck.distance_on_a_line(root)": {
        "distance_on_a_line": "✗ raises RuntimeError"
    },
    "print('the last exercise is gone')": {"best_stop": "✗ its cell is not in the notebook"},
}


def written(folder: Path, name: str, *cells: str) -> Path:
    path = folder / f"{name}.ipynb"
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.slow
def test_each_exercise_has_its_line_whatever_a_notebook_does(tmp_path: Path) -> None:
    written(tmp_path, "one", *ONE)
    (tmp_path / "group").mkdir()
    written(tmp_path / "group", "ends", FIRST, "check.move_and_score(...)\nexit = __import__('os')"
            "._exit(3)", NOISING)  # fmt: skip
    written(tmp_path, "other", "print('another course')")
    main(tmp_path)
    with (tmp_path / "grades.csv").open(encoding="utf-8") as table:
        found = {(row["name"], row["exercise"]): row for row in csv.DictReader(table)}
    wanted = {("one", name): said for cell in ONE.values() for name, said in cell.items()}
    wanted |= {("group/ends", ""): "✗ ended with exit code 3."}
    wanted |= {("other", ""): "✗ ended with exit code 1. ValueError: no cell imports from"}
    assert found.keys() == wanted.keys()
    for key, said in wanted.items():
        assert found[key]["message"].startswith(said)
        assert found[key]["passed"] == str(said.startswith("✓"))
    assert "<summary>one: 2 of 6</summary>" in (tmp_path / "grades.html").read_text("utf-8")


@pytest.mark.slow
def test_one_that_never_ends_is_ended(tmp_path: Path) -> None:
    loop = written(tmp_path, "loop", FIRST, "while True:\n    pass\n" + NOISING)
    assert grade(loop, "loop", seconds=4) == [
        ("loop", "", False, "✗ has not ended after 4 seconds.")
    ]
