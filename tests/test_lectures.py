"""What is promised of explorers, in the plan of lectures and by questions, is what they show."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from lab import NOTEBOOKS
from rooms import room_of

from scorelab.explore.controls import Choice
from scorelab.explore.explorer import BaseExplorer

PLAN = (NOTEBOOKS / "README.md").read_text()
ROW = re.compile(r"^\| (\d+)–(\d+) \| (.*?) \| (.*?) ?\|", re.MULTILINE)
STATE = re.compile(r"`(\d\d): (.*)`")
#: Those whose explorers train or draw samples first, which takes seconds.
LONG = {"00", "03", "04", "07", "11"}
NUMBERS = [path.stem[:2] for path in sorted((NOTEBOOKS / "text").glob("*.md"))]
NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


def lectures() -> dict[str, list[tuple[int, int, str, str]]]:
    """The rows of each lecture: from, to, what, and what the class sees."""
    parts = re.split(r"^### (.*)$", PLAN.split("## Homework")[0], flags=re.MULTILINE)[1:]
    return {
        title: [(int(a), int(b), what, seen) for a, b, what, seen in ROW.findall(text)]
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def lines(number: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """What is set of a notebook's explorer, in all lectures, and what is read then."""
    choices = {
        n: c for row in kind(number).controls for n, c in row.items() if isinstance(c, Choice)
    }
    opening = {name: choice.default for name, choice in choices.items()}
    for rows in lectures().values():
        values = opening
        for *_, what, seen in rows:
            if (state := STATE.search(what)) and state[1] == number:
                values = values | eval(f"dict({state[2]})")
                yield values, quoted(seen)
    for question in kind(number).quiz:
        yield question.state(choices), quoted(question.look)


def quoted(text: str) -> list[str]:
    return re.findall("“(.*?)”", text)


@cache
def kind(number: str) -> type[BaseExplorer]:
    """The first explorer of a notebook."""
    (path,) = (NOTEBOOKS / "text").glob(f"{number}-*.md")
    return import_module(f"scorelab.chapters.{room_of(path.read_text())}").Explorer


def read(explorer: BaseExplorer) -> str:
    """What a class reads: the sentence, and the words at the marks of the figure."""
    scatter = [trace for trace in explorer.figure.data if trace.type == "scatter"]
    marks = [str(word) for trace in scatter if trace.text is not None for word in trace.text]
    plain = re.sub(r"<[^>]+>", "", explorer.status.value)
    return unescape(" ".join([plain, *marks])).replace("\xa0", " ")


def says(text: str, quote: str) -> bool:
    """Whether a quote is in a text, its numbers within a tenth, or one of its last digit."""
    pattern = f"({NUMBER.pattern})".join(map(re.escape, NUMBER.split(quote)))
    return any(
        all(map(near, found.groups(), NUMBER.findall(quote)))
        for found in re.finditer(pattern, text)
    )


def near(measured: str, said: str) -> bool:
    a, b = (float(word.replace("−", "-").replace(",", "")) for word in (measured, said))
    digits = len(said.partition(".")[2])
    return abs(a - b) <= max(0.1 * abs(b), 1.001 * 10.0**-digits)


@pytest.mark.parametrize("title", lectures())
def test_the_minutes_of_a_lecture_add_up(title: str) -> None:
    rows = lectures()[title]
    ends = [(a, b) for a, b, *_ in rows]
    assert ends[0][0] == 0 and ends[-1][1] == (50 if title.startswith("Short") else 90)
    assert all(a < b for a, b in ends)
    assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_there_are_six_lectures_and_two_short_ones_over_all_notebooks() -> None:
    assert len(lectures()) == 8
    whats = [what for rows in lectures().values() for *_, what, _ in rows]
    found = {state[1] for what in whats if (state := STATE.search(what))}
    assert found == set(NUMBERS)


def test_what_a_class_reads_stands_beside_what_is_set() -> None:
    """Only such rows are set and read below."""
    for title, rows in lectures().items():
        for *minutes, what, seen in rows:
            assert bool(STATE.search(what)) == bool(quoted(seen)), (title, minutes)
            assert not re.search(r"\d", re.sub("“.*?”", "", seen)), (title, minutes)


def cases() -> list[Any]:
    slow = [pytest.mark.slow]
    return [pytest.param(number, marks=slow if number in LONG else []) for number in NUMBERS]


@pytest.mark.parametrize("number", cases())
def test_one_sees_what_was_said(number: str) -> None:
    (values, quotes), *rest = lines(number)
    explorer = kind(number)(**values)
    for state, sentences in [(values, quotes), *rest]:
        explorer.set(**state)
        text = read(explorer)
        assert sentences
        assert [quote for quote in sentences if not says(text, quote)] == [], (state, text)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_question_has_an_answer_among_others_and_its_section(number: str) -> None:
    quiz = kind(number).quiz
    assert quiz
    for question in quiz:
        assert 0 <= question.right < len(question.options) == len(set(question.options))
        assert quoted(question.look)
    (text,) = (NOTEBOOKS / "text").glob(f"{number}-*.md")
    assert re.search(r"^## \d+ Predict first", text.read_text(), re.MULTILINE)


def test_the_page_is_told_of_a_question_and_the_explorer_shows_its_answer() -> None:
    explorer = kind("06")(n=125, dim=1)
    told = explorer.page.quiz[1]
    assert {*told} == {"ask", "options", "right", "look"}
    explorer.reply({"show": 1})
    assert explorer.state == explorer.quiz[1].state(explorer.choices)
    assert (explorer["n"], explorer["dim"]) == (2000, 2)


def test_a_sentence_with_another_number_or_word_is_told() -> None:
    text = "At 100 steps: excess risk 0.080 (best 0.078, at 60) · slope −0.6 · about right"
    assert says(text, "excess risk 0.081 (best 0.078") and says(text, "slope −0.62")
    assert not says(text, "excess risk 0.060") and not says(text, "slope 0.6")
    assert not says(text, "sample distance") and not says(text, "at 70)")
