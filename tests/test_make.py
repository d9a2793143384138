"""The verbs of the Makefile that can be tried without an installation."""

import re
import shutil
import subprocess
from pathlib import Path

from lab import ROOT


def test_make_help_lists_every_verb() -> None:
    makefile = (ROOT / "Makefile").read_text()
    verbs = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True)
    assert [line.split()[1] for line in listed.stdout.splitlines()] == verbs


def test_make_lab_trusts_the_notebooks_before_it_opens_them() -> None:
    lines = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True).stdout
    assert re.search(r"jupyter trust notebooks/\[0-9\]\*\.ipynb.*\n.* -m jupyterlab", lines)


def test_make_lab_opens_the_copies_of_who_has_some(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for folder in ("notebooks", "work"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "00-start-here.ipynb").touch()
        command = ["make", "-n", "lab"]
        lines = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
        assert f"/doc/tree/{folder}/00-start-here.ipynb" in lines


def test_make_clean_removes_what_the_project_made_and_nothing_else(tmp_path: Path) -> None:
    """Where names have spaces, too: `xargs` once took the reader's `notebooks/my` for a cache."""
    made = [
        *(".venv/bin/python", ".cache/rates/1", "build/lib/a.py", "scorelab.egg-info/PKG-INFO"),
        *("scorelab/fused/__pycache__/net.pyc", "tests/a room/__pycache__/b.pyc"),
    ]
    kept = [
        *("notebooks/my", "notebooks/my work/.ipynb_checkpoints/draft.ipynb", "tests/a"),
        "work/00-start-here.ipynb",
        *("notebooks/__pycache__/own.pyc", "lecture.egg-info", "scorelab/fused/net.py"),
    ]
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "tools").mkdir()
    for name in made + kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "-s", "clean"], cwd=tmp_path, check=True)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Makefile", *kept}
