"""A call in a process of its own: whatever it does to that, the caller goes on."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

#: What the process starts with: where the caller's modules lie, then this one.
START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from scorelab.alone import _child; _child()"
)


class Ended(Exception):
    """The process ended without an answer; the message says how."""


def alone(call: Callable[[], T], timeout: float | None = None, threads: int | None = None) -> T:
    """What ``call()`` returns in a new process, which has ``timeout`` seconds, or any time.

    Its parallel loops use that many ``threads`` where the environment does not say. Raises `Ended`
    where it is too slow, killed, or ends its process; ``call`` must catch what it raises itself.
    """
    import cloudpickle  # only who sweeps needs it

    limits = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), str(threads))
    environment = (limits if threads else {}) | os.environ
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        sent = pickle.dumps(sys.path) + cloudpickle.dumps((call, str(answer)))
        try:
            done = subprocess.run(
                [sys.executable, "-c", START], input=sent, timeout=timeout, env=environment
            )
        except subprocess.TimeoutExpired:
            raise Ended(f"it took longer than timeout={timeout:g} s") from None
        if not answer.exists():
            raise Ended(f"its process ended with {_status(done.returncode)}")
        return pickle.loads(answer.read_bytes())


def _status(code: int) -> str:
    """A return code in words: below zero it is a signal."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _child() -> None:
    import cloudpickle

    call, answer = pickle.load(sys.stdin.buffer)
    whole = Path(f"{answer}.part")
    whole.write_bytes(cloudpickle.dumps(call()))
    whole.rename(answer)
