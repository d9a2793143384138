"""In a real kernel, without a page: all that happens to explorers happens on their own thread."""

import ast
import os
from collections.abc import Iterator

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

pytestmark = pytest.mark.slow  # a kernel starts

#: An explorer that trains, and messages about it as a page sends them, from any thread.
BEGIN = """
import threading, time
from random import Random
from scorelab.chapters.start_here import Explorer
from scorelab.explore import page

page.OPENING = 0  # no page will open
explorer = Explorer()
places, refresh = set(), explorer.refresh
def noted():
    places.add(threading.current_thread())
    refresh()
explorer.refresh = explorer.redraw.action = noted

def say(name, **data):
    explorer.by_name[name].comm.handle_msg({"content": {"data": data}, "buffers": []})

def choose(name, index):
    say(name, method="update", state={"index": index})

def click(name):
    say(name, method="custom", content={"event": "click"})

def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
"""
STORM = """
wrong = []
def reader(seed):
    dice = Random(seed)
    try:
        for i in range(250):
            match dice.randrange(4):
                case 0: choose("n", dice.randrange(3))
                case 1: choose("width", dice.randrange(4))
                case 2: choose("stop", dice.randrange(20))
                case 3: click(dice.choice(["train", "train", "halt", "reset"]))
            time.sleep(0.004)
    except Exception as error:
        wrong.append(repr(error))
readers = [threading.Thread(target=reader, args=[seed]) for seed in range(4)]
for each in readers: each.start()
for each in readers: each.join()
choose("n", 0); choose("width", 0); click("reset"); click("train")
until(lambda: explorer.by_name["count"].value == "10,000 of 10,000")
"""


class Kernel:
    """A kernel that runs cells and tells what an expression is worth."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client

    def run(self, code: str) -> None:
        """Run a cell; its error is raised."""
        reply = self.client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"].get("evalue")

    def value(self, expression: str) -> object:
        """What an expression is worth, where that is a plain value."""
        asked = {"it": expression}
        reply = self.client.execute_interactive(
            "", user_expressions=asked, timeout=300, output_hook=lambda _: None
        )
        return ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel as a reader's is, not headless, and an explorer in it."""
    environment = {k: v for k, v in os.environ.items() if k != "SCORELAB_HEADLESS"}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        kernel = Kernel(client)
        kernel.run(BEGIN)
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_thousand_messages_from_four_threads_under_training(kernel: Kernel) -> None:
    kernel.run(STORM)
    assert kernel.value("wrong") == []
    assert kernel.value("explorer.error.value") == ""
    assert kernel.value("[each.name for each in places]") == ["scorelab-explorers"]
    assert kernel.value("explorer.by_name['count'].value") == "10,000 of 10,000"
    assert kernel.value("explorer.shown is explorer.chosen()") is True
    assert kernel.value("[len(f) for f in [explorer.shown.frames]]") == [39]
    steps = "[f.step for f in explorer.shown.frames]"
    assert kernel.value(steps) == kernel.value(f"sorted({steps})")


def test_what_a_cell_does_is_done_when_it_returns(kernel: Kernel) -> None:
    kernel.run("explorer.set(stop=100)")
    assert kernel.value("explorer['stop']") == 100
    with pytest.raises(AssertionError, match="must be one of"):
        kernel.run("explorer.set(stop=101)")


def test_it_answers_while_a_cell_runs(kernel: Kernel) -> None:
    kernel.run(
        "before = explorer.status.value; choose('stop', 5); end = time.monotonic() + 20\n"
        "while explorer.status.value == before and time.monotonic() < end: pass"
    )
    assert kernel.value("explorer.status.value != before") is True


def test_an_interrupt_halts_the_training_between_cells_and_in_one(kernel: Kernel) -> None:
    for code in ("time.sleep(0.5)", "until(lambda: explorer.page.note)"):
        kernel.run("explorer.page.note = ''; click('reset'); explorer.set(n=2000, width=4096)")
        kernel.run("explorer.train(); until(lambda: explorer.run.running)")
        kernel.run("import os, signal; time.sleep(0.3)")
        kernel.run(
            "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            f"try: {code}\nexcept KeyboardInterrupt: pass\n"
        )
        kernel.run("until(lambda: explorer.page.note, 20)")
        assert "Interrupted" in str(kernel.value("explorer.page.note"))
        assert kernel.value("explorer.run.running") is False


def test_an_explorer_without_a_page_chooses_no_thread_of_its_own() -> None:
    from scorelab.explore import owner

    assert not owner.in_kernel()
    assert owner.ask(lambda: 3) == 3


def test_ipykernel_asks_a_comm_which_shell_an_answer_goes_to() -> None:
    """Where it no longer does, explorers would wait for cells, and say so."""
    from ipykernel.comm.comm import BaseComm

    assert callable(BaseComm._reply_subshell_for)
