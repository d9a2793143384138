"""The verbs of the Makefile that can be tried without an installation."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
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


MANAGER = """
import sys
from jupyterlab.labapp import LabApp
server = LabApp.initialize_server(["--no-browser", "--allow-root", "--port=0", *sys.argv[1:]])
print(type(server.contents_manager).__mro__)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("more", "pairs"), [("", False), ("jupyterlab_jupytext=True", True)])
def test_make_lab_writes_a_notebook_and_not_its_text(
    more: str, pairs: bool, tmp_path: Path
) -> None:
    """Of a pair the newer file won, without a word, and what was edited in the other was lost."""
    arguments = [f"LAB_ARGS=--ServerApp.jpserver_extensions={more}"] if more else []
    command = ["make", "-n", "lab", *arguments]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    flags = re.findall(r"--ServerApp\.jpserver_extensions=\S+", lines)
    own = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    run = [sys.executable, "-c", MANAGER, *flags]
    found = subprocess.run(run, env=os.environ | own, capture_output=True, text=True, check=True)
    assert ("jupytext" in found.stdout) == pairs


@pytest.mark.slow
def test_one_file_is_shared_by_all_workers_as_make_fuzz_wants_it(tmp_path: Path) -> None:
    """Each file once was one worker's, and `make fuzz` has one file."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    test = """
        import os, pathlib, time, pytest
        @pytest.mark.parametrize("i", range(8))
        def test_a(i):
            pathlib.Path(__file__).with_name(os.environ["PYTEST_XDIST_WORKER"]).touch()
            time.sleep(0.05)
    """
    (tmp_path / "test_a.py").write_text(dedent(test))
    fuzz = subprocess.run(["make", "-n", "fuzz"], cwd=ROOT, capture_output=True, text=True).stdout
    options = re.search(r"-m pytest (.*) tests/test_fuzz\.py(.*)", fuzz).groups()
    command = [sys.executable, "-m", "pytest", *" ".join(options).split(), tmp_path]
    path = {"PYTHONPATH": str(ROOT / "tests" / "support") + ":" + str(ROOT / "tools")}
    subprocess.run(command, cwd=tmp_path, env=os.environ | path, check=True, capture_output=True)
    assert {path.name for path in tmp_path.glob("gw*")} == {"gw0", "gw1"}
