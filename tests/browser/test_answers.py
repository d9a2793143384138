"""An explorer answers whatever is asked of it; while it cannot, it says so."""

from lab import Lab, Notebook
from reader import explorers, rest, shown, sign, wait_for

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


def test_n_changes_again_and_again_while_it_trains(lab: Lab) -> None:
    with explorers(lab, "00-start-here.ipynb") as notebook:
        notebook.press("width", "Home")
        for label in ("100", "250", "500", "1000", "2000") * 4:
            notebook.press("train", "Space")
            notebook.control("n").select_option(label=label)
        notebook.press("train", "Space")
        rest(notebook)
        assert "not trained" not in notebook.text("status")
        assert notebook.text("error") == ""
        assert len(shown(notebook)["data"][0]) > 2000
        assert notebook.errors == []


def test_a_sign_says_working_while_there_is_no_answer(lab: Lab) -> None:
    with explorers(lab, "01-the-forward-process.ipynb") as notebook:
        assert not working(notebook)
        notebook.page.evaluate(NOTE_SIGNS)
        notebook.page.evaluate(EXECUTE, HOLD)
        notebook.press("time", "ArrowRight")
        wait_for(lambda: "working…" in notebook.page.evaluate("window.slSigns"))
        wait_for(lambda: not working(notebook))
        assert notebook.errors == []


def working(notebook: Notebook) -> bool:
    return sign(notebook, "working") == "working…"
