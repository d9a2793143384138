"""Notebook 01 in JupyterLab: time and target by keyboard, in the plane and on the line."""

from contextlib import suppress

import pytest
from lab import Notebook
from playwright.sync_api import TimeoutError as TooLate
from reader import drive, shown, sign, wait_for

NAME = "01-the-forward-process.ipynb"
GAUSSIAN = "one Gaussian, d = 1"
#: Holds the thread that owns the explorers, as a long computation would.
HOLD = """from scorelab.explore import owner
import time
owner.hand(time.sleep, 3)"""
EXECUTE = """code => jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({code}).done"""
#: Keeps every sign that is shown, however short.
NOTE_SIGNS = """() => {
    const signs = window.slSigns = [], whole = {subtree: true, childList: true}
    new MutationObserver(() => signs.push(document.querySelector('.sl-working')?.textContent))
        .observe(document.querySelector('.sl-explorer'), whole)
}"""

#: Keeps what the page says to its widgets' other halves in the kernel: the names of the traits.
NOTE_MESSAGES = """() => {
    const said = window.slSaid = []
    const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session
    kernel.anyMessage.connect((_, {direction, msg}) => {
        if (direction === 'send' && msg.header.msg_type === 'comm_msg')
            said.push(...Object.keys(msg.content.data.state))
    })
}"""


ALIVE = ".sl-explorer .js-plotly-plot .main-svg"


@pytest.mark.parametrize(
    ("control", "key", "moves", "stays"),
    [
        ("time", "ArrowRight", ["noised sample", "density lines", "score", "now"], "pure noise"),
        ("time", "Home", ["noised sample", "slope of the score", "score", "now"], "signal α²"),
        ("target", "ArrowDown", ["noised sample", "density lines", "distance to noise"], "noise h"),
    ],
)
def test_a_control_moves_its_panels_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: list[str], stays: str
) -> None:
    before, sentence = shown(notebook), notebook.text("status")
    drive(notebook, control, [key], moves)
    assert shown(notebook)[stays] == before[stays]
    assert notebook.text("status") != sentence


def visible(notebook: Notebook) -> set[str]:
    return {trace["name"] for trace in notebook.traces() if trace["visible"] is True}


def test_a_law_on_the_line_has_curves_and_one_in_the_plane_has_arrows(notebook: Notebook) -> None:
    notebook.control("target").select_option(label=GAUSSIAN)
    wait_for(lambda: {"density", "score s(x)"} <= visible(notebook))
    assert not {"density lines", "slope of the score", "score"} & visible(notebook)
    before = shown(notebook)
    notebook.press("time", "End")
    wait_for(lambda: shown(notebook)["score s(x)"] != before["score s(x)"])
    wait_for(lambda: "slopes of the score −1" in notebook.text("status"))
    notebook.control("target").select_option(label="ring of modes")
    wait_for(lambda: {"density lines", "slope of the score", "score"} <= visible(notebook))
    assert not {"density", "score s(x)"} & visible(notebook)
    assert notebook.errors == []


def test_play_goes_on_by_itself_pauses_and_goes_on(notebook: Notebook) -> None:
    def places() -> str:
        return notebook.explorer.locator(".sl-time .widget-readout").text_content() or ""

    notebook.press("time", "Home")
    wait_for(lambda: places() == "0.02")
    notebook.settle()
    before = shown(notebook)["noised sample"]
    assert notebook.text("play") == "Play"
    notebook.press("play", "Space")
    wait_for(lambda: notebook.text("play") == "Pause" and places() not in ("0.02", "3"))
    wait_for(lambda: shown(notebook)["noised sample"] != before)
    notebook.press("play", "Space")
    notebook.settle(quiet=1)
    paused = places()
    assert notebook.text("play") == "Play" and paused not in ("0.02", "3")
    notebook.press("play", "Space")
    wait_for(lambda: places() == "3" and notebook.text("play") == "Play")
    notebook.settle()
    assert "slopes of the score −1" in notebook.text("status")
    assert notebook.errors == []


def test_a_move_takes_three_messages_of_the_page(notebook: Notebook) -> None:
    """After each JupyterLab draws the kernel's state, which keeps the page from the picture."""
    notebook.settle()
    notebook.page.evaluate(NOTE_MESSAGES)
    with notebook.redraw():
        notebook.press("time", "ArrowLeft")
    notebook.settle()
    said = [name for name in notebook.page.evaluate("window.slSaid") if name != "still"]
    assert said[0] == "index" and sorted(said) == ["drawn", "index", "moved"]


def test_a_sign_says_working_while_there_is_no_answer(notebook: Notebook) -> None:
    def working() -> bool:
        return sign(notebook, "working") == "working…"

    assert not working()
    notebook.page.evaluate(NOTE_SIGNS)
    notebook.page.evaluate(EXECUTE, HOLD)
    notebook.press("time", "ArrowLeft")
    wait_for(lambda: "working…" in notebook.page.evaluate("window.slSigns"))
    wait_for(lambda: not working())
    assert notebook.errors == []


def test_a_reload_shows_it_alive_where_its_cell_alone_was_run(notebook: Notebook) -> None:
    """The other cells have outputs that this session did not make: Jupyter must trust them.

    On a busy machine JupyterLab may not wait for the widgets, and shows the picture: then again.
    """
    before = shown(notebook)
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    for _ in range(3):
        notebook.page.reload()
        with suppress(TooLate):
            notebook.page.wait_for_selector(ALIVE, timeout=30_000)
            break
    assert notebook.page.locator(ALIVE).count(), "it is a picture after each of three reloads"
    wait_for(lambda: shown(notebook) == before)
    notebook.look_at()
    notebook.press("time", "Home")
    wait_for(lambda: shown(notebook)["noised sample"] != before["noised sample"])
