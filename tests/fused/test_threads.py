"""The number of threads follows the pace that was measured, and comes back to look again."""

import numba
import pytest

from scorelab.fused import threads


class Clock:
    """Time as a loop would take it: ``cost`` seconds for each number of threads."""

    def __init__(self, cost: dict[int, float]) -> None:
        self.cost, self.now, self.used, self.set = cost, 0.0, [], 4

    def perf_counter(self) -> float:
        return self.now

    def loop(self) -> None:
        self.used.append(self.set)
        self.now += self.cost[self.set]

    def set_num_threads(self, number: int) -> None:
        self.set = number

    def get_num_threads(self) -> int:
        return self.set


@pytest.mark.parametrize(("cost", "best"), [({1: 1.0, 4: 0.3}, 4), ({1: 1.0, 4: 3.0}, 1)])
def test_the_faster_number_is_used_and_the_other_tried_again(
    monkeypatch: pytest.MonkeyPatch, cost: dict[int, float], best: int
) -> None:
    clock = Clock(cost)
    monkeypatch.setattr(threads, "time", clock)
    monkeypatch.setattr(numba, "set_num_threads", clock.set_num_threads)
    monkeypatch.setattr(numba, "get_num_threads", clock.get_num_threads)
    monkeypatch.setattr(numba.config, "NUMBA_NUM_THREADS", 4)
    paced = threads.Paced(clock.loop)
    for _ in range(4 * threads.AGAIN):
        paced(10)
    assert set(clock.used[:3]) == {1, 4}, "both are tried at first"
    assert clock.used.count(best) >= 0.9 * len(clock.used)
    assert clock.used[threads.AGAIN - 1] != best

    cost[best], cost[5 - best] = 10.0, 0.1  # the machine changes its mind
    for _ in range(4 * threads.AGAIN):
        paced(10)
    assert clock.used[-2] == 5 - best


def test_the_caller_s_number_of_threads_is_as_it_was() -> None:
    """Also where the loop fails, and for whatever number it is that the loop itself takes."""
    before, taken = numba.get_num_threads(), []

    def loop(fails: bool) -> None:
        taken.append(numba.get_num_threads())
        if fails:
            raise ArithmeticError

    for mine in {1, before}:
        numba.set_num_threads(mine)
        paced = threads.Paced(loop)
        try:
            for _ in range(4):
                paced(10, False)
                assert numba.get_num_threads() == mine
            with pytest.raises(ArithmeticError):
                paced(10, True)
            assert numba.get_num_threads() == mine
        finally:
            numba.set_num_threads(before)
    assert set(taken) == {1, numba.config.NUMBA_NUM_THREADS}
