"""Every public name has an example on its page of the reference, and each shows what it says."""

from __future__ import annotations

import doctest
from inspect import ismodule
from typing import Any

import pytest
from examples import examples, public_names

import scorelab as sl


@pytest.fixture(scope="module")
def begun() -> dict[str, dict[str, Any]]:
    """What each package's own example leaves for those of its names to go on from."""
    whole = run("scorelab", {})
    return {"scorelab": whole, "scorelab.credit": run("scorelab.credit", whole)}


def run(name: str, known: dict[str, Any]) -> dict[str, Any]:
    """What is known after an example, which goes on from what was known before."""
    test = doctest.DocTestParser().get_doctest(examples()[name] + "\n", known, name, name, 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    failed, _ = runner.run(test, out=said.append, clear_globs=False)
    assert not failed, "".join(said)
    return test.globs


@pytest.mark.parametrize("name", [name for name in examples() if name.count(".") > 1])
def test_an_example_shows_what_it_says(begun: dict[str, dict[str, Any]], name: str) -> None:
    package = name.rsplit(".", 2)[0]
    run(name, begun.get(package, begun["scorelab"]))


def test_every_public_name_has_an_example() -> None:
    named = {f"{thing.__module__}.{thing.__qualname__}" for thing in public()}
    assert sorted(examples()) == sorted({*public_names(), *named, "scorelab", "scorelab.credit"})


def public() -> list[Any]:
    things = [getattr(sl, name) for name in sl.__all__]
    return [thing for thing in things if not ismodule(thing)]


def test_an_example_is_short() -> None:
    for name, lines in examples().items():
        typed = [line for line in lines.splitlines() if line.startswith(">>> ")]
        assert name in ("scorelab", "scorelab.credit") or 1 <= len(typed) <= 4, name
        assert all(len(line) <= 100 for line in lines.splitlines()), name
