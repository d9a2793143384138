"""How fast the explorers answer in a real Chromium: the last rows of ``make bench``.

A redraw counts from the key press to plotly's own word that it has drawn. Every wait is in the
page or the kernel; the machine's other work is not subtracted.
"""

from __future__ import annotations

import statistics
import time

from lab import NOTEBOOKS, Lab, Notebook
from reader import DRAWN, RUN_ALL, explorers, first_answer, rest, wait_for

#: The sliders that replay what is known, by notebook; each has three places or more to its left.
REPLAYS = {
    "00": ("stop", "noise"),
    "01": ("time",),
    "02": ("n", "noise"),
    "03": ("stop", "noise"),
    "04": ("stop", "noise"),
    "05": ("stop",),
    "06": ("n", "seeds"),
    "07": ("stop",),
    "08": ("beta",),
    "09": ("patterns",),
    "10": ("stop",),
    "11": ("stop",),
}
LATER = {"09": 1}  # the explorer is the second of its notebook
TRAINED = {"00", "03", "04"}  # where a model trains at the start
#: Heavy cells stand behind these explorers: a control of each, and a trace that it moves.
HEAVY = {"00": ("noise", "exact"), "05": ("stop", "now"), "10": ("stop", "this step")}
#: What was measured, and how far it should reach; times in milliseconds.
Figure = tuple[str, float, float, bool]


def latencies(notebook: Notebook, control: str, keys: list[str]) -> list[float]:
    """Milliseconds from each key press to the first redraw after it."""
    page, found = notebook.page, []
    notebook.control(control).focus()
    for key in keys:
        start = page.evaluate("() => { slRedraws.length = 0; return performance.now() }")
        page.keyboard.press(key)
        page.wait_for_function("() => slRedraws.length > 0")
        found.append(page.evaluate("() => slRedraws[0]") - start)
        time.sleep(0.15)
    return found


def replay(notebook: Notebook, number: str, control: str) -> list[Figure]:
    times = latencies(notebook, control, 4 * (["ArrowLeft"] * 3 + ["ArrowRight"] * 3))
    late, middle = statistics.quantiles(times, n=20)[-1], statistics.median(times)
    what = f"{number}: {control} to redraw"
    return [
        (f"{what}, median of {len(times)}, ms", middle, 100, middle <= 100),
        (f"{what}, 95th percentile, ms", late, 250, late <= 250),
    ]


def training(notebook: Notebook) -> list[Figure]:
    """Redraws a second while training at n = 1000, m = 1024, and how soon Stop answers."""
    notebook.control("n").select_option(label="1000")
    wait_for(lambda: notebook.text("count") != "10,000 of 10,000")  # the new model's, not the old's
    rest(notebook)
    notebook.press("train", "Space")
    time.sleep(1)
    before = len(notebook.redraws())
    time.sleep(3)
    rate = (len(notebook.redraws()) - before) / 3
    start = time.perf_counter()
    notebook.control("halt").evaluate("button => button.click()")
    halted, last = 0.0, ""
    while time.perf_counter() - start < 2:
        if (now := notebook.text("count")) != last:
            halted, last = 1000 * (time.perf_counter() - start), now
    return [
        ("00: redraws a second while training", rate, 5, rate >= 5),
        ("00: last progress shown after Stop, ms", halted, 300, halted <= 300),
    ]


def flood(notebook: Notebook) -> list[Figure]:
    """A hundred moves in two seconds: when is the last one shown, and what is kept of them?"""
    page = notebook.page
    session = page.context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return page.evaluate("() => performance.memory.usedJSHeapSize") / 1e6

    notebook.control("stop").focus()
    before, start = heap(), time.perf_counter()
    for i in range(100):
        page.keyboard.press("ArrowLeft" if i // 10 % 2 == 0 else "ArrowRight")
        time.sleep(max(0.0, start + 0.02 * (i + 1) - time.perf_counter()))
    last = page.locator(".sl-stop .widget-readout").text_content()
    start = time.perf_counter()
    while f"At {last} steps" not in notebook.text("status"):
        time.sleep(0.01)
    behind = 1000 * (time.perf_counter() - start)
    time.sleep(1)
    growth = heap() - before
    return [
        ("00: last of 100 moves in 2 s shown after, ms", behind, 500, behind <= 500),
        ("00: memory of the page kept by 100 moves, MB", growth, 50, growth <= 50),
    ]


def opening(lab: Lab, number: str, control: str, moves: str) -> list[Figure]:
    """*Run All*: when the explorer is there, and when it first answers, while later cells run."""
    (path,) = NOTEBOOKS.glob(f"{number}-*.ipynb")
    notebook = lab.open(path.name)
    start = time.perf_counter()
    notebook.page.evaluate(RUN_ALL)
    notebook.page.wait_for_selector(DRAWN, timeout=120_000)
    there = time.perf_counter()
    first_answer(notebook, control, moves)
    answered = time.perf_counter()
    notebook.close()
    return [
        (f"{number}: explorer there after Run All, s", there - start, 4, there - start <= 4),
        (f"{number}: first answer after that, s", answered - there, 3, answered - there <= 3),
    ]


def measure() -> list[Figure]:
    """All figures, from one JupyterLab and one Chromium."""
    figures = []
    with Lab() as lab:
        for number, control_and_trace in HEAVY.items():
            figures += opening(lab, number, *control_and_trace)
        for number, controls in REPLAYS.items():
            (path,) = NOTEBOOKS.glob(f"{number}-*.ipynb")
            with explorers(lab, path.name) as notebook:
                notebook.look_at(LATER.get(number, 0))
                if number in TRAINED:
                    rest(notebook)
                for control in controls:
                    figures += replay(notebook, number, control)
                if number == "00":
                    figures += training(notebook) + flood(notebook)
    return figures
