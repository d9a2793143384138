"""Play: a slider goes on by itself, on a page and without one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import ipywidgets as W
import pytest

from scorelab.explore import player as module
from scorelab.explore.player import Player


class Made:
    """A slider over five places, its button, its player, and the places where it has been."""

    def __init__(self, start: int) -> None:
        self.slider = W.SelectionSlider(options=[*"abcde"], index=start)
        self.button = W.Button(description="Play")
        self.drawn = True
        self.player = Player(self.slider, self.button, lambda: self.drawn)
        self.places: list[int] = []
        self.slider.observe(lambda change: self.places.append(change.new), "index")


def on_a_page(monkeypatch: pytest.MonkeyPatch, play: Callable[[], Awaitable[Any]]) -> None:
    monkeypatch.setattr(module, "in_kernel", lambda: True)
    monkeypatch.setattr(module, "PACE", 0.01)
    asyncio.run(play())


@pytest.mark.parametrize(("start", "places"), [(2, [3, 4]), (4, [0, 1, 2, 3, 4])])
def test_without_a_page_it_is_at_its_end_at_once(start: int, places: list[int]) -> None:
    made = Made(start)
    made.player.toggle()
    assert (made.places, made.button.description) == (places, "Play")


def test_on_a_page_it_takes_its_time_and_passes_over_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Made(4)

    async def play() -> None:
        made.player.toggle()
        await asyncio.sleep(0)
        assert (made.places, made.button.description) == ([0], "Pause")
        while made.player.task:
            await asyncio.sleep(0.005)

    on_a_page(monkeypatch, play)
    assert (made.places, made.button.description) == ([0, 1, 2, 3, 4], "Play")


def test_it_waits_for_a_page_that_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(0)

    async def play() -> None:
        made.player.toggle()
        made.drawn = False
        await asyncio.sleep(0.1)
        assert made.places == [1]
        made.drawn = True
        await asyncio.sleep(0.1)

    on_a_page(monkeypatch, play)
    assert made.places == [1, 2, 3, 4]


@pytest.mark.parametrize("wait", [0, 0.025], ids=["at once", "on its way"])
def test_pressed_again_it_pauses_and_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch, wait: float
) -> None:
    made = Made(0)

    async def play() -> None:
        made.player.toggle()
        if wait:
            await asyncio.sleep(wait)
        made.player.toggle()
        await asyncio.sleep(0.05)
        halted = made.slider.index
        assert halted < 4 and made.button.description == "Play"
        made.player.toggle()
        await asyncio.sleep(0.2)
        assert made.places == [*range(1, 5)]

    on_a_page(monkeypatch, play)


def test_who_moves_the_slider_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(2)

    async def play() -> None:
        made.player.toggle()
        await asyncio.sleep(0)
        made.slider.index = 1
        await asyncio.sleep(0.1)

    on_a_page(monkeypatch, play)
    assert (made.slider.index, made.button.description) == (1, "Play")
