"""The examples of the reference, in `site/examples.txt`: a name, and below it what one would type.

That of a package comes before those of its names, which go on from it: `scorelab`'s before all.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from inspect import getmodule, isclass, isroutine

from lab import ROOT

SITE = ROOT / "site"


@cache
def examples() -> dict[str, str]:
    """The lines of each example by the name that it is about."""
    blocks = (SITE / "examples.txt").read_text().strip().split("\n\n")
    return dict(block.split("\n", 1) for block in blocks)


def public_names() -> list[str]:
    """Functions and classes of the reference, by the modules that they are written in."""
    text = (SITE / "reference.md").read_text()
    found = re.findall(r"automodule:: (\S+)\n   :members:(.*)", text)
    return [f"{name}.{each}" for name, listed in found for each in members(name, listed)]


def members(name: str, listed: str) -> list[str]:
    """What of a module is documented: what is listed, or else all of its own."""
    module = import_module(name)
    own = (k for k, v in vars(module).items() if getmodule(v) is module and k[0] != "_")
    return listed.replace(",", " ").split() or [
        key for key in own if isclass(vars(module)[key]) or isroutine(vars(module)[key])
    ]
