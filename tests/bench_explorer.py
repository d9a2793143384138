"""How fast the explorer of notebook 00 answers in a real Chromium: the last rows of ``make bench``.

A redraw counts from the key press to plotly's own word that it has drawn. Every wait is in the
page or the kernel; the machine's other work is not subtracted.
"""

from __future__ import annotations

import statistics
import time

from lab import Lab, Notebook

NAME = "00-start-here.ipynb"
LISTEN = """() => {
    window.redraws = []
    document.querySelector('.js-plotly-plot')
        .on('plotly_afterplot', () => window.redraws.push(performance.now()))
}"""
DONE = "10,000 of 10,000"

#: What was measured, and how far it should reach; times in milliseconds.
Figure = tuple[str, float, float, bool]


def wait_for_training(notebook: Notebook) -> None:
    while notebook.text("count") != DONE:
        time.sleep(0.1)
    notebook.settle(quiet=1)


def latencies(notebook: Notebook, control: str, keys: list[str]) -> list[float]:
    """Milliseconds from each key press to the first redraw after it."""
    page, found = notebook.page, []
    notebook.control(control).focus()
    for key in keys:
        start = page.evaluate("() => { redraws.length = 0; return performance.now() }")
        page.keyboard.press(key)
        page.wait_for_function("() => redraws.length > 0")
        found.append(page.evaluate("() => redraws[0]") - start)
        time.sleep(0.15)
    return found


def replay(notebook: Notebook, control: str, keys: list[str]) -> list[Figure]:
    times = latencies(notebook, control, keys)
    late = statistics.quantiles(times, n=20)[-1]
    middle = statistics.median(times)
    return [
        (f"explorer: {control} to redraw, median of {len(times)}, ms", middle, 100, middle <= 100),
        (f"explorer: {control} to redraw, 95th percentile, ms", late, 250, late <= 250),
    ]


def training(notebook: Notebook) -> list[Figure]:
    """Redraws a second while training at n = 1000, m = 1024, and how soon Stop answers."""
    notebook.control("n").select_option(label="1000")
    wait_for_training(notebook)
    notebook.press("train", "Space")
    time.sleep(1)
    notebook.page.evaluate("() => { redraws.length = 0 }")
    time.sleep(3)
    rate = notebook.page.evaluate("() => redraws.length") / 3
    start = time.perf_counter()
    notebook.control("halt").evaluate("button => button.click()")
    halted, last = 0.0, ""
    while time.perf_counter() - start < 2:
        if (now := notebook.text("count")) != last:
            halted, last = 1000 * (time.perf_counter() - start), now
    return [
        ("explorer: redraws a second while training", rate, 5, rate >= 5),
        ("explorer: last progress shown after Stop, ms", halted, 300, halted <= 300),
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
        ("explorer: last of 100 moves in 2 s shown after, ms", behind, 500, behind <= 500),
        ("explorer: memory of the page kept by 100 moves, MB", growth, 50, growth <= 50),
    ]


def measure() -> list[Figure]:
    """All figures, from one JupyterLab and one Chromium."""
    with Lab() as lab:
        notebook = lab.open(NAME)
        notebook.run_all()
        notebook.show()
        wait_for_training(notebook)
        notebook.page.evaluate(LISTEN)
        there_and_back = 2 * (["ArrowLeft"] * 10 + ["ArrowRight"] * 10)
        figures = replay(notebook, "stop", there_and_back)
        figures += replay(notebook, "noise", ["ArrowLeft"] * 5 + ["ArrowRight"] * 5)
        figures += training(notebook)
        figures += flood(notebook)
    return figures
