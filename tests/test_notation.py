"""The page on notation: each symbol once, and each symbol of the notebooks that keep to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab import NOTEBOOKS

#: Notebooks whose every symbol is in the table; one that joins them stays.
IN_STEP = ["00", "01", "02", "03", "04", "05", "06", "11"]

#: Signs that are no symbols of ours: derivatives, e, functions, and how things are set.
WORDS = set(
    re.findall(
        r"\w+",
        """e partial nabla pi Delta infty in and sim to dots ldots mathrm mathbb mathbf text tag
        frac operatorname tfrac sqrt boxed sum int log sin cos arccos exp circ times cdot top prime
        lVert rVert lvert rvert bigl bigr Bigl Bigr left right mid le ge ne neq lesssim approx
        propto leftarrow pm mp quad qquad bar hat tilde big Big longrightarrow
        langle rangle underbrace overline Longrightarrow""",
    )
)


def page() -> str:
    return (NOTEBOOKS / "notation.md").read_text(encoding="utf-8").split("## Not yet in step")[0]


def table() -> list[tuple[str, str]]:
    """Each symbol and the notebook that defines it."""
    cells = [line.split("|") for line in page().splitlines() if line.startswith("| $")]
    return [(row[1].strip().strip("$"), row[-2].strip()) for row in cells]


def text(number: str) -> str:
    return next((NOTEBOOKS / "text").glob(f"{number}-*.md")).read_text(encoding="utf-8")


def formulas(markdown: str) -> list[str]:
    without_code = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    found = re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", without_code, flags=re.DOTALL)
    return [block or inline for block, inline in found]


def symbols(formula: str) -> set[str]:
    """Letters and named letters, without words and what only sets them."""
    bare = re.sub(r"\\(mathrm|text|operatorname|tag|begin|end)\{[^}]*\}", " ", formula)
    bare = re.sub(r"\\mathbb\{([EPR1])\}", r" mathbb\1 ", bare)
    names = re.findall(r"mathbb[EPR1]|\\?[A-Za-z]+", bare.replace("\\max", "").replace("\\min", ""))
    letters = set()
    for name in names:
        if name.startswith("\\"):
            letters |= {name} if name[1:] not in WORDS else set()
        elif not name.startswith("mathbb"):
            letters |= set(name)
    return letters - WORDS


def base(symbol: str) -> str:
    """The letter itself, without what it carries."""
    return re.sub(r"[_^(].*", "", symbol)


def test_no_symbol_is_defined_twice() -> None:
    found = [base(symbol) for symbol, _ in table()]
    twice = {symbol for symbol in found if found.count(symbol) > 1}
    assert twice <= {"X"}, twice  # a clean point and the noisy one
    assert len(table()) > 50


def test_a_symbol_occurs_in_the_notebook_that_the_table_names() -> None:
    for symbol, number in table():
        if number in IN_STEP:
            bare = base(symbol)
            where = " ".join(formulas(text(number)))
            assert re.search(rf"(?<![A-Za-z\\]){re.escape(bare)}(?![A-Za-z])", where), symbol


@pytest.mark.parametrize("number", IN_STEP)
def test_every_symbol_of_a_notebook_in_step_is_in_the_table(number: str) -> None:
    known = {base(symbol) for symbol, _ in table()}
    used = set().union(*map(symbols, formulas(text(number))))
    assert used <= known, used - known


@pytest.mark.parametrize("number", IN_STEP)
def test_a_notebook_in_step_links_the_page(number: str) -> None:
    assert "(notation.md)" in text(number)
    assert Path(NOTEBOOKS, "notation.md").exists()
