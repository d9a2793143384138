"""The door to a card's graphs, with a stand-in for CUDA: what it does when the work can't be one.

What is done with a graph is checked on the pretend device, in ``devices/check_waits.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch

from scorelab.fused import graphs

CARD = torch.device("cuda")


class Stand:
    """CUDA's streams and graphs, as far as the door uses them."""

    def __init__(self) -> None:
        self.current, self.capturing, self.valid, self.replayed = "first", False, True, 0

    def capture_begin(self, capture_error_mode: str) -> None:
        assert capture_error_mode == "thread_local" and self.current == "other"
        self.capturing = True

    def capture_end(self) -> None:
        self.capturing = False
        if not self.valid:
            raise RuntimeError("operation failed due to a previous error during capture")

    def replay(self) -> None:
        self.replayed += 1

    @contextmanager
    def stream(self, _: object) -> Iterator[None]:
        before, self.current = self.current, "other"
        try:
            yield
        finally:
            self.current = before

    def look(self) -> None:
        if self.capturing:
            self.valid = False
            raise RuntimeError("operation not permitted when stream is capturing")


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    stand, waiting = Stand(), SimpleNamespace(wait_stream=lambda _: None)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: stand)
    monkeypatch.setattr(torch.cuda, "Stream", lambda _: waiting)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: waiting)
    monkeypatch.setattr(torch.cuda, "stream", stand.stream)
    return stand


def test_the_cpu_has_no_graphs_and_is_not_asked() -> None:
    assert graphs.capture(lambda: 1 / 0, torch.device("cpu")) is None


def test_what_is_recorded_can_be_done_again(stand: Stand) -> None:
    done: list[bool] = []
    replay = graphs.capture(lambda: done.append(stand.capturing), CARD)
    assert replay and done == [True] and stand.current == "first"
    replay()
    assert stand.replayed == 1


def test_work_that_waits_for_a_number_leaves_all_as_it_was(stand: Stand) -> None:
    assert graphs.capture(stand.look, CARD) is None
    assert stand.current == "first" and not stand.capturing
    stand.valid = True
    assert graphs.capture(lambda: None, CARD) is not None  # the door opens again


def test_only_one_is_recorded_at_a_time_and_another_does_not_wait(stand: Stand) -> None:
    inner: list[object] = []
    assert graphs.capture(lambda: inner.append(graphs.capture(lambda: None, CARD)), CARD)
    assert inner == [None]


def test_an_interrupt_is_heard_whatever_the_recording_then_says(stand: Stand) -> None:
    def interrupted() -> None:
        stand.valid = False
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graphs.capture(interrupted, CARD)
    stand.valid = True
    assert stand.current == "first" and graphs.capture(lambda: None, CARD)


def test_an_error_of_the_work_is_its_own(stand: Stand) -> None:
    with pytest.raises(ZeroDivisionError):
        graphs.capture(lambda: 1 / 0, CARD)
    assert stand.current == "first" and graphs.capture(lambda: None, CARD)
