"""The built pages in a browser, with no other host to ask: `make site-check`.

Every player shows, in states drawn at random, what the explorer shows for the same controls; no
page has an error, a picture without words, a mistake in its mathematics, or what keeps somebody
out, light or dark; and every link leads somewhere.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import films
import numpy as np
import pytest
from build_site import NAMES, PAGES
from lab import SCREEN
from playwright.sync_api import Browser, Page, ViewportSize
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from scorelab.explore.film import Film, alone
from scorelab.explore.reel import STEPS

PATIENCE = 180_000  # ms
STATES = 4  # of each film, beside the first
OTHERS = ("index", "syllabus", "notation", "glossary", "reference", "cite", "changelog", "search")
PLAYERS = [(room, k) for room in films.ROOMS for k in range(len(films.films(room)))]
#: Where a film is shown.
HOMES = """film => document.querySelector(`[data-film="${film}"]`)"""
#: What a player shows: of each trace its name and numbers, the ranges, and the sentence.
SEEN = """async ([film, places]) => {
    const home = document.querySelector(`[data-film="${film}"]`), {player} = home
    for (const [name, place] of Object.entries(places)) player.controls[name].set(place)
    const began = performance.now()
    await player.show()
    const took = performance.now() - began
    while (home.getAttribute('aria-busy') == 'true') await new Promise(r => setTimeout(r, 10))
    const list = v => Array.isArray(v) || ArrayBuffer.isView(v) ? Array.from(v, list) : v ?? null
    const plain = ({name, x, y, z}) => ({name, x: list(x), y: list(y), z: list(z)})
    return {data: player.figure.data.map(plain), took, words: player.status.textContent}
}"""
MISTAKES = """() => [
    ...[...document.querySelectorAll('img:not([alt])')].map(i => `no words: ${i.src}`),
    ...[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => `broken: ${i.src}`),
    ...[...document.querySelectorAll('[data-mjx-error]')].map(e => `TeX: ${e.dataset.mjxError}`),
    ...[...document.querySelectorAll('mjx-container')]
        .filter(e => e.getBoundingClientRect().left < 0).map(e => `cut off: ${e.textContent}`),
    ...(document.documentElement.scrollWidth > innerWidth ? ['wider than the screen'] : []),
]"""
#: Whether nothing is on its way from one colour to another.
RESTS = "!document.getAnimations().some(each => each instanceof CSSTransition)"
#: The colours that explorers are drawn on.
PAPER = """explorers => explorers.map(e => {
    const clear = 'rgba(0, 0, 0, 0)', color = e => getComputedStyle(e).backgroundColor
    while (e.parentElement && color(e) == clear) e = e.parentElement
    return color(e)
})"""


PHONE = ViewportSize(width=390, height=844)
#: What a page may name of other hosts: papers, what a library is, and where a notebook can be run.
ELSEWHERE = re.compile(
    r"https://(arxiv\.org|doi\.org|proceedings\.|openreview\.net|github\.com|mybinder\.org"
    r"|colab\.research\.google\.com|keepachangelog\.com|semver\.org)"
)


@pytest.fixture(scope="module")
def address(serve: Callable[[Path], str]) -> str:
    return serve(PAGES)


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """A page, and at the end that nothing went wrong in it, nor left this machine."""
    page, wrong = browser.new_page(viewport=SCREEN, color_scheme="light"), []
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.route(lambda there: not there.startswith(url.rsplit("/", 1)[0]), lambda r: r.abort())
    page.goto(url)
    page.evaluate("async () => void await window.MathJax?.startup?.promise")
    yield page
    found = list(wrong)  # what is still on its way fails when the page is closed
    page.close()
    assert found == []


@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_a_page_has_no_mistake(
    browser: Browser, address: str, kept_out: Callable[[Page], list[Any]], name: str
) -> None:
    with opened(browser, f"{address}/{name}.html") as page:
        assert mistakes(page) == []
        show_players(page)
        assert kept_out(page) == []
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme == 'dark'")
        page.wait_for_function(RESTS)
        assert kept_out(page) == []
        assert set(page.locator(".sl-explorer").evaluate_all(PAPER)) <= {"rgb(18, 18, 18)"}
        page.set_viewport_size(PHONE)
        assert mistakes(page) == []


def show_players(page: Page) -> None:
    """Have all players of a page drawn, as for a reader who has been through it."""
    for film in page.locator("[data-film]").all():
        film.scroll_into_view_if_needed()
        home = film.element_handle()
        page.wait_for_function("home => home.getAttribute('aria-busy') == 'false'", arg=home)


def mistakes(page: Page) -> list[str]:
    """What is wrong with a page, once its explorers have had the time to fit its width."""
    with suppress(PlaywrightTimeoutError):
        page.wait_for_function(f"({MISTAKES})().length == 0", timeout=10_000)
    return page.evaluate(MISTAKES)


class Links(HTMLParser):
    """What a page refers to, by the attribute that does, and what of it can be referred to."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.feed((PAGES / name).read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids and links."""
        for key, value in attrs:
            if key == "id":
                self.ids.add(value or "")
            elif key in ("href", "src"):
                self.links.append((tag, value or ""))


def test_every_link_leads_somewhere() -> None:
    pages = {path.name: Links(path.name) for path in PAGES.glob("*.html")}
    links = [(name, *link) for name, page in pages.items() for link in page.links]
    assert [link for link in links if not leads(*link, pages)] == []


