"""Before a class: every explorer's letters, lines, code and Play, without a page."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import pytest

from scorelab import chapters
from scorelab.explore.arrange import EASE, HALL, LETTER, LOW, arrange, letters
from scorelab.explore.controls import Play
from scorelab.explore.design import Design
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.lecture import BOLD, thicken

ROOMS = [room.name for room in iter_modules(chapters.__path__)]
KINDS = [
    getattr(import_module(f"scorelab.chapters.{room}"), name)
    for room in ROOMS
    for name in import_module(f"scorelab.chapters.{room}").__all__
    if name.endswith("Explorer")
]
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__module__.split(".", 2)[2])


@cache
def bare(kind: type[BaseExplorer]) -> type[BaseExplorer]:
    """The same, computing and drawing nothing: for what its controls alone decide."""
    nothing = {name: lambda self: None for name in ("prepare", "refresh")}
    return type(kind.__name__, (kind,), nothing | {"__module__": kind.__module__})


def ends(explorer: BaseExplorer, end: int) -> dict[str, object]:
    """All controls at their first, or last, option."""
    return {name: choice.options[end] for name, choice in explorer.choices.items()}


@every
def test_the_code_of_a_state_makes_it_again(
    kind: type[BaseExplorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = import_module(kind.__module__.rpartition(".")[0])
    monkeypatch.setattr(room, kind.__name__, bare(kind))
    explorer = bare(kind)()
    for end, lecture in ((0, False), (-1, True)):
        explorer.set(**ends(explorer, end))
        explorer.page.lecture = lecture
        first, last = explorer.code.split("; ")
        there: dict[str, type[BaseExplorer]] = {}
        exec(first, there)
        again = eval(last, there)
        assert again.state == explorer.state == ends(explorer, end)
        assert (again.code, again.page.lecture) == (explorer.code, lecture)


@every
def test_every_explorer_plays_what_its_film_shows(kind: type[BaseExplorer]) -> None:
    explorer = bare(kind)()
    (play,) = (control for control in explorer.table.values() if isinstance(control, Play))
    films = import_module(kind.__module__.rpartition(".")[0] + ".film").FILMS
    (film,) = (film for film in films if film.explorer is kind)
    assert play.slider in film.values
    explorer.play()
    assert explorer[play.slider] == explorer.choices[play.slider].options[-1]


@every
@pytest.mark.parametrize(("width", "high"), [(1334, 506), (1888, 800)])
def test_in_a_lecture_no_letter_is_small_and_the_figure_has_its_height(
    kind: type[BaseExplorer], width: int, high: int
) -> None:
    layout = arrange(Design.of(kind.blank()), width, high)
    titles = [each["font"]["size"] for each in layout["annotations"]]
    titles += [axis["title"]["font"]["size"] for axis in layout.values() if _titled(axis)]
    assert min(layout["font"]["size"], *titles) >= HALL
    inner = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    assert abs(layout["height"] - high) <= 1 or inner == pytest.approx(LOW, abs=1)


def test_on_a_small_screen_letters_take_the_same_part_of_it_and_are_as_large_as_ever() -> None:
    assert letters(EASE, lecture=True) == HALL
    assert letters(992, lecture=True) / 992 == pytest.approx(HALL / EASE)
    assert letters(651, lecture=True) == LETTER


def _titled(axis: object) -> bool:
    return isinstance(axis, dict) and "title" in axis


@every
def test_lines_are_thicker_in_a_lecture_and_as_designed_after_it(kind: type[BaseExplorer]) -> None:
    figure, designed = kind.blank(), kind.blank()
    lines = [
        k
        for k, trace in enumerate(figure.data)
        if trace.type == "scatter" and "lines" in (trace.mode or "")
    ]
    thicken(figure, designed, BOLD)
    assert lines or kind.__name__ == "FrontierExplorer"
    for k in lines:
        width = designed.data[k].line.width or 2
        assert figure.data[k].line.width == BOLD * width
    thicken(figure, designed, 1)
    assert all(figure.data[k].line.width == (designed.data[k].line.width or 2) for k in lines)


def test_an_explorer_can_begin_in_a_state_and_in_a_lecture() -> None:
    rates = import_module("scorelab.chapters.rates")
    explorer = rates.Explorer(lecture=True, n=1000)
    assert explorer.page.lecture and explorer["n"] == 1000
    explorer.page.width = 1334
    assert explorer.figure.layout.font.size >= HALL
    explorer.page.lecture = False
    assert explorer.figure.layout.font.size < HALL
    with pytest.raises(ValueError, match=r"n=3: must be one of"):
        rates.Explorer(n=3)
