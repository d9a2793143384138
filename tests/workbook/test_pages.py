"""Hints and solutions: read from Markdown, shown one at a time and only when asked for."""

from __future__ import annotations

import importlib
from pkgutil import iter_modules

import pytest
import stubs as stubs_of_texts
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from scorelab import chapters
from scorelab.workbook.checking import Derivation, Exercise, Exercises, read_pages
from scorelab.workbook.pages import Page, parse
from scorelab.workbook.stubs import stubs

QUIET = Config({"HistoryManager": {"enabled": False}})
ROOMS = [
    importlib.import_module(each.name)
    for each in iter_modules(chapters.__path__, "scorelab.chapters.")
]

WORKED = """# Hints and solutions of a chapter

## doubling

### Hint
Twice.

### Hint
What is $2x$?

### Solution
It is $x + x$.

    # an indented comment, ## and ### inside a line change nothing

## twins

### Solution
They agree.
"""


def doubling(x):
    return x + x  # once more


def room(text: str = WORKED) -> Exercises:
    double = Exercise(solution=doubling, cases=lambda: [(1.0,), (2.0,)], mistakes={})
    return Exercises(parse(text), doubling=double, twins=Derivation())


def test_a_page_has_hints_and_a_solution() -> None:
    pages = parse(WORKED)
    assert pages["twins"] == Page((), "They agree.")
    assert pages["doubling"].hints == ("Twice.", "What is $2x$?")
    assert pages["doubling"].worked.startswith("It is $x + x$.\n\n    # an indented comment, ##")


def test_pages_lie_beside_the_file_that_asks(tmp_path) -> None:
    (tmp_path / "worked.md").write_text(WORKED, encoding="utf-8")
    assert read_pages(str(tmp_path / "__init__.py")) == parse(WORKED)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("## a\n### Hint\nx\n## a\n### Hint\ny", "each exercise has one section"),
        ("## a\n### Tip\nx", r"section 'a'=\['Tip'\]: must be"),
        ("## a\n### Solution\nx\n### Hint\ny", "must be Hints, then Solution"),
        ("## a\n### Hint\n\n### Solution\nx", "must be Hints, then Solution"),
        ("## a\nno heading", "must be Hints, then Solution"),
    ],
)
def test_a_page_of_another_form_is_refused(text, says) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text)


def test_a_page_belongs_to_an_exercise_and_a_derivation_has_a_solution() -> None:
    with pytest.raises(ValueError, match="page='tripling'.*'doubling', 'twins'"):
        room(WORKED + "\n## tripling\n### Hint\nThree times.")
    with pytest.raises(ValueError, match="derivation='twins': must have a worked solution"):
        room(WORKED.replace("### Solution\nThey", "### Hint\nThey"))
    with pytest.raises(ValueError, match="exercise='hint': the name is taken"):
        Exercises(hint=Derivation())


def test_hints_come_one_at_a_time_and_then_the_way_to_the_solution(capsys) -> None:
    check, shown = room(), []
    for _ in range(3):
        check.hint("doubling")
        shown.append(capsys.readouterr().out)
    assert "Twice." in shown[0] and "$2x$" not in shown[0] and "solution" not in shown[0]
    assert '`check.hint("doubling")` once more' in shown[0]
    assert "Twice." in shown[1] and "$2x$" in shown[1] and "x + x" not in shown[1]
    assert '`check.solution("doubling")` opens' in shown[1]
    assert shown[2] == shown[1]


def test_an_exercise_without_hints_names_the_solution(capsys) -> None:
    room().hint("twins")
    assert capsys.readouterr().out == '(`check.solution("twins")` opens the solution.)\n'


def test_a_solution_is_words_and_code(capsys) -> None:
    check = room()
    check.solution("doubling")
    shown = capsys.readouterr().out
    assert shown.startswith("It is $x + x$.")
    assert shown.endswith("```python\ndef doubling(x):\n    return x + x  # once more\n```\n")
    check.solution("twins")
    assert capsys.readouterr().out == "They agree.\n"


def test_a_name_that_does_not_exist() -> None:
    for ask in (room().hint, room().solution, room().reset):
        with pytest.raises(ValueError, match="name='dubling'.*'doubling', 'twins'"):
            ask("dubling")


def test_progress_counts_what_the_last_check_found_done(capsys) -> None:
    check = room()
    check.progress()
    check.doubling(doubling)
    check.twins(...)
    check.progress()
    check.twins(True)
    check.progress()
    check.doubling(lambda x: x)
    check.progress()
    assert capsys.readouterr().out.splitlines() == [
        "0 of 2 exercises done; still open: doubling, twins",
        "✓ correct",
        "… not attempted yet",
        "1 of 2 exercises done; still open: twins",
        "✓ agrees with the worked solution, by your own comparison",
        "2 of 2 exercises done",
        "✗ returns x as it was given: what has to be done to it?",
        "1 of 2 exercises done; still open: doubling",
    ]


def test_a_reset_shows_the_exercise_and_forgets_what_was_done(capsys, monkeypatch) -> None:
    from scorelab.workbook import checking

    stub = "def doubling(x): ...\n\n\ncheck.doubling(doubling)"
    monkeypatch.setattr(checking, "stubs", lambda: {"doubling": stub})
    check = room()
    check.doubling(doubling)
    check.hint("doubling")
    check.reset("doubling")
    check.progress()
    shown = capsys.readouterr().out
    assert f"```python\n{stub}\n```" in shown and "0 of 2 exercises done" in shown
    check.hint("doubling")
    assert "$2x$" not in capsys.readouterr().out


def test_a_reset_refills_the_cell_that_runs(capsys) -> None:
    shell, name = InteractiveShell.instance(config=QUIET), "noising"
    try:
        shell.user_ns["reset"] = importlib.import_module("scorelab.chapters.start_here").check.reset
        shell.run_cell(f"reset({name!r})").raise_error()
        assert shell.rl_next_input == stubs()[name]
    finally:
        InteractiveShell.clear_instance()


def test_the_cells_that_come_with_the_package_are_those_of_the_texts() -> None:
    assert sorted(stubs_of_texts.cells()) == sorted(stubs().items()), "run `make format`"
    assert sorted(stubs()) == sorted(name for room in ROOMS for name in room.check.tasks())


@pytest.mark.parametrize("name", stubs())
def test_the_cell_of_an_exercise_runs_alone_in_a_fresh_kernel(name, capsys) -> None:
    exec(compile(stubs()[name], "<cell>", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.startswith("… not attempted yet\n")
