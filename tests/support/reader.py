"""What the browser tests do as a reader does: look, and wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab import Lab, Notebook

EXPLORERS = """() => jupyterapp.shell.currentWidget.content.widgets.flatMap(
    (cell, i) => cell.model.getMetadata('tags')?.includes('nbval-ignore-output') ? [i] : [])"""
RUN_ALL = """() => {
    window.slRan = false
    jupyterapp.commands.execute('notebook:run-all-cells').then(() => window.slRan = true)
}"""
RUN_CELL = """i => {
    jupyterapp.shell.currentWidget.content.activeCellIndex = i
    return jupyterapp.commands.execute('notebook:run-cell')
}"""
KERNEL = "jupyterapp.shell.currentWidget.sessionContext"
EXECUTE = """code => jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({code}).done"""
#: How many different pictures there are on the page.
PICTURES = """() => new Set([...document.querySelectorAll('.js-plotly-plot')].map(figure =>
    JSON.stringify(figure._fullData.map(t => [t.x, t.y].map(v => Array.from(v ?? [])))))).size"""
#: Closes the views beside the notebook that an output was also shown in.
CLOSE = """() => { for (const area of ['main', 'left', 'right', 'down'])
    for (const widget of [...jupyterapp.shell.widgets(area)])
        if (widget.title.label === 'Output View') widget.dispose() }"""
DRAWN = ".sl-explorer .js-plotly-plot .main-svg"
FITS = """explorer => {
    const screen = jupyterapp.shell.currentWidget.content.node
    return explorer.offsetHeight <= screen.clientHeight
        && explorer.scrollWidth <= explorer.closest('.jp-OutputArea-output').clientWidth
}"""


@contextmanager
def explorers(lab: Lab, name: str) -> Iterator[Notebook]:
    """A notebook, looking at its first explorer; only their cells were run: they need no other."""
    notebook = lab.open(name)
    try:
        run_explorers(notebook)
        yield notebook
    finally:  # a page left open goes on asking the server
        notebook.close()


def run_explorers(notebook: Notebook) -> None:
    """Run the explorers' cells, wait until all are drawn, and look at the first."""
    cells = notebook.page.evaluate(EXPLORERS)
    for count, cell in enumerate(cells, start=1):
        notebook.page.evaluate(RUN_CELL, cell)
        drawn = notebook.page.locator(".sl-explorer .js-plotly-plot").nth(count - 1)
        drawn.wait_for(timeout=120_000)
    notebook.look_at(0)
    notebook.settle()


def renew(notebook: Notebook) -> None:
    """Load the page anew with its explorers new: of those that there were it finds nothing."""
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    notebook.reload()
    run_explorers(notebook)


def revive(notebook: Notebook) -> None:
    """Have the explorers alive and in sight, whatever was done to their kernel."""
    gone = sign(notebook, "gone")
    if "ended" in gone:
        notebook.page.evaluate(f"() => {KERNEL}.restartKernel()")
    if gone or not notebook.explorer.count():
        notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        run_explorers(notebook)


def inspect(notebook: Notebook) -> None:
    """See that each explorer fits the screen and shows something, and that nothing went wrong."""
    count = notebook.page.locator(".sl-explorer").count()
    assert count > 0
    for which in reversed(range(count)):
        notebook.look_at(which)
        assert notebook.explorer.evaluate(FITS), "it does not fit the screen"
        assert notebook.traces(), "its figure is blank"
        assert not notebook.explorer.locator(".sl-missing").is_visible(), "it says what is missing"
    assert notebook.errors == []


def wait_for(condition: Callable[[], object], timeout: float = 60) -> None:
    """Wait until a condition holds: machines differ in speed, so that the bound is generous."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def rest(notebook: Notebook) -> None:
    """Wait until the training behind the page is done and all is drawn."""
    wait_for(lambda: notebook.text("count") == "10,000 of 10,000", timeout=180)
    notebook.settle()


def shown(notebook: Notebook) -> dict[str, list[object]]:
    """The x, y and z of each trace, by its name."""
    return {trace["name"]: [trace[axis] for axis in "xyz"] for trace in notebook.traces()}


def drive(notebook: Notebook, control: str, keys: list[str], moves: set[str]) -> None:
    """Press keys on a control, and see that these traces change, and that nothing goes wrong."""
    before = shown(notebook)
    for key in keys:
        notebook.press(control, key)
    wait_for(lambda: all(shown(notebook)[name] != before[name] for name in moves))
    notebook.settle()
    assert shown(notebook).keys() == before.keys()
    assert notebook.text("error") == ""
    assert notebook.errors == []


def first_answer(notebook: Notebook, control: str, moves: str) -> None:
    """Move a control as soon as there is one, and wait until the trace that it moves has moved.

    The sentence would not do: training that goes on behind the page rewrites it, too.
    """
    notebook.page.wait_for_selector(DRAWN, timeout=120_000)
    before = shown(notebook)[moves]
    notebook.press(control, "ArrowRight")
    wait_for(lambda: shown(notebook)[moves] != before, timeout=120)
    assert notebook.page.evaluate("window.slRan") is False, "the last cell has run meanwhile"


def sign(notebook: Notebook, name: str) -> str:
    """The line above the controls, where it is of this kind: it comes and goes at any time."""
    read = "kind => document.querySelector(`.sl-${kind}[role=status]`)?.textContent ?? ''"
    return notebook.page.evaluate(read, name)


def training(notebook: Notebook) -> None:
    """Have the widest network train from its beginning, which takes a while."""
    notebook.press("width", "End")
    notebook.settle()
    notebook.press("reset", "Space")
    wait_for(lambda: notebook.text("count") == "0 of 10,000")
    notebook.press("train", "Space")
    further(notebook, "0 of 10,000")


def further(notebook: Notebook, count: str) -> None:
    """Wait until training has gone on from where it was."""
    wait_for(lambda: notebook.text("count") != count)


def halted(notebook: Notebook) -> str:
    """See that training has halted before its end and stays so; how far it has come."""
    notebook.settle()
    count = notebook.text("count")
    assert count != "10,000 of 10,000"
    notebook.page.wait_for_timeout(1000)
    assert notebook.text("count") == count
    return count


def small_and_trained(notebook: Notebook) -> None:
    notebook.press("width", "Home")
    rest(notebook)


def press_and_see(notebook: Notebook, key: str = "ArrowRight") -> None:
    """Move the stop; the picture follows, as the sentence does, which the kernel writes."""
    before, sentence = shown(notebook), notebook.text("status")
    notebook.press("stop", key)
    wait_for(lambda: notebook.text("status") != sentence)
    notebook.settle()
    assert shown(notebook) != before


def truth(notebook: Notebook) -> None:
    """See that it shows what a new view of it shows, and that it answers."""
    notebook.page.evaluate(CLOSE)
    notebook.settle()
    figures = notebook.page.locator(".js-plotly-plot:has(.main-svg)")
    before = figures.count()
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:create-output-view')")
    wait_for(lambda: figures.count() == before + 1)
    wait_for(lambda: notebook.page.evaluate(PICTURES) == before)
    notebook.page.evaluate(CLOSE)
    wait_for(lambda: figures.count() == before)
    notebook.settle()
    press_and_see(notebook, "ArrowLeft")  # later stops may not be trained yet
    assert notebook.errors == []
