"""The notebooks as files: in step with their text, small, and free of errors and widget state.

That they run, and still print what is stored in them, is tested by nbval; see the Makefile.
"""

import os
import re
import sys
from base64 import b64decode
from configparser import RawConfigParser
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
from build_notebooks import BELOW, CAPTION, METADATA, is_picture
from IPython.core.interactiveshell import InteractiveShell
from jupytext import TextFileContentsManager
from lab import NOTEBOOKS, ROOT
from nbformat import NotebookNode
from PIL import Image
from reading import STEP, minutes
from traitlets.config import Config

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
TEXTS = sorted((NOTEBOOKS / "text").glob("*.md"))
QUIET = Config({"HistoryManager": {"enabled": False}})
each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def text_of(path: Path) -> Path:
    return path.parent / "text" / f"{path.stem}.md"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def inputs(notebook: NotebookNode) -> list[tuple[str, str, list[str]]]:
    return [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]


def outputs(cell: NotebookNode) -> list[NotebookNode]:
    return cell.get("outputs", [])


def test_every_notebook_has_a_text_and_every_text_a_notebook() -> None:
    assert [path.stem for path in PATHS] == [text.stem for text in TEXTS]


@each_notebook
def test_a_notebook_and_its_text_have_the_same_cells(path: Path) -> None:
    assert inputs(read(path)) == inputs(jupytext.read(text_of(path)))


@each_notebook
@pytest.mark.parametrize("newer", ["notebook", "text"])
def test_jupyterlab_opens_a_notebook_whichever_file_is_newer(
    path: Path, newer: str, tmp_path: Path
) -> None:
    """A fresh clone gives the two files times in no particular order."""
    for file in (ROOT / "pyproject.toml", path, text_of(path)):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
        old = (file == path) == (newer == "text")
        os.utime(copy, (1e9, 1e9) if old else (2e9, 2e9))
    manager = TextFileContentsManager(root_dir=str(tmp_path))
    opened = manager.get(str(path.relative_to(ROOT)))["content"]
    assert inputs(opened) == inputs(read(path))
    assert sum(len(outputs(cell)) for cell in opened.cells) > 0


@each_notebook
def test_metadata_is_minimal(path: Path) -> None:
    notebook = read(path)
    assert notebook.metadata == METADATA
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)


@each_notebook
def test_outputs_are_stored_small_and_without_errors(path: Path) -> None:
    stored = [output for cell in read(path).cells for output in outputs(cell)]
    assert stored, "run `make notebooks`"
    assert path.stat().st_size < 1_000_000
    assert not [output for output in stored if output.output_type == "error"]
    assert not [output for output in stored if output.get("name") == "stderr"]


@each_notebook
def test_explorers_and_only_they_are_pictures_that_nbval_ignores(path: Path) -> None:
    for cell in read(path).cells:
        shown = [output for output in outputs(cell) if "data" in output]
        explorer = any(output.data.get("text/plain") == CAPTION for output in shown)
        tags = cell.metadata.get("tags", [])
        assert explorer == ("nbval-ignore-output" in tags), cell.source
        assert not any("widget" in kind for output in shown for kind in output.data), cell.source


@each_notebook
def test_below_the_picture_of_an_explorer_it_says_where_it_moves(path: Path) -> None:
    (repository,) = re.findall(r'REPOSITORY = "https://github.com/(.*)"', text_of(path).read_text())
    owner, name = repository.split("/")
    there = f"https://{owner}.github.io/{name}/{path.stem}.html"
    for cell in read(path).cells:
        shown = outputs(cell)
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            picture, below = shown
            assert is_picture(picture) and below.data["text/plain"] == BELOW.format(there)


@each_notebook
def test_pictures_are_as_sharp_as_good_screens_and_opaque(path: Path) -> None:
    """So that they are crisp there, and on a dark page what they were on a light one."""
    shown = [each for cell in read(path).cells for each in outputs(cell)]
    for output in (each for each in shown if "image/png" in each.get("data", {})):
        picture = Image.open(BytesIO(b64decode(output.data["image/png"])))
        assert abs(picture.width - 2 * output.metadata["image/png"]["width"]) <= 2
        assert picture.mode == "P"
        assert "transparency" not in picture.info


@each_notebook
def test_it_begins_with_a_picture_in_words_and_then_with_colab(path: Path) -> None:
    """The picture is that of its explorer, which `make notebooks` takes."""
    first, second = read(path).cells[:2]
    found = re.match(r"# .+\n\n!\[(.+)\]\((.+)\)\n\n\*.+\*\n\n\*\*After this", first.source)
    assert found and len(found[1]) > 40
    assert found[2] == f"pictures/{path.stem}.png" and (NOTEBOOKS / found[2]).is_file()
    assert second.source == read(PATHS[0]).cells[1].source and "google.colab" in second.source


@pytest.mark.parametrize("colab", [False, True])
def test_the_cell_for_colab_installs_there_and_does_nothing_elsewhere(
    colab: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That what it installs is enough for a notebook was tried by hand, in an empty environment."""
    done: list[str] = []
    shell = type("google.colab.Shell" if colab else "Shell", (InteractiveShell,), {})(config=QUIET)
    monkeypatch.setattr(shell, "system", done.append)
    monkeypatch.setattr(shell, "run_line_magic", lambda name, line, **_: done.append(name + line))
    widgets = SimpleNamespace(enable_custom_widget_manager=lambda: done.append("widgets"))
    for name in ("google", "google.colab"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(output=widgets, colab=None))
    shell.run_cell(read(PATHS[0]).cells[1].source).raise_error()
    wanted = [
        "git clone --quiet --depth 1 {REPOSITORY} course",
        "pipinstall --quiet -c course/requirements.txt ./course[pictures]",
        "widgets",
    ]
    assert done == (wanted if colab else []) and ("REPOSITORY" in shell.user_ns) == colab


@each_notebook
def test_the_times_are_counted_and_the_same_everywhere(path: Path) -> None:
    text = text_of(path).read_text()
    ((read_in, run_in),) = re.findall(r"\*Reading: (\d+) min.*about (\d+) sec.*\*", text)
    row = rf"\({path.name}\) \| {read_in} minutes \| {run_in} seconds \|"
    assert re.search(row, (NOTEBOOKS / "README.md").read_text())
    assert abs(int(read_in) - minutes(text)) < STEP, "see tools/reading.py"


@each_notebook
def test_no_cell_is_expected_to_fail(path: Path) -> None:
    for cell in read(path).cells:
        assert "raises-exception" not in cell.metadata.get("tags", [])
        assert "NBVAL" not in cell.source


@pytest.mark.parametrize(
    "measured", ["0.5", "-0.51 ± 0.02 (5 seeds)", "1e-07 ± 2e-08 (5 seeds)", "0.1 to 0.3 (5 seeds)"]
)
def test_of_a_claim_nbval_forgives_the_measured_numbers_and_nothing_else(measured: str) -> None:
    rules = RawConfigParser()
    rules.read(Path(__file__).with_name("sanitize.cfg"))
    line = f"✓ at 2 stops of 3 · measured {measured}, expected 0.3 to 0.7"
    for rule in rules.sections():
        line = re.sub(rules[rule]["regex"], rules[rule]["replace"], line)
    seeds = " (5 seeds)" if "seeds" in measured else ""
    assert line == f"✓ at 2 stops of 3 · measured NUMBER{seeds}, expected 0.3 to 0.7"
