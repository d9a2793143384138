"""All slides in a browser: none is larger than the screen, none asks another host, films move.

No slide keeps somebody out, light or dark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from build_slides import BUILD, NAMES
from lab import SCREEN
from playwright.sync_api import Browser, Page

#: Each slide's number, height, width, least letters, and by how much the legend of a figure lies on
#: the sentence below it; a film is waited for.
MEASURE = """async () => {
    const found = [], waits = '.present [aria-busy=true], .present .sl-still'
    const soon = () => new Promise(done => setTimeout(done, 40))
    await MathJax.startup.promise
    for (let i = 0; i < Reveal.getTotalSlides(); i++) {
        Reveal.slide(i)
        const slide = Reveal.getCurrentSlide()
        do await soon(); while (document.querySelector(waits))
        const letters = parseFloat(getComputedStyle(slide).fontSize)
        const edge = (node, side) => node.getBoundingClientRect()[side]
        const words = slide.querySelector('.sl-status')
        const low = Array.from(slide.querySelectorAll('.legendtext'),
            each => edge(each, 'bottom') - edge(words, 'top'))
        found.push([i, slide.scrollHeight, slide.scrollWidth, letters, Math.max(0, ...low)])
    }
    return found
}"""
READY = "window.Reveal?.isReady() && window.MathJax?.startup?.promise"


@pytest.fixture(scope="module")
def home(serve: Callable[[Path], str]) -> str:
    return serve(BUILD)


@pytest.fixture
def page(browser: Browser, home: str) -> Iterator[Page]:
    """A page, and at the end that nothing went wrong in it, nor was asked of another host."""
    page, wrong = browser.new_page(viewport=SCREEN, color_scheme="light"), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda got: got.status < 400 or wrong.append(got.url))
    ours = home, "data:", "blob:"
    page.on("request", lambda asked: asked.url.startswith(ours) or wrong.append(asked.url))
    yield page
    page.close()
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_no_slide_is_larger_than_the_screen(page: Page, home: str, name: str) -> None:
    page.goto(f"{home}/{name}.html")
    page.wait_for_function(READY)
    measured = page.evaluate(MEASURE)
    assert [
        each for each in measured if each[1] > 768 or each[2] > 1366 or each[3] < 20 or each[4] > 8
    ] == []
    print(name, len(measured), "slides")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_no_slide_keeps_somebody_out(
    page: Page,
    home: str,
    kept_out: Callable[[Page], list[Any]],
    name: str,
    look: Literal["light", "dark"],
) -> None:
    page.emulate_media(color_scheme=look)
    page.goto(f"{home}/{name}.html")
    page.wait_for_function(READY)
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate("number => Reveal.slide(number)", number)
        page.wait_for_function(
            "!document.querySelector('.present :is([aria-busy=true], .sl-still)')"
        )
        assert kept_out(page) == [], number
