"""What the browser tests do as a reader does: look, and wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab import Lab, Notebook

RUN_EXPLORER = """which => {
    const cells = jupyterapp.shell.currentWidget.content
    const shows = cell => cell.model.getMetadata('tags')?.includes('nbval-ignore-output')
    const explorers = cells.widgets.flatMap((cell, i) => shows(cell) ? [i] : [])
    cells.activeCellIndex = explorers[which]
    return jupyterapp.commands.execute('notebook:run-cell')
}"""


@contextmanager
def explorer(lab: Lab, name: str, which: int = 0) -> Iterator[Notebook]:
    """A notebook with an explorer in sight; only its cell was run, for it needs no other."""
    notebook = lab.open(name)
    notebook.page.evaluate(RUN_EXPLORER, which)
    notebook.page.wait_for_selector(".sl-explorer .js-plotly-plot", timeout=120_000)
    notebook.show()
    notebook.settle()
    yield notebook
    notebook.close()


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
