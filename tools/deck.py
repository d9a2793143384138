"""A notebook as slides, by one rule, so that nothing is written twice.

A slide has what would stand on a board: the heading of its section, formulas, lists, tables,
pictures, explorers, the idea of a section in two lines, the lines that say what was measured, and
of a paragraph one sentence: the one that leads to the formula below it, else the first. The whole
paragraph is in the speaker's notes. A heading, an explorer and a picture begin a slide; so does
what would not fit below the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: The height of a slide's content on a screen of 768 pixels, below its heading; and, by how they
#: are set in slides.css, how many letters go into a line, of text and of code, and
#: how high lines are.
ROOM, LETTERS, WIDE = 590, 76, 100
LINE, GAP, CODE, FORMULA, FRACTION = 40, 18, 26, 50, 40
#: Sections that nobody shows in class.
ASIDE = ("Sources", "The course")
EXPLORER = re.compile(r"^\w*Explorer\(\)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A part of a slide: what ``kind`` it is, and its Markdown or code, or where a picture is."""

    kind: str
    text: str

    @property
    def height(self) -> float:
        """About how high it is, in pixels."""
        lines = self.text.count("\n") + 1
        match self.kind:
            case "code" | "measured":
                return CODE * sum(1 + len(line) // WIDE for line in self.text.split("\n")) + GAP
            case "formula":
                rows = self.text.count(r"\\") + 1
                tall = any(part in self.text for part in (r"\frac", r"\sum", r"\int"))
                return rows * (FORMULA + FRACTION * tall) + GAP
            case "table":
                return LINE * (lines - 1) + GAP
            case "picture" | "explorer" | "image":
                return ROOM
        return LINE * -(-len(_seen(self.text)) // LETTERS) + GAP


@dataclass
class Slide:
    """A heading, what stands below it, and what the speaker has before them."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def room_for(self, block: Block) -> bool:
        """Whether one more fits."""
        return sum(b.height for b in self.blocks) + block.height <= ROOM


def slides(notebook: NotebookNode) -> list[Slide]:
    """The slides of a notebook; each explorer's number is that in the notebook."""
    made = [Slide("")]
    for kind, text, note in _stream(notebook):
        if kind == "heading":
            made.append(Slide(text))
            continue
        block = Block(kind, text)
        if not made[-1].room_for(block) and made[-1].blocks:
            made.append(Slide(made[-1].title, _torn_off(made[-1])))
        if text:
            made[-1].blocks.append(block)
        made[-1].notes += [note] if note else []
    return [slide for slide in made if slide.blocks]


def _torn_off(slide: Slide) -> list[Block]:
    """A sentence that leads to what did not fit goes with it."""
    leads = len(slide.blocks) > 1 and slide.blocks[-1].text.endswith((":", ","))
    return [slide.blocks.pop()] if leads else []


def _stream(notebook: NotebookNode) -> Iterator[tuple[str, str, str]]:
    """Kind, text and note of all blocks, without the sections that stand aside."""
    aside, explorers = False, 0
    for number, cell in enumerate(notebook.cells):
        if "remove-cell" in cell.metadata.get("tags", []):  # what prepares a machine
            continue
        if cell.cell_type == "code":
            if not aside:
                yield from _code(cell, number, explorers)
            explorers += len(EXPLORER.findall(cell.source))
            continue
        for kind, text, note in _markdown(cell.source):
            if kind == "heading":
                aside = text.lstrip("0123456789 ") in ASIDE
            if not aside:
                yield kind, text, note


def _code(cell: NotebookNode, number: int, explorers: int) -> Iterator[tuple[str, str, str]]:
    """What of a code cell is shown: what came out of it, else the code, but no exercise."""
    source = cell.source.strip()
    if EXPLORER.search(source):
        yield "explorer", f"{number} {explorers}", ""
    elif re.search(r"^check\.", source, re.MULTILINE):
        return
    elif cell.outputs:
        for k, output in enumerate(cell.outputs):
            if "image/png" in output.get("data", {}):
                yield "picture", f"{number} {k}", _fenced(source)
            elif text := output.get("text", "").rstrip():
                yield from (("measured", part, _fenced(source)) for part in _parts(text, 12))
    elif re.search(r"^(?!from |import |plt\.style|\s|$|\))", source, re.MULTILINE):
        yield from (("code", part, "") for part in _parts(source, 20))


def _parts(text: str, most: int) -> Iterator[str]:
    """Lines in parts that fit a slide."""
    lines = text.split("\n")
    for start in range(0, len(lines), most):
        yield "\n".join(lines[start : start + most])


def _fenced(source: str) -> str:
    return f"```python\n{source}\n```"


# Markdown


def _markdown(source: str) -> Iterator[tuple[str, str, str]]:
    blocks = [*_blocks(source), ""]
    for text, below in pairwise(blocks):
        if text.startswith("#"):
            yield "heading", text.lstrip("# "), ""
        elif text.startswith("$$"):
            yield "formula", text, ""
        elif text.startswith("!["):
            yield "image", text, ""
        elif text.startswith("> "):
            yield "idea", text[2:], ""
        elif text.startswith("|"):
            yield from (("table", part, "") for part in _rows(text))
        elif ITEM.match(text):
            yield from (("item", each.strip(), "") for each in ITEM.split(text)[1:])
        elif not text.startswith(("*Reading", "*A picture")):
            yield "sentence", _said(text, below), text


ITEM = re.compile(r"^(?=(?:[-*]|\d+\.) )", re.MULTILINE)


def _blocks(source: str) -> Iterator[str]:
    """The blocks of Markdown; a formula is one, also where no empty line parts it."""
    for part in re.split(r"(\$\$.*?\$\$)", source, flags=re.DOTALL):
        if part.startswith("$$"):
            yield part
        else:
            yield from filter(None, (block.strip() for block in re.split(r"\n\s*\n", part)))


def _rows(table: str) -> Iterator[str]:
    """A table in parts that fit a slide, each with the head."""
    head, line, *rows = table.split("\n")
    for start in range(0, len(rows), 10):
        yield "\n".join([head, line, *rows[start : start + 10]])


#: Where a sentence ends: not in a formula or in code, where a point has another meaning.
END = re.compile(r"(?<=[^.\s][.?!:])\**\)?(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-ZΑ-Ω*(\[$`“])")
FORMAL = re.compile(r"\$[^$]*\$|`[^`]*`")


def _said(paragraph: str, below: str) -> str:
    """The sentence of a paragraph that its slide shows."""
    hidden = FORMAL.sub(lambda found: "x" * len(found[0]), paragraph)
    cuts = [0, *(found.end() for found in END.finditer(hidden)), len(paragraph)]
    sentences = [paragraph[a:b].strip() for a, b in pairwise(cuts)]
    if below.startswith("$$"):
        return sentences[-1]
    named = len(sentences) > 1 and re.fullmatch(r"\*\*.*\*\*", sentences[0])
    return " ".join(sentences[: 2 if named else 1])


def _seen(text: str) -> str:
    """About what a reader sees of Markdown: no addresses, no commands of TeX."""
    text = re.sub(r"\]\([^)]*\)", "", text)
    return re.sub(r"\\[a-zA-Z]+|[{}^_*`$\\]", "", text)
