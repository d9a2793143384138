"""Notebook 03 in JupyterLab: its controls by keyboard, and a step size that is far too large."""

import pytest
from lab import Notebook
from reader import drive, halted, inspect, renew, rest, wait_for


@pytest.fixture(scope="module")
def notebook(two_layer_network: Notebook) -> Notebook:
    """It trains the narrowest network, which is quick."""
    renew(two_layer_network)
    inspect(two_layer_network)
    two_layer_network.press("width", "Home")
    return two_layer_network


@pytest.mark.parametrize(
    ("control", "key", "moves"),
    [
        ("stop", "ArrowRight", "neurons"),
        ("noise", "ArrowRight", "exact"),
        ("width", "ArrowRight", "learned arrows"),
        ("rate", "ArrowRight", "linear theory"),
    ],
)
def test_a_control_moves_its_panel_by_keyboard(
    notebook: Notebook, control: str, key: str, moves: str
) -> None:
    rest(notebook)
    drive(notebook, control, [key], {moves})


def test_a_step_size_far_too_large_is_said_in_red_and_another_can_be_chosen(
    notebook: Notebook,
) -> None:
    rest(notebook)
    notebook.press("rate", "End")
    wait_for(lambda: "too large, and training ends" in notebook.text("status"))
    assert notebook.text("overfit") and not notebook.text("error")
    notebook.press("rate", "Home")
    wait_for(lambda: notebook.text("error") == "")
    rest(notebook)
    assert "stable" in notebook.text("status")
    assert notebook.errors == []


def test_it_trains_anew_follows_stops_and_resets_by_keyboard(notebook: Notebook) -> None:
    notebook.press("width", "End")  # the slowest, so that there is something to halt
    wait_for(lambda: notebook.text("count") not in ("10,000 of 10,000", "0 of 10,000"))
    notebook.press("train", "Space")
    notebook.press("halt", "Space")
    halted(notebook)
    notebook.press("reset", "Space")
    wait_for(lambda: notebook.text("status").startswith("0 steps"))
    assert notebook.text("count") == "0 of 10,000"
    assert notebook.errors == []
