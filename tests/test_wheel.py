"""A wheel built from the tree, installed and used outside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lab import ROOT

(SNIPPET,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "-q"]


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a wheel of a copy of the tree installs, and nothing else."""
    tree, wheels, target = (tmp_path_factory.mktemp(name) for name in ("tree", "wheels", "target"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(ROOT / "scorelab", tree / "scorelab")
    build = ("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", wheels, tree)
    run(*PIP, *build, cwd=tree)
    (wheel,) = wheels.glob("scorelab-*.whl")
    run(*PIP, "install", "--no-deps", "--no-index", "--target", target, wheel, cwd=tree)
    return target


@pytest.mark.slow
def test_it_holds_every_file_of_the_package(installed: Path) -> None:
    def files(tree: Path) -> set[Path]:
        found = {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()}
        return {path for path in found if "__pycache__" not in path.parts}

    assert files(installed / "scorelab") == files(ROOT / "scorelab")
    assert (installed / "scorelab" / "py.typed").exists()


OUTSIDE = f"""
import os
from importlib.metadata import version
import scorelab
assert scorelab.__file__.startswith(os.environ["PYTHONPATH"]), scorelab.__file__
assert version("scorelab") == scorelab.__version__
{SNIPPET}
assert samples.shape == (500, 2) and samples.isfinite().all()

from scorelab.chapters.early_stopping import Explorer
explorer = Explorer()
before = explorer.figure.to_json()
explorer.set(n=100)
assert explorer.figure.to_json() != before
"""


@pytest.mark.slow
def test_outside_the_tree_the_snippet_of_the_readme_and_an_explorer_work(
    installed: Path, tmp_path: Path
) -> None:
    own = {"PYTHONPATH": str(installed), "SCORELAB_HEADLESS": "1"}
    run(sys.executable, "-W", "error", "-c", OUTSIDE, cwd=tmp_path, **own)
