"""The keys of a control stay in it: in JupyterLab, and in Notebook 7, which looks at them first."""

from lab import Lab
from reader import explorers, wait_for

#: What Notebook 7 does: its commands see a key before the control does.
CAPTURE = """() => document.addEventListener(
    'keydown', event => jupyterapp.commands.processKeydownEvent(event), true)"""
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"


def test_arrows_move_the_control_and_not_the_cell(lab: Lab) -> None:
    with explorers(lab, "06-how-much-data.ipynb") as notebook:
        notebook.page.evaluate(CAPTURE)
        cell = notebook.page.evaluate(ACTIVE)
        for control, key in (("n", "ArrowDown"), ("n", "ArrowLeft"), ("dim", "ArrowDown")):
            before = notebook.text("status")
            notebook.press(control, key)
            wait_for(lambda before=before: notebook.text("status") != before)
            assert notebook.page.evaluate(ACTIVE) == cell
        notebook.press("dim", "Shift+Enter")
        wait_for(lambda: notebook.page.evaluate(ACTIVE) == cell + 1)
        assert notebook.errors == []
