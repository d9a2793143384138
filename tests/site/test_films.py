"""Films are kept until what they show may have changed; thumbnails are made of what is kept."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import films
import numpy as np
import pytest
from thumbnails import Thumbnail, unpack

from scorelab.explore.reel import Arrays, pack

BEFORE = '"""A room."""\n\nWIDTH = 16  # neurons\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The folder's name of a room's films, in a project of few files that a test may change."""
    monkeypatch.setattr(films, "ROOT", tmp_path)
    monkeypatch.setattr(films, "CHAPTERS", tmp_path / "scorelab" / "chapters")
    (tmp_path / "requirements.txt").write_text("torch==2.8")
    for name in ("kernel.py", "chapters/mine/view.py", "chapters/other/view.py"):
        (path := tmp_path / "scorelab" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BEFORE)

    def named() -> str:
        for cached in (films.folder, films._told):
            cached.cache_clear()
        return films.folder("mine").name

    yield named
    named()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scorelab/chapters/mine/view.py", BEFORE.replace("16", "17")),
        ("scorelab/kernel.py", BEFORE.replace("16", "17")),
        ("scorelab/data/rates.csv", "n,risk\n"),
        ("requirements.txt", "torch==2.9"),
    ],
)
def test_a_film_is_made_again_when_what_it_shows_may_have_changed(
    folder: Callable[[], str], tmp_path: Path, name: str, text: str
) -> None:
    before = folder()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert folder() != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scorelab/chapters/other/view.py", BEFORE.replace("16", "17")),
        ("scorelab/chapters/mine/view.py", '"""My room."""\n\nWIDTH = 16\n'),
        ("scorelab/chapters/mine/solutions.py", "RIGHT = 1\n"),
        ("notebooks/text/mine.md", "words"),
        ("scorelab/__pycache__/kernel.nbi", "compiled"),
    ],
)
def test_a_film_is_kept_when_nothing_of_it_has_changed(
    folder: Callable[[], str], tmp_path: Path, name: str, text: str
) -> None:
    before = folder()
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert folder() == before


def film(path: Path) -> Path:
    """A film of three states: a dot goes right, under a line that stays."""
    slider = {"name": "stop", "kind": "slider", "label": "stop", "first": 0, "places": [0, 1, 2]}
    night = {"#000000": "#ffffff"}
    head = {"rows": [[slider]], "axes": [["stop", 3]], "reels": 0, "night": night}
    kept, scale = Arrays(), (0.0, 10.0, False)
    line = [kept.add(values, "line", scale) for values in ([0, 10], [5, 5])]
    dots = [[kept.add([k], "dot", scale), kept.add([1], "up", scale)] for k in (1, 4, 9)]
    axes = {f"{key}axis": {"range": [0, 10], "domain": [0, 1]} for key in "xy"}
    layout = axes | {"annotations": [{"text": "risk <i>R</i>", "xref": "paper", "x": 0.5}]}
    shared: dict[str, Any] = {"type": "scatter", "xaxis": "x", "yaxis": "y"}
    styles = [
        shared | {"mode": "lines", "line": {"color": "#000000", "width": 2}},
        shared | {"mode": "markers", "marker": {"color": "#111111"}},
    ]
    traces = [[0, *line, -1], *([1, *dot, -1] for dot in dots)]
    states = [[0, 0, 0, 1 + k] for k in range(3)]
    reel = {"layouts": [layout], "styles": styles, "traces": traces, "states": states}
    path.mkdir()
    (path / "head").write_bytes(pack(head, Arrays()))
    (path / "0").write_bytes(pack(reel, kept))
    return path


def test_a_thumbnail_moves_what_moves_and_keeps_what_stays(tmp_path: Path) -> None:
    thumbnail = Thumbnail(film(tmp_path / "film"), "x", "")
    assert thumbnail.words() == "risk R, while stop goes on"
    picture = ET.fromstring(thumbnail.drawn(dark=False))
    name = "{http://www.w3.org/2000/svg}"
    (line,), frames = picture.findall(f"{name}path"), picture.findall(f"{name}g")
    assert line.get("d") == "M0,65l230,0"
    assert [frame.find(f"{name}path").get("d") for frame in frames] == [
        "M23,117h0",
        "M92,117h0",
        "M207,117h0",
    ]
    assert "prefers-reduced-motion" in picture.find(f"{name}style").text
    assert 'stroke="#ffffff"' in thumbnail.drawn(dark=True)


def test_what_is_packed_is_unpacked() -> None:
    kept, dice = Arrays(), np.random.default_rng(0)
    meant = [dice.uniform(0, 1, shape) for shape in ((12,), (12,), (3, 4), (12,), (0,))]
    meant[3] = meant[1] + 0.001
    places = [kept.add(each, "a trace", (0.0, 1.0, False)) for each in meant]
    read = unpack(pack({}, kept))["arrays"]
    for place, numbers in zip(places, meant, strict=True):
        assert np.allclose(read[place], numbers.ravel(), atol=0.5 / 4096)
