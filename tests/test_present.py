"""`make present` runs what shows an explorer, and nothing else of its notebook."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
from deck import EXPLORER
from lab import NOTEBOOKS, ROOT
from present import alone, command, hide, lay_out, shows


def test_each_explorer_has_a_notebook_of_one_cell_that_needs_no_other(tmp_path: Path) -> None:
    made = lay_out(tmp_path)
    texts = sorted((NOTEBOOKS / "text").glob("*.md"))
    assert {path.stem[:-2] for path in made} == {text.stem for text in texts}
    for path in made:
        (cell,) = json.loads(path.read_text())["cells"]
        source = cell["source"]
        name = re.search(r"^(\w*Explorer)\(lecture=True\)$", source, re.MULTILINE)[1]
        assert re.search(rf"import .*\b{name}\b", source)


def test_the_cells_of_a_text_are_found_as_jupytext_finds_them() -> None:
    for text in (NOTEBOOKS / "text").glob("*.md"):
        codes = [cell.source for cell in jupytext.read(text).cells if cell.cell_type == "code"]
        wanted = [code for code in codes if EXPLORER.search(code)]
        assert shows(text.read_text()) == wanted != []


def test_no_one_waits_for_nbformat() -> None:
    code = "import sys, present; sys.exit('nbformat' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tools", check=True)


def test_it_listens_on_the_loopback_for_who_has_the_token(tmp_path: Path) -> None:
    hidden = hide("secret", tmp_path)
    options = command(tmp_path / "served", 8123, hidden)
    assert "--Voila.ip=127.0.0.1" in options
    assert f"--Voila.config_file_paths={tmp_path}" in options
    assert not any("secret" in option for option in options)
    assert "secret" in hidden.read_text() and hidden.stat().st_mode & 0o077 == 0


def test_other_lines_of_the_cell_stay() -> None:
    notebook = alone("from a import Explorer\n\nExplorer()")
    nbformat.validate(notebook)
    (cell,) = notebook["cells"]
    assert cell["source"] == "from a import Explorer\n\nExplorer(lecture=True)"
