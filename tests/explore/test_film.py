"""Films: what is packed is read back to half a step, parts are kept once, plans are sound."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import ROOT

from scorelab.explore import figures
from scorelab.explore.controls import Button, Choice, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.film import WIDTHS, Film, record, told
from scorelab.explore.reel import GAP, STEPS, Arrays, pack

pytestmark = pytest.mark.slow

ROOMS = sorted(path.parent.name for path in (ROOT / "scorelab" / "chapters").glob("*/__init__.py"))


def unpack(content: bytes) -> dict[str, Any]:
    """A file as ``site/player.js`` reads it, with its ``arrays`` as numbers."""
    plain = zlib.decompress(content)
    (length,) = struct.unpack_from("<I", plain)
    header = json.loads(plain[4 : 4 + length])
    planes = np.frombuffer(plain[4 + length :], np.uint8).reshape(2, -1).astype(np.int64)
    header["arrays"] = list(arrays(header["arrays"], planes[0] + 256 * planes[1]))
    return header


def arrays(about: list[list[Any]], folded: np.ndarray) -> Iterator[np.ndarray]:
    told, read, steps = (folded >> 1) ^ -(folded & 1), 0, []
    for n, (low, high, log), columns, how, before, wide in about:
        found = np.zeros(n, np.int64)
        for c, letter in enumerate(how):
            for i in range(c, n, columns):
                above = found[i - columns] if i >= columns else 0
                guess = {"a": above, "l": found[i - 1] if c else above}
                guess |= {"b": steps[before][i]} if before >= 0 else {}
                found[i] = (guess[letter] + told[read] + 32768) % 65536 - 32768
                read += 1
        steps.append(found)
        values = np.where(found == GAP, np.nan, low + found * ((high - low) / STEPS))
        values = 10**values if log else values
        yield values.reshape(-1, wide) if wide else values


NUMBERS = st.one_of(st.floats(-7, 7), st.sampled_from([np.nan, np.inf, -np.inf]))


@given(
    st.lists(st.lists(NUMBERS, min_size=4, max_size=4), max_size=9),
    st.integers(1, 3),
    st.sampled_from([(-1.0, 1.0, False), (2.0, -1.0, False), (-2.0, 1.0, True)]),
)
def test_what_is_packed_is_read_back_to_half_a_step(
    rows: list[list[float]], frames: int, scale: tuple[float, float, bool]
) -> None:
    kept, table = Arrays(), np.array(rows).reshape(-1, 4)
    packed = [table.ravel() * (k + 1) for k in range(frames)] + [table]
    places = [kept.add(each, "a trace", scale) for each in packed]
    read = unpack(pack({}, kept))["arrays"]
    low, high, log = min(scale[:2]), max(scale[:2]), scale[2]
    bounds = low - 6 * (high - low), high + 6 * (high - low)  # beyond is beyond
    for place, numbers in zip(places, packed, strict=True):
        assert read[place].shape == numbers.shape
        with np.errstate(invalid="ignore", divide="ignore"):
            sent = np.log10(numbers) if log else numbers
            seen = np.log10(read[place]) if log else read[place]
        drawn = np.isfinite(sent)
        assert np.array_equal(drawn, np.isfinite(seen))
        far = np.clip(sent[drawn], *bounds)
        near = np.clip(seen[drawn], *bounds)
        assert np.all(np.abs(near - far) <= (high - low) / STEPS * 0.500001)


def test_shapes_that_only_move_take_few_bytes() -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (500, 2))
    kept = Arrays()
    for k in range(10):
        kept.add(figures.dots(points + 0.01 * k)["x"], "x", (-3, 3, False))
    assert len(pack({}, kept)) < 6500  # 10 × 500 places; as float32 they are 140,000


def test_what_is_no_array_of_numbers_stays_with_the_style() -> None:
    kept = Arrays()
    assert [kept.add(each, "x", (0, 1, False)) for each in (None, 3, ["a", "b"])] == [-1] * 3


class Small(BaseExplorer):
    """Points on a line, or on another."""

    controls = (
        {"kind": Choice("a kind", ("this", "that"), "that", "Which of both", "90px")},
        {
            "size": Slider("a size", (1, 10, 1000), 10, "How large"),
            "fixed": Slider("fixed", (1, 2), 2, "What a page lacks"),
            "reset": Button("Reset", "Back"),
        },
    )

    @staticmethod
    def blank() -> go.Figure:
        figure = figures.panels(["one"])
        figures.axes(figure, 1, figures.log_axis([0, 4], [1, 10]), {"range": [0, 10]})
        figures.add_points(figure, "moves", 1, figures.COLORS["data"])
        figures.add_line(figure, "stays", 1, figures.COLORS["truth"])
        return figure

    def refresh(self) -> None:
        up = 3 if self["kind"] == "this" else 7
        line = {"x": [1, 100], "y": [0, 5]}
        self.show({"moves": {"x": [self["size"]], "y": [up]}, "stays": line})
        self.say(f"{self['kind']} of {self['size']}")


PLAN = {"kind": ("this", "that"), "size": (1, 10, 1000)}


def test_a_film_shows_in_each_state_what_the_explorer_shows() -> None:
    head, *reels = [unpack(content) for _, content in record(Film(Small, PLAN, reels=1))]
    assert len(reels) == 2
    assert len(reels[0]["states"]) == 3
    assert head["axes"] == [["kind", 2], ["size", 3]]
    for kind, (place, size) in product(range(2), enumerate(PLAN["size"])):
        reel = reels[kind]
        layout, words, moves, stays = reel["states"][place]
        assert f"{PLAN['kind'][kind]} of {size}" in reel["sentences"][words]
        assert reel["layouts"][layout]["yaxis"]["range"] == [0, 10]
        style, x, y, z = reel["traces"][moves]
        assert (reel["styles"][style]["name"], z) == ("moves", -1)
        assert np.allclose(reel["arrays"][x], size, rtol=4e-3)
        assert np.allclose(reel["arrays"][y], (3, 7)[kind], atol=2e-3)
        assert stays == reels[kind]["states"][0][3]  # kept once


def test_a_page_is_told_of_every_control_what_stands_in_the_notebook() -> None:
    head = unpack(next(record(Film(Small, PLAN)))[1])
    (kind,), (size, fixed, reset) = head["rows"]
    assert (kind["label"], kind["tip"], kind["options"]) == (
        "a kind",
        "Which of both",
        ["this", "that"],
    )
    assert (size["kind"], size["options"], size["first"]) == ("slider", ["1", "10", "1,000"], 1)
    assert (fixed["fixed"], fixed["options"]) == (True, ["2"])
    assert reset == {"name": "reset", "kind": "button", "label": "Reset", "tip": "Back"}
    assert [width for width, *_ in head["widths"]] == list(WIDTHS)
    assert head["widths"][3][2]["width"] == WIDTHS[3]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"nothing": (1,)}, "must be one of"),
        ({"reset": (1,)}, "must be one of"),
        ({"size": (10, 11)}, "must be one of"),
        ({"size": (1, 1000)}, "must hold the default, 10"),
    ],
)
def test_a_plan_that_cannot_be_recorded_is_refused(plan: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        next(record(Film(Small, plan)))


@pytest.mark.parametrize("room", ROOMS)
def test_what_the_explorers_of_a_room_show_at_first_can_be_recorded(room: str) -> None:
    for film in import_module(f"scorelab.chapters.{room}.film").FILMS:
        controls = {n: c for row in film.explorer.controls for n, c in row.items()}
        first = {name: (controls[name].default,) for name in film.values}
        head, reel = (unpack(content) for _, content in record(Film(film.explorer, first)))
        assert [n for _, n in head["axes"]] == [1] * len(first)
        assert len(reel["states"]) == 1 and reel["sentences"][0]


def test_error_bars_are_recorded_and_one_that_a_page_cannot_read_is_refused() -> None:
    assert json.loads(told({"error_x": {"array": np.array([0.5, 1.0])}})) == {
        "error_x": {"array": [0.5, 1.0]}
    }
    with pytest.raises(ValueError, match="JSON"):
        told({"error_x": {"array": np.array([0.5, np.nan])}})


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_films_with_its_main_controls(room: str) -> None:
    text = ROOT / "notebooks" / "text"
    shown = sum(
        page.read_text().count("Explorer()\n")
        for page in text.glob("*.md")
        if f"from scorelab.chapters.{room} import" in page.read_text()
    )
    films = import_module(f"scorelab.chapters.{room}.film").FILMS
    assert len(films) == shown
    for film in films:
        film.check()
        choices = [
            n for row in film.explorer.controls for n, c in row.items() if isinstance(c, Choice)
        ]
        assert len(film.values) >= min(3, len(choices))
        assert len(film) <= 5000