def leads(name: str, tag: str, link: str, pages: dict[str, Links]) -> bool:
    """Whether what a tag of a page refers to is there, or may be elsewhere."""
    there = urlsplit(link)
    if there.scheme or there.netloc:
        return tag == "a" and bool(ELSEWHERE.match(link))
    path, anchor = unquote(there.path) or name, unquote(there.fragment)
    if anchor and path in pages:
        return anchor in pages[path].ids
    return (PAGES / path).is_file()


@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_asks_for_little_beyond_what_all_share(name: str) -> None:
    page, text = Links(f"{name}.html"), (PAGES / f"{name}.html").read_text()
    files = {PAGES / f"{name}.html"}
    files |= {PAGES / link for tag, link in page.links if tag == "img" and "://" not in link}
    for film in re.findall(r'data-film="(.*?)"', text):
        reels = (PAGES / "_static" / "films" / film).iterdir()
        head, *others = sorted(reels, key=lambda path: path.name != "head")
        files |= {head, max(others, key=lambda path: path.stat().st_size)}
    assert sum(path.stat().st_size for path in files) <= 3_000_000


def test_the_start_page_asks_ahead_for_what_its_explorer_shows(
    browser: Browser, address: str
) -> None:
    """A reader who asked for one thing after the other would wait for each."""
    with opened(browser, f"{address}/index.html") as page:
        page.wait_for_function(f"({HOMES})('start_here/0').getAttribute('aria-busy') == 'false'")
        (reel,) = page.evaluate(f"[...({HOMES})('start_here/0').player.reels.keys()]")
        ours = page.locator(".bd-article link[rel=preload]")  # the theme has its own
        asked = ours.evaluate_all("e => e.map(e => e.href)")
        needs = ("plotly.min.js", "films/start_here/0/head", reel)
        assert asked == [f"{address}/_static/{name}" for name in needs]
        entries = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        assert [entries.count(name) for name in asked] == [1, 1, 1]


@pytest.mark.parametrize(("room", "number"), PLAYERS)
def test_a_player_shows_what_the_explorer_shows(
    browser: Browser, address: str, capsys: pytest.CaptureFixture[str], room: str, number: int
) -> None:
    """And how soon: a reader should not wait .05 s for a state, which no busy machine is asked."""
    plan, film = films.films(room)[number], f"{room}/{number}"
    explorer, dice = alone(plan.explorer), random.Random(0)
    name = next(n for n in NAMES if film in (PAGES / f"{n}.html").read_text())
    with opened(browser, f"{address}/{name}.html") as page:
        player = page.locator(f'[data-film="{film}"]')
        player.scroll_into_view_if_needed()
        page.wait_for_function(f"({HOMES})('{film}').getAttribute('aria-busy') == 'false'")
        took = [compare(page.evaluate(SEEN, [film, {}]), explorer)]
        for _ in range(STATES):
            values = {name: dice.choice(list(each)) for name, each in plan.values.items()}
            explorer.set(**values)
            places = {name: list(plan.values[name]).index(v) for name, v in values.items()}
            took.append(compare(page.evaluate(SEEN, [film, places]), explorer))
        move_everything(page, film, plan)
    with capsys.disabled():
        print(f"\n{film}: a state in {np.median(took):.0f} ms, at most {max(took):.0f}")


def compare(seen: dict[str, Any], explorer: Any) -> float:
    """Each number of each trace, to half a step of its axis; and the sentence; the ms it took."""
    layout = explorer.figure.layout.to_plotly_json()
    assert seen["words"] == page_words(explorer.status.value)
    for trace, shown in zip(explorer.figure.data, seen["data"], strict=True):
        assert shown["name"] == trace.name
        for key in "xyz" if trace.visible is not False else "":  # what is unseen may be of before
            compare_numbers(shown[key], getattr(trace, key, None), trace, key, layout)
    return seen["took"]


def compare_numbers(shown: Any, meant: Any, trace: Any, key: str, layout: dict[str, Any]) -> None:
    try:
        numbers = np.asarray(meant, float)
    except (TypeError, ValueError):  # words
        assert list(shown) == list(meant)
        return
    if meant is None or numbers.ndim == 0:
        return
    read = np.asarray(shown, float).reshape(numbers.shape)
    axis = {} if key == "z" else layout[key + "axis" + trace[key + "axis"][1:]]
    if axis.get("type") == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers, read = np.log10(numbers), np.log10(read)
    drawn = np.isfinite(numbers)
    assert np.array_equal(drawn, np.isfinite(read))
    low, high = axis.get("range") or (np.min(numbers[drawn]), np.max(numbers[drawn]))
    if key == "z" and trace.zmin is not None:
        low, high = trace.zmin, trace.zmax
    low, high = min(low, high), max(low, high)
    span = high - low if high > low else 1.0
    bounds = low - 7 * span, high + 6.9 * span
    far = np.abs(np.clip(read[drawn], *bounds) - np.clip(numbers[drawn], *bounds))
    assert not len(far) or far.max() <= 0.52 * span / STEPS, (trace.name, key, far.max())


def page_words(sentence: str) -> str:
    """A sentence without its tags."""
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", sentence))


def move_everything(page: Page, film: str, plan: Film) -> None:
    """Every control of a player is moved by keyboard, and every button pressed."""
    home = page.locator(f'[data-film="{film}"]')
    for name in plan.values:
        control = home.locator(f".sl-{name} :is(select, input)")
        control.focus()
        place = f"({HOMES})('{film}').player.controls['{name}'].place"
        before = page.evaluate(place)
        for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "End", "Home"):
            page.keyboard.press(key)
            if page.evaluate(place) != before:
                break
        else:
            raise AssertionError(f"{name} does not move")
        page.wait_for_function(f"({HOMES})('{film}').getAttribute('aria-busy') == 'false'")
    for button in home.locator("button").all():
        button.press("Enter")
