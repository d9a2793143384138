"""Whatever a reader's code does, the check ends with a line; only a real interrupt passes."""

from __future__ import annotations

import math
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from scorelab.workbook import running
from scorelab.workbook.checking import Exercise
from scorelab.workbook.running import PATIENCE, Failed, attempt


def raising(error: BaseException):
    def work():
        raise error

    return work


def test_what_ends_is_returned_and_leaves_the_signals_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    assert attempt(lambda: 3) == 3
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (ValueError("first\nsecond"), "✗ raises ValueError: first"),
        (SystemExit(3), "✗ raises SystemExit: 3"),
        (KeyboardInterrupt(), "✗ raises KeyboardInterrupt: "),
        (RecursionError("deep"), "✗ raises RecursionError: deep"),
        (Failed("… not attempted yet"), "… not attempted yet"),
    ],
)
def test_what_is_raised_is_the_verdict(error, verdict) -> None:
    with pytest.raises(Failed) as told:
        attempt(raising(error))
    assert str(told.value) == verdict


def cell(code: str):
    """A function as a cell of a notebook makes it: `work`."""
    names: dict = {"__name__": "__main__"}
    exec(compile(code, "<cell>", "exec"), names)
    return names["work"]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (
            "\n\ndef work():\n    return sqr(2)",
            "✗ raises NameError: name 'sqr' is not defined (line 4 of its cell); "
            "if a cell above makes that name, run that cell first",
        ),
        (
            "def work():\n    a = b\n    b = 1",
            "✗ raises UnboundLocalError: .* \\(line 2 of its cell\\)$",
        ),
        (
            "def inner():\n    1 / 0\n\ndef work():\n    inner()",
            r"zero \(line 2 of its cell\)$",
        ),
        (
            "import torch\ndef work():\n    torch.zeros(2) + torch.zeros(3)",
            "✗ raises RuntimeError: .* \\(line 3 of its cell\\)$",
        ),
        ("def work():\n    eval('1 +')", "✗ raises SyntaxError: [^()]*\\([^()]*line 1\\)$"),
    ],
)
def test_an_error_of_a_cell_names_its_line(code, verdict) -> None:
    with pytest.raises(Failed) as told:
        attempt(cell(code))
    assert str(told.value) == verdict or re.search(verdict, str(told.value))


def endless():
    while True:
        with suppress(Exception):
            time.sleep(0.01)


def test_a_loop_that_never_ends_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(Failed, match=r"✗ has not ended after 0\.2 seconds: is there a loop"):
        attempt(endless, seconds=0.2)
    assert time.monotonic() - start < 2


@pytest.mark.slow
def test_a_loop_that_works_is_ended_by_the_time_it_worked() -> None:
    def busy():
        while True:
            pass

    start = time.thread_time()
    with pytest.raises(Failed, match="has not ended"):
        attempt(busy, seconds=0.5)
    assert time.thread_time() - start < 0.8 * PATIENCE * 0.5


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit of the clock: however busy the machine, it ends nothing here."""
    monkeypatch.setattr(running, "PATIENCE", math.inf)


@pytest.mark.usefixtures("patient")
def test_what_waits_for_a_busy_machine_is_waited_for() -> None:
    assert attempt(lambda: time.sleep(0.5) or 3, seconds=0.2) == 3


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_what_another_thread_computes_is_not_the_answers_time() -> None:
    trained = threading.Event()

    def train():
        while time.thread_time() < 0.6:
            pass
        trained.set()

    threading.Thread(target=train).start()
    assert attempt(trained.wait, seconds=0.2)


def test_a_loop_that_swallows_the_first_bell_hears_the_second() -> None:
    def deaf_once():
        try:
            endless()
        except:  # noqa: E722
            endless()

    with pytest.raises(Failed, match="has not ended"):
        attempt(deaf_once, seconds=0.2)


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard: a shell that starts the tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("answer", ["exercise", "work"])
def test_a_real_interrupt_still_interrupts(answer) -> None:
    def interrupted(*_):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    exercise = Exercise(solution=lambda x: x, cases=lambda: [(1.0,), (2.0,)], mistakes={})
    with pytest.raises(KeyboardInterrupt):
        exercise.verdict(interrupted) if answer == "exercise" else attempt(interrupted)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_on_another_thread_there_is_no_timer_and_no_trouble() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(attempt(lambda: 3, seconds=0.01)))
    thread.start()
    thread.join()
    assert found == [3]
