"""What may happen to an explorer while it trains: after each it answers and shows the truth."""

import pytest
from lab import Notebook
from reader import (
    EXECUTE,
    KERNEL,
    further,
    halted,
    revive,
    small_and_trained,
    training,
    truth,
    wait_for,
)


@pytest.fixture
def notebook(two_layer_network: Notebook) -> Notebook:
    """Its explorer in sight and its kernel alive."""
    revive(two_layer_network)
    return two_layer_network


def stop(notebook: Notebook) -> None:
    notebook.press("halt", "Space")
    halted(notebook)


def test_stop_pressed_twice_stops_and_train_goes_on(notebook: Notebook) -> None:
    training(notebook)
    notebook.press("halt", "Space", times=2)
    count = halted(notebook)
    notebook.press("train", "Space")
    further(notebook, count)
    notebook.press("halt", "Space", times=3)
    halted(notebook)
    truth(notebook)


#: The width of the figure and of the room for it.
WIDTHS = """() => {
    const figure = document.querySelector('.sl-explorer .js-plotly-plot')
    return [figure._fullLayout.width, figure.closest('.sl-explorer').clientWidth]
}"""


def test_the_window_is_resized_and_outputs_are_hidden_while_it_trains(notebook: Notebook) -> None:
    training(notebook)

    def fits() -> bool:
        width, room = notebook.page.evaluate(WIDTHS)
        return room - 25 <= width <= room

    for width in (1024, 1366):
        notebook.page.set_viewport_size({"width": width, "height": 768})
        wait_for(fits)
        for command in ("hide", "show"):
            notebook.page.evaluate(
                f"jupyterapp.commands.execute('notebook:{command}-all-cell-outputs')"
            )
            notebook.page.wait_for_timeout(300)
    further(notebook, notebook.text("count"))
    stop(notebook)
    wait_for(fits)
    truth(notebook)


#: As a tab in the background: the page gets no animation frame until it is seen again.
HIDE = """() => {
    const real = window.requestAnimationFrame, kept = []
    window.requestAnimationFrame = frame => kept.push(frame)
    window.slSeen = () => {
        window.requestAnimationFrame = real
        for (const frame of kept) real(frame)
    }
}"""


def test_a_page_that_is_not_seen_shows_the_truth_when_it_is(notebook: Notebook) -> None:
    training(notebook)
    notebook.page.evaluate(HIDE)
    try:
        for _ in range(2):
            further(notebook, notebook.text("count"))
        notebook.press("halt", "Space")
        halted(notebook)
    finally:
        notebook.page.evaluate("window.slSeen()")
    truth(notebook)


#: The explorers' thread is at a callback, and a cell waits for what it asked of an explorer.
HOLD = """from scorelab.explore import owner
import threading
held = threading.Event()
owner.hand(held.wait, 100)"""
ASK = """from scorelab.explore.explorer import BaseExplorer
from ipywidgets.widgets.widget import _instances
for each in list(_instances.values()):
    if isinstance(each, BaseExplorer):
        each.set(stop=40)"""
WAIT = f"""code => {{
    window.slEnded = 'it waits'
    {KERNEL}.session.kernel.requestExecute({{code}}).done
        .then(reply => {{ window.slEnded = reply.content.ename ?? 'an answer' }})
}}"""


def test_an_interrupt_in_a_callback_ends_the_cell_that_waits_for_it(notebook: Notebook) -> None:
    small_and_trained(notebook)
    notebook.page.evaluate(EXECUTE, HOLD)
    notebook.page.evaluate(WAIT, ASK)
    notebook.page.wait_for_timeout(500)
    assert notebook.page.evaluate("window.slEnded") == "it waits"
    notebook.interrupt()
    notebook.page.wait_for_function("window.slEnded === 'KeyboardInterrupt'")
    notebook.page.evaluate(EXECUTE, "held.set()")
    truth(notebook)
