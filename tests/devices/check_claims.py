"""What makes the claims of notebooks on a card, tried on the pretend device."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from fakegpu import NAME, FakeGpu

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import claims

GOOD = """
import torch
from scorelab.workbook import claim
draw = torch.Generator().manual_seed(0)
x = torch.randn(5, generator=draw)
there = x, torch.zeros(3), torch.tensor([x[0], 1.0]), torch.multinomial(x.abs(), 2, generator=draw)
away = x.numpy(), torch.stack([x, x]).tolist()
late = torch.ones(5).cpu()[torch.arange(5) > 2], torch.ones(5).cpu() + x
claim("a claim", float(x.square().sum()), (8, 9.5))
"""
PICTURE = """
figure, axes = plt.subplots(1, 2)
kept = 7
picture(figure, "which may fail")
"""


def check_a_cell_makes_its_numbers_on_the_cpu_and_computes_on_the_device(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    same = "assert torch.equal(x.cpu(), wanted) and kept == 7\n"
    same += f"assert {{each.device.type for each in there}} == {{{NAME!r}}}"
    wanted = (
        "import torch\nwanted = torch.randn(5, generator=torch.Generator().manual_seed(0)).cpu()"
    )
    monkeypatch.setattr(claims, "cells", lambda _: [GOOD, PICTURE, wanted, same])
    with FakeGpu():
        assert claims.run("00", claims.Moved(torch.device(NAME))) == 0, capsys.readouterr().out
    assert "✓ a claim" in capsys.readouterr().out


def check_a_false_claim_is_counted_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    false = 'from scorelab.workbook import claim\nclaim("one", 1, (2, 3))'
    monkeypatch.setattr(claims, "cells", lambda _: [false, "1 / 0", GOOD])
    with FakeGpu():
        assert claims.run("00", claims.Moved(torch.device(NAME))) == 2
    assert "✗ one" in capsys.readouterr().out


@pytest.mark.parametrize(("number", "least"), [("00", 20), ("03", 40), ("04", 30)])
def check_all_claims_of_a_notebook_are_found(number: str, least: int) -> None:
    found = claims.cells(number)
    (text,) = (path.read_text() for path in claims.TEXTS.glob(f"{number}-*.md"))
    assert sum(code.count("claim(") for code in found) >= max(least, text.count("\nclaim("))
    assert not any("Explorer" in code or "check." in code for code in found)
