"""Work that a CUDA card is given as a whole: where its parts are shorter than their launches.

A graph is recorded from a run of the same work and done again on the same memory. What waits for a
number, or fetches one from the CPU, can't be recorded, and is done as it is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias

import torch
from torch import Tensor

State: TypeAlias = tuple[Tensor, ...]
Turn: TypeAlias = Callable[[State, State], State]

#: Turns of a loop that are done as they are written, and those that must be left to record one.
FIRST, WORTH = 3, 8
_one_at_a_time = threading.Lock()


def capture(work: Callable[[], object], device: torch.device) -> Callable[[], None] | None:
    """What does ``work`` again on the same memory; None where that can't be had.

    It is recorded, not done. It must have been done before, for that compiles its kernels.
    """
    if device.type != "cuda" or not _one_at_a_time.acquire(blocking=False):
        return None
    try:
        return _record(work, device).replay
    except RuntimeError:  # torch's for all that a graph can't hold, or has no memory for
        return None
    finally:
        _one_at_a_time.release()


def _record(work: Callable[[], object], device: torch.device) -> torch.cuda.CUDAGraph:
    # Not by torch.cuda.graph: it waits for the card, empties its cache, and stays on its own stream
    # where the work could not be recorded.
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream(device)
    stream.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(stream):
        graph.capture_begin(capture_error_mode="thread_local")
        try:
            work()
        except BaseException:
            with suppress(RuntimeError):  # of Ctrl-C in the middle it would make a failed recording
                graph.capture_end()
            raise
        graph.capture_end()
    torch.cuda.current_stream(device).wait_stream(stream)
    return graph


def turns(turn: Turn, state: State, inputs: Sequence[State], record: bool) -> Iterator[Tensor]:
    """The first tensor of each state of a loop, ``state = turn(state, now)`` for each input.

    With ``record``, after some turns, by when a state must have its last shapes, the others are a
    graph where that can be: then a turn must do nothing but compute its tensors.
    """
    for now in inputs[:FIRST]:
        state = turn(state, now)
        yield state[0]
    left = inputs[FIRST:]
    again = _recorded(turn, state, left[0]) if record and len(left) >= WORTH else None
    for now in left:
        state = again(now) if again else turn(state, now)
        yield state[0]


def _recorded(turn: Turn, state: State, now: State) -> Callable[[State], State] | None:
    """The turns from this state on, as a function of the input alone."""
    held, given = (tuple(a.clone() for a in each) for each in (state, now))

    def work() -> None:
        new = [a.clone() for a in turn(held, given)]  # parts of it may be parts of what is held
        for to, a in zip(held, new, strict=True):
            to.copy_(a)

    replay = capture(work, held[0].device)
    if replay is None:
        return None

    def again(now: State) -> State:
        for to, a in zip(given, now, strict=True):
            to.copy_(a)
        replay()
        return held[0].clone(), *held[1:]

    return again
