"""The students' copies: nothing of theirs is ever overwritten, and what is not theirs is fresh."""

from pathlib import Path

import nbformat
import pytest
import work
from lab import NOTEBOOKS


@pytest.fixture(autouse=True)
def own_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed here is not written down among the user's."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one notebook, beside the folder that it is copied to."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    edit(folder / "00-start.ipynb", "x = 1", new=True)
    return folder


def edit(path: Path, code: str, new: bool = False) -> None:
    words = "![risk](pictures/a.png) [next](01-next.ipynb) "
    words += "[notation](notation.md#s) [p](https://a/b.md)"
    cells = [nbformat.v4.new_markdown_cell(words), nbformat.v4.new_code_cell(code)]
    notebook = nbformat.v4.new_notebook(cells=cells) if new else nbformat.read(path, 4)
    notebook.cells[1].source = code
    nbformat.write(notebook, path)


def code(path: Path) -> str:
    return nbformat.read(path, 4).cells[1].source


def update(course: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Copy again; the lines that it prints."""
    work.main(course, course.parent / "work")
    return capsys.readouterr().out.splitlines()


def test_a_copy_follows_the_course_until_it_is_changed(course: Path, capsys) -> None:
    copy = course.parent / "work" / "00-start.ipynb"
    assert update(course, capsys) == ["00-start.ipynb: copied"]
    assert update(course, capsys) == ["work/ is up to date"]
    run = nbformat.read(copy, 4)  # run and saved, as JupyterLab does, but not changed
    run.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    run.metadata.language_info = {"name": "python"}
    nbformat.write(run, copy)
    edit(course / copy.name, "x = 2")
    assert update(course, capsys) == ["00-start.ipynb: copied"]
    assert code(copy) == "x = 2"


def test_a_changed_copy_stays_and_the_new_version_comes_beside_it(course: Path, capsys) -> None:
    copy = course.parent / "work" / "00-start.ipynb"
    new, newer = copy.with_stem("00-start-new"), copy.with_stem("00-start-new-2")
    update(course, capsys)
    edit(copy, "x = 'mine'")
    assert update(course, capsys) == ["work/ is up to date"]
    for version in ("x = 2", "x = 3"):
        edit(course / copy.name, version)
        said = "00-start-new.ipynb: the new version; yours is as it was"
        assert update(course, capsys) == [said]
        assert (code(copy), code(new)) == ("x = 'mine'", version)
    edit(new, "x = 'mine, too'")
    edit(course / copy.name, "x = 4")
    assert update(course, capsys)[0].startswith("00-start-new-2.ipynb: the new version")
    assert (code(copy), code(new), code(newer)) == ("x = 'mine'", "x = 'mine, too'", "x = 4")


@pytest.mark.parametrize("text", ["", "{}", "no notebook", '{"cells": [], "nbformat": 4}'])
def test_what_cannot_be_read_stays(course: Path, capsys, text: str) -> None:
    copy = course.parent / "work" / "00-start.ipynb"
    copy.parent.mkdir()
    copy.write_text(text)
    assert update(course, capsys) == ["00-start-new.ipynb: the new version; yours is as it was"]
    assert copy.read_text() == text


def test_links_lead_where_they_led(course: Path, capsys) -> None:
    update(course, capsys)
    words = nbformat.read(course.parent / "work" / "00-start.ipynb", 4).cells[0].source
    pictures = "![risk](../notebooks/pictures/a.png) [next](01-next.ipynb) "
    assert words == pictures + "[notation](../notebooks/notation.md#s) [p](https://a/b.md)"


def test_the_course_itself_can_be_copied(tmp_path: Path, capsys) -> None:
    work.main(folder=tmp_path)
    assert len(capsys.readouterr().out.splitlines()) == len(list(NOTEBOOKS.glob("*.ipynb")))
    for path in tmp_path.glob("*.ipynb"):
        nbformat.validate(nbformat.read(path, 4))
