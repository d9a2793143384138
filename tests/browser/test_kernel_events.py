"""What an explorer says of its kernel, and how it lasts: windows, views, runs and tabs."""

from collections.abc import Iterator

import pytest
from lab import Lab, Notebook
from reader import explorers, halted, rest, shown, sign, wait_for

NAME = "03-a-two-layer-network.ipynb"
TRACKER = "@jupyterlab/notebook-extension:tracker"
KERNEL = "jupyterapp.shell.currentWidget.sessionContext"
#: How many different pictures there are on the page.
PICTURES = """() => new Set([...document.querySelectorAll('.js-plotly-plot')].map(figure =>
    JSON.stringify(figure._fullData.map(t => [t.x, t.y].map(v => Array.from(v ?? [])))))).size"""
SCROLL = "i => jupyterapp.shell.currentWidget.content.scrollToItem(i)"


@pytest.fixture
def notebook(lab: Lab) -> Iterator[Notebook]:
    """The notebook with its explorer in sight."""
    with explorers(lab, NAME) as notebook:
        yield notebook


def test_after_a_restart_it_says_so_and_holds_its_controls(notebook: Notebook) -> None:
    notebook.page.evaluate(f"() => {KERNEL}.restartKernel()")
    wait_for(lambda: "restarted" in sign(notebook, "gone"))
    before = notebook.page.locator(".sl-stop .widget-readout").text_content()
    notebook.press("stop", "ArrowRight")
    assert notebook.page.locator(".sl-stop .widget-readout").text_content() == before


def test_when_the_kernel_was_shut_down_it_says_so(notebook: Notebook) -> None:
    notebook.page.evaluate(f"() => {KERNEL}.shutdown()")
    wait_for(lambda: "ended" in sign(notebook, "gone"))


def test_when_the_kernel_has_died_it_says_so(notebook: Notebook) -> None:
    code = "import os; os._exit(1)"
    notebook.page.evaluate(f"code => {{ {KERNEL}.session.kernel.requestExecute({{code}}) }}", code)
    wait_for(lambda: "restarted" in sign(notebook, "gone"))


def test_an_interrupt_halts_the_training(notebook: Notebook) -> None:
    notebook.press("width", "End")
    notebook.settle()
    notebook.press("reset", "Space")
    wait_for(lambda: notebook.text("count") == "0 of 10,000")
    notebook.press("train", "Space")
    wait_for(lambda: notebook.text("count") != "0 of 10,000")
    notebook.page.evaluate(f"() => {KERNEL}.session.kernel.interrupt()")
    wait_for(lambda: "Interrupted" in sign(notebook, "note"))
    count = halted(notebook)
    notebook.press("train", "Space")
    wait_for(lambda: notebook.text("count") != count)
    wait_for(lambda: sign(notebook, "note") == "")


def small_and_trained(notebook: Notebook) -> None:
    notebook.press("width", "Home")
    rest(notebook)


def press_and_see(notebook: Notebook) -> None:
    """Move the stop; the picture follows, as the sentence does, which the kernel writes."""
    before, sentence = shown(notebook), notebook.text("status")
    notebook.press("stop", "ArrowRight")
    wait_for(lambda: notebook.text("status") != sentence)
    notebook.settle()
    assert shown(notebook) != before


@pytest.fixture(params=["full", "defer", "none"])
def mode(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """How JupyterLab keeps cells that are out of sight."""
    lab.set(TRACKER, windowingMode=request.param)
    yield request.param
    lab.set(TRACKER)


def test_it_shows_the_present_state_after_it_was_out_of_sight(lab: Lab, mode: str) -> None:
    with explorers(lab, NAME) as notebook:
        assert (
            notebook.page.evaluate(
                "jupyterapp.shell.currentWidget.content.notebookConfig.windowingMode"
            )
            == mode
        )
        small_and_trained(notebook)
        press_and_see(notebook)
        present = shown(notebook)
        cells = notebook.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
        for cell in (cells - 1, 0):
            notebook.page.evaluate(SCROLL, cell)
            notebook.page.wait_for_timeout(500)
        notebook.look_at(0)
        wait_for(lambda: shown(notebook) == present)
        press_and_see(notebook)
        for command in ("hide", "show"):
            notebook.page.evaluate(
                f"jupyterapp.commands.execute('notebook:{command}-all-cell-outputs')"
            )
            notebook.page.wait_for_timeout(500)
        press_and_see(notebook)
        assert notebook.errors == []


def test_a_second_view_and_a_second_run(notebook: Notebook) -> None:
    small_and_trained(notebook)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:create-output-view')")
    figures = notebook.page.locator(".js-plotly-plot:has(.main-svg)")
    wait_for(lambda: figures.count() == 2)
    notebook.settle(timeout=15)  # two views of different width: they do not take turns
    press_and_see(notebook)
    wait_for(lambda: notebook.page.evaluate(PICTURES) == 1)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    wait_for(
        lambda: notebook.page.locator(".sl-stop .widget-readout").first.text_content() == "100"
    )
    notebook.settle()
    press_and_see(notebook)
    assert notebook.errors == []
