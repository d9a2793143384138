"""Latest-wins redraws and runs, on the loop of their owner and without one."""

import asyncio
import time
from collections.abc import Coroutine, Iterator

import pytest

from scorelab.explore import live


def beside_a_page(work: Coroutine[None, None, None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a coroutine as the owner would in a kernel with a page."""
    monkeypatch.setattr(live, "in_kernel", lambda: True)
    asyncio.run(asyncio.wait_for(work, timeout=20))


def never(error: Exception) -> None:
    raise AssertionError("no error was expected") from error


def always() -> bool:
    return True


def test_many_requests_are_answered_once_and_by_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    answers: list[int] = []

    async def drag() -> None:
        latest = live.Latest(lambda: answers.append(asked[-1]), always, never)
        for i in range(100):
            asked.append(i)
            latest()
        await asyncio.sleep(3 * live.FRAME)

    beside_a_page(drag(), monkeypatch)
    assert answers == [99]


def test_a_request_made_during_an_answer_gets_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int] = []

    async def drag() -> None:
        def action() -> None:
            answers.append(len(answers))
            if len(answers) == 1:
                latest()

        latest = live.Latest(action, always, never)
        latest()
        await asyncio.sleep(4 * live.FRAME)

    beside_a_page(drag(), monkeypatch)
    assert answers == [0, 1]


def test_a_redraw_waits_for_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, answered = [], False

    async def drag() -> None:
        nonlocal answered
        live.Latest(lambda: drawn.append(answered), lambda: answered, never)()
        await asyncio.sleep(2 * live.FRAME)
        assert not drawn
        answered = True
        await asyncio.sleep(live.FRAME)

    beside_a_page(drag(), monkeypatch)
    assert drawn == [True]


def test_errors_are_reported_beside_a_page_and_raised_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[Exception] = []

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        live.Latest(broken, always, never)()

    async def drag() -> None:
        live.Latest(broken, always, reported.append)()
        live.Run(broken, lambda: None, always, reported.append).start(iter([1]))
        await asyncio.sleep(3 * live.FRAME)

    beside_a_page(drag(), monkeypatch)
    assert [type(error) for error in reported] == [ZeroDivisionError] * len(reported)
    assert len(reported) >= 2


def steps(done: list[int], count: int, pause: float = 0.002) -> Iterator[None]:
    for i in range(count):
        time.sleep(pause)
        done.append(i)
        yield


def test_without_a_page_a_run_is_done_when_start_returns() -> None:
    done: list[int] = []
    order: list[str] = []
    run = live.Run(lambda: order.append("draw"), lambda: order.append("ended"), always, never)
    run.start(steps(done, 5, 0))
    assert done == [0, 1, 2, 3, 4]
    assert order == ["ended", "draw"]
    assert not run.running


def test_without_a_page_an_error_of_the_work_is_raised() -> None:
    run = live.Run(lambda: None, lambda: None, always, never)
    with pytest.raises(ZeroDivisionError):
        run.start(1 / 0 for _ in range(1))


def test_a_run_lets_others_speak_and_stops_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    frames: list[int] = []

    async def train() -> None:
        run = live.Run(lambda: frames.append(len(done)), lambda: None, always, never)
        run.start(steps(done, 10_000))
        await asyncio.sleep(0.5)
        assert run.running
        run.stop()
        await asyncio.sleep(2 * live.SLICE)
        assert not run.running

    beside_a_page(train(), monkeypatch)
    assert 0 < len(done) < 1000
    assert 2 <= len(frames) <= 0.7 / live.FRAME + 2
    assert frames[-1] == len(done)


def test_new_work_replaces_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    first: list[int] = []
    second: list[int] = []
    ends: list[int] = []

    async def train() -> None:
        run = live.Run(lambda: None, lambda: ends.append(1), always, never)
        run.start(steps(first, 10_000))
        await asyncio.sleep(0.1)
        run.start(steps(second, 3))
        await asyncio.sleep(0.3)
        assert not run.running

    beside_a_page(train(), monkeypatch)
    assert len(first) < 1000
    assert second == [0, 1, 2]
    assert ends == [1]


def test_work_can_start_again_right_after_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    first: list[int] = []
    second: list[int] = []

    async def train() -> None:
        run = live.Run(lambda: None, lambda: None, always, never)
        run.start(steps(first, 10_000))
        await asyncio.sleep(0.1)
        run.stop()
        assert not run.running
        run.start(steps(second, 3))
        assert run.running
        await asyncio.sleep(0.3)

    beside_a_page(train(), monkeypatch)
    assert second == [0, 1, 2]


def test_a_run_waits_while_the_page_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    page_draws = False

    async def train() -> None:
        nonlocal page_draws
        run = live.Run(lambda: None, lambda: None, lambda: not page_draws, never)
        run.start(steps(done, 10_000))
        await asyncio.sleep(0.2)
        page_draws = True
        await asyncio.sleep(0.2)
        before = len(done)
        await asyncio.sleep(0.2)
        assert len(done) == before
        page_draws = False
        await asyncio.sleep(0.2)
        assert len(done) > before
        run.stop()

    beside_a_page(train(), monkeypatch)


def test_an_error_of_the_work_is_reported_after_the_last_redraw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    async def train() -> None:
        run = live.Run(
            lambda: order.append("draw"),
            lambda: order.append("ended"),
            always,
            lambda error: order.append(type(error).__name__),
        )
        run.start(1 / 0 for _ in range(1))
        await asyncio.sleep(0.1)

    beside_a_page(train(), monkeypatch)
    assert order == ["ended", "draw", "ZeroDivisionError"]
