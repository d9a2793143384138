"""Notebook 00 in JupyterLab: every control by keyboard, training, Stop, and a reload."""

import pytest
from lab import Notebook
from reader import EXECUTE, drive, halted, rest, shown, wait_for


@pytest.fixture
def notebook(start_here: Notebook) -> Notebook:
    return start_here


@pytest.mark.parametrize(
    ("control", "keys", "moves"),
    [
        ("stop", ["ArrowLeft"] * 5, "samples"),
        ("noise", ["ArrowRight"], "exact"),
        ("arrows", ["ArrowDown"], "learned"),
        ("arrows", ["ArrowUp"], "exact"),
        ("width", ["ArrowLeft"], "learned"),
        ("width", ["End"], "excess risk"),
        ("times", ["ArrowUp"], "excess risk"),
        ("n", ["ArrowUp"], "data"),
        ("target", ["ArrowDown"], "data"),
    ],
)
def test_a_control_moves_its_panel_by_keyboard(
    notebook: Notebook, control: str, keys: list[str], moves: str
) -> None:
    rest(notebook)
    drive(notebook, control, keys, {moves})


def test_it_trains_stops_and_resets_by_keyboard(notebook: Notebook) -> None:
    notebook.press("width", "Home")
    notebook.press("width", "ArrowRight", times=3)
    before = shown(notebook)["data"]
    notebook.control("n").select_option(label="2000")
    wait_for(lambda: shown(notebook)["data"] != before)
    notebook.press("train", "Space")
    wait_for(lambda: notebook.text("count") not in ("10,000 of 10,000", "0 of 10,000"))
    notebook.press("halt", "Space")
    halted(notebook)
    notebook.press("reset", "Space")
    wait_for(lambda: notebook.text("count") == "0 of 10,000")
    wait_for(lambda: "not trained" in notebook.text("status"))
    assert notebook.errors == []


def test_n_changes_again_and_again_while_it_trains(notebook: Notebook) -> None:
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


FORGET = """from scorelab.explore.replay.record import record
from scorelab.explore.replay.setting import setting
record.cache_clear()
setting.cache_clear()"""


def test_an_interrupt_in_a_decomposition_loses_nothing(notebook: Notebook) -> None:
    """It goes on to its end, for nothing can halt it, and what follows it answers."""
    notebook.press("width", "Home")
    notebook.control("n").select_option(label="100")
    rest(notebook)
    notebook.page.evaluate(EXECUTE, FORGET)
    before = shown(notebook)["data"]
    notebook.control("n").select_option(label="2000")
    notebook.page.wait_for_timeout(400)
    notebook.interrupt()
    wait_for(lambda: shown(notebook)["data"] != before)
    notebook.press("train", "Space")
    rest(notebook)
    assert notebook.text("error") == ""
    assert notebook.errors == []


def test_after_a_reload_the_page_shows_the_present_state(notebook: Notebook) -> None:
    notebook.press("width", "Home")  # the quickest to train
    notebook.control("n").select_option(label="100")
    notebook.settle()
    rest(notebook)
    notebook.press("stop", "ArrowRight", times=4)
    notebook.settle()
    status, before = notebook.text("status"), shown(notebook)
    notebook.reload()  # it shows the outputs that were saved
    notebook.page.wait_for_selector(".sl-explorer .js-plotly-plot", timeout=60_000)
    wait_for(lambda: shown(notebook) == before)
    assert notebook.text("status") == status
    notebook.look_at()
    notebook.press("stop", "ArrowLeft")
    wait_for(lambda: shown(notebook)["samples"] != before["samples"])
    assert notebook.errors == []
