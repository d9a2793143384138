"""Explorers that are alive, and notebooks as pages of their own, keep nobody out.

Of JupyterLab's page only the explorers are ours, with their rows of tools; of an exported page,
what cells have put out: the colours of code and of links are its theme's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from build_site import NAMES
from lab import NOTEBOOKS, SCREEN, Lab
from nbconvert import HTMLExporter
from reader import explorers

#: The heights of the rows of controls.
ROWS = "[...document.querySelectorAll('.sl-lecture > .widget-hbox')].map(row => row.offsetHeight)"
KeptOut = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_keeps_nobody_out(lab: Lab, kept_out: KeptOut, name: str) -> None:
    with explorers(lab, f"{name}.ipynb") as notebook:
        for dark in (False, True):
            notebook.theme(dark)
            for which in range(notebook.page.locator(".sl-explorer").count()):
                notebook.look_at(which)
                assert kept_out(notebook.page, ".sl-explorer") == [], dark
                notebook.explorer.locator(".sl-hall").click()
                notebook.page.wait_for_selector(".sl-explorer.sl-lecture")
                notebook.settle()
                assert kept_out(notebook.page, ".sl-lecture") == [], dark
                notebook.explorer.locator(".sl-hall").click()
                notebook.page.wait_for_selector(".sl-lecture", state="detached")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_exported_page_keeps_nobody_out(
    lab: Lab, kept_out: KeptOut, tmp_path: Path, name: str, theme: str
) -> None:
    text, _ = HTMLExporter(theme=theme).from_filename(str(NOTEBOOKS / f"{name}.ipynb"))
    (tmp_path / "page.html").write_text(text)
    page = lab.browser.new_page(viewport=SCREEN)
    page.route(lambda url: url.startswith("http"), lambda route: route.abort())
    page.goto((tmp_path / "page.html").as_uri())
    assert kept_out(page, ".jp-OutputArea") == []
    page.close()


def test_in_a_lecture_on_a_small_screen_the_controls_are_there(lab: Lab) -> None:
    with explorers(lab, "09-convex-denoising.ipynb") as notebook:
        notebook.resize(683, 700)
        notebook.explorer.locator(".sl-hall").click()
        notebook.page.wait_for_selector(".sl-lecture")
        notebook.settle()
        heights = notebook.page.evaluate(ROWS)
        assert heights and min(heights) > 20
