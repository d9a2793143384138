"""How long a notebook takes to read: its words, its formulas, its code and its pictures, counted.

    python tools/reading.py

The rates are our own choice, for a reader who follows each step, and none is timed with readers:
prose is read at 238 words a minute where it is easy (M. Brysbaert, 2019), and this is not easy.
Exercises and the time at an explorer come on top.
"""

import re

from lab import NOTEBOOKS

WORDS = 200  # a minute
FORMULA, LINE, PICTURE = 0.4, 0.04, 0.3  # minutes: a displayed formula, a line of code, a picture
STEP = 5  # minutes, to which the syllabus rounds

CODE = re.compile(r"```python.*?\n(.*?)```", re.DOTALL)
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
EXERCISES = re.compile(r"^## (\d+ )?Exercises$.*?(?=^## )", re.MULTILINE | re.DOTALL)
SOURCES = re.compile(r"^## (\d+ )?Sources.*", re.MULTILINE | re.DOTALL)


def minutes(text: str) -> float:
    """Of a notebook's text, without its exercises and sources."""
    text = SOURCES.sub("", EXERCISES.sub("", text))
    code, prose = CODE.findall(text), CODE.sub("", text)
    formulas = len(DISPLAYED.findall(prose))
    prose = re.sub(r"\$[^$]*\$", "x", DISPLAYED.sub("", prose))  # a formula in a line is a word
    prose = re.sub(r"\]\([^)]*\)", "]", prose)  # and nobody reads where a link leads
    words = len(re.findall(r"\w[\w’'.,-]*", prose))
    lines = sum(1 for cell in code for line in cell.splitlines() if line.strip())
    pictures = sum(cell.count("picture(") for cell in code) + prose.count("![")
    return words / WORDS + formulas * FORMULA + lines * LINE + pictures * PICTURE


if __name__ == "__main__":
    for text in sorted((NOTEBOOKS / "text").glob("*.md")):
        print(f"{text.stem}: {minutes(text.read_text(encoding='utf-8')):.0f} minutes")
