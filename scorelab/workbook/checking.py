"""What a notebook calls `check`: its exercises by name, with their hints and solutions.

Chapters name their exercises in `exercises.py` and write hints and solutions in `worked.md` (see
`scorelab.workbook.pages` for its form); their `__init__.py` puts the two together:

    check = Exercises(read_pages(__file__), **EXERCISES)

and a notebook has one line to import, and these to call:

    from scorelab.chapters.start_here import check

    check.noising(noising)        # the verdict, in one line
    check.hint("noising")         # a hint; called again, one more
    check.solution("noising")     # how it is solved, and why
    check.progress()              # 3 of 5 exercises done; still open: …
    check.reset("noising")        # the exercise as it was, in the cell where this is run
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping

from scorelab.validate import one_of, require
from scorelab.workbook.pages import Page, read_pages
from scorelab.workbook.shown import page, refill, say
from scorelab.workbook.stubs import stubs
from scorelab.workbook.tasks import Cases, Derivation, Exercise, Experiment, Task

__all__ = ["Cases", "Derivation", "Exercise", "Exercises", "Experiment", "read_pages"]


class Exercises:
    """The exercises of one notebook: an attribute each, so that Tab completes them."""

    def __init__(self, pages: Mapping[str, Page] | None = None, /, **tasks: Task) -> None:
        """Take exercises by name, and what `read_pages` read of them.

        Raises ValueError for a page without an exercise, a derivation without a worked solution,
        and a name that is taken.
        """
        self._tasks, self._pages, self._hinted = tasks, dict(pages or {}), Counter[str]()
        for name in tasks:
            require(not hasattr(type(self), name), "exercise", name, "the name is taken")
        for name in self._pages:
            one_of("page", name, tasks)
        for name, task in tasks.items():
            worked = not isinstance(task, Derivation) or self._page(name).worked
            require(bool(worked), "derivation", name, "must have a worked solution in worked.md")

    def __getattr__(self, name: str) -> Task:
        tasks = self.__dict__.get("_tasks", {})
        if name not in tasks:
            listed = ", ".join(tasks)
            raise AttributeError(f"no exercise is called {name!r}; there are: {listed}")
        return tasks[name]

    def __dir__(self) -> Iterator[str]:
        return iter([*self._tasks, "hint", "solution", "progress", "reset"])

    def tasks(self) -> dict[str, Task]:
        """The exercises by name."""
        return dict(self._tasks)

    def hint(self, name: str) -> None:
        """Show the first hint; called again, the next beside it; and then where the solution is."""
        hints, opens = self._page(name).hints, f'`check.solution("{name}")` opens the solution'
        self._hinted[name] += 1
        given = hints[: self._hinted[name]]
        if self._hinted[name] < len(hints):
            more = f'`check.hint("{name}")` once more gives another hint'
        else:
            more = opens
        page("\n\n".join([*given, f"({more}.)"])).show()

    def solution(self, name: str) -> None:
        """Show how an exercise is solved: in words and formulas, and in code where it is code."""
        function = getattr(self._task(name), "solution", None)
        parts = [self._page(name).worked]
        if function:
            parts.append(f"```python\n{inspect.getsource(function).strip()}\n```")
        page("\n\n".join(filter(None, parts))).show()

    def progress(self) -> None:
        """Print how many exercises are done, and which are still open."""
        left = [name for name, task in self._tasks.items() if not task.done]
        done = f"{len(self._tasks) - len(left)} of {len(self._tasks)} exercises done"
        say(f"{done}; still open: {', '.join(left)}" if left else done)

    def reset(self, name: str) -> None:
        """Turn the cell where this is run into the exercise as it was, with nothing done or told.

        Where the front end leaves the cell alone (Colab), the text is there to be copied.
        """
        self._task(name).done, self._hinted[name] = False, 0
        stub = stubs()[name]
        refill(stub)
        says = "The cell is the exercise as it was; undo brings back what stood there."
        page(f"{says} Where it has not changed, copy this:\n\n```python\n{stub}\n```").show()

    def _task(self, name: str) -> Task:
        return self._tasks[one_of("name", name, self._tasks)]

    def _page(self, name: str) -> Page:
        self._task(name)
        return self._pages.get(name, Page())
