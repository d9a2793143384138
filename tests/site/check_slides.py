"""All slides in a browser: none is larger than the screen, none asks another host, films move."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from build_slides import BUILD, NAMES
from lab import FLAGS, SCREEN, find_chromium
from playwright.sync_api import Page, sync_playwright

#: Each slide's number, height, width and least letters; a film is waited for.
MEASURE = """async () => {
    const found = [], waits = '.present [aria-busy=true], .present .sl-still'
    const soon = () => new Promise(done => setTimeout(done, 40))
    await MathJax.startup.promise
    for (let i = 0; i < Reveal.getTotalSlides(); i++) {
        Reveal.slide(i)
        const slide = Reveal.getCurrentSlide()
        do await soon(); while (document.querySelector(waits))
        const letters = parseFloat(getComputedStyle(slide).fontSize)
        found.push([i, slide.scrollHeight, slide.scrollWidth, letters])
    }
    return found
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def pages() -> Iterator[tuple[Page, str, list[str]]]:
    """A page, the address of the slides, and what went wrong or elsewhere."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(BUILD)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home, wrong = f"http://127.0.0.1:{server.server_port}", []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, "--no-sandbox"]
        )
        page = browser.new_page(viewport=SCREEN)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda got: got.status < 400 or wrong.append(got.url))
        ours = home, "data:", "blob:"
        page.on("request", lambda asked: asked.url.startswith(ours) or wrong.append(asked.url))
        yield page, home, wrong
        browser.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", NAMES)
def test_no_slide_is_larger_than_the_screen(pages: tuple[Page, str, list[str]], name: str) -> None:
    page, home, wrong = pages
    page.goto(f"{home}/{name}.html")
    page.wait_for_function("window.Reveal?.isReady() && window.MathJax?.startup?.promise")
    measured = page.evaluate(MEASURE)
    large = [each for each in measured if each[1] > 768 or each[2] > 1366 or each[3] < 20]
    assert (large, wrong) == ([], [])
    print(name, len(measured), "slides")
