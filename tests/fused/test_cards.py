"""The kernels for a card: on one where there is one, in Triton's interpreter otherwise."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

import scorelab as sl
from scorelab.descent import TorchDescent
from scorelab.kernel import blockwise_ntk

pytest.importorskip("triton", reason="torch comes with Triton on Linux with CUDA only")
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
from scorelab.fused import cards, cards_ntk  # noqa: E402 (Triton may not be there)

DTYPES = {torch.float32: 1e-5, torch.float64: 1e-13}
Shape = tuple[int, int, int]
shapes = st.tuples(st.integers(1, 90), st.integers(1, 40), st.integers(1, 24))


def problem(shape: Shape, dtype: torch.dtype) -> tuple[sl.TwoLayerNet, Tensor, Tensor]:
    n, half, d = shape
    draw = Generator().manual_seed(n + half)
    net = sl.TwoLayerNet(sl.OrnsteinUhlenbeck(), d, 2 * half, generator=draw, dtype=dtype)
    z, labels = torch.randn(n, d + 2, generator=draw), torch.randn(n, d, generator=draw)
    return net.to(DEVICE), z.to(DEVICE, dtype), labels.to(DEVICE, dtype)


@pytest.mark.slow
@settings(max_examples=4)
@given(shapes, st.sampled_from(list(DTYPES)))
def test_steps_are_those_of_torch(shape: tuple[int, int, int], dtype: torch.dtype) -> None:
    net, z, labels = problem(shape, dtype)
    ours = cards.FusedDescent(z, labels, net.weight, net.signs, 0.3)
    reference = TorchDescent(net, z, labels, 0.3)
    for descent in (ours, reference):
        descent.advance(2)
    torch.testing.assert_close(ours.weight(), reference.weight(), rtol=0, atol=DTYPES[dtype])


@settings(max_examples=4)
@given(shapes, st.sampled_from(list(DTYPES)))
def test_forward_is_that_of_torch(shape: tuple[int, int, int], dtype: torch.dtype) -> None:
    net, z, _ = problem(shape, dtype)
    expected = (z @ net.weight.T).relu() @ net.signs / net.width**0.5
    found = cards.forward(z, net.weight, net.signs)
    torch.testing.assert_close(found, expected, rtol=0, atol=10 * DTYPES[dtype])


def test_rows_are_shared_out_where_neurons_are_few() -> None:
    net, z, labels = problem((300, 1, 2), torch.float64)
    ours = cards.FusedDescent(z, labels, net.weight, net.signs, 0.1)
    assert len(ours.parts) == 5
    ours.advance(1)
    expected = net.weight - 0.1 * net.gradient(z, labels)[0]
    torch.testing.assert_close(ours.weight(), expected, rtol=0, atol=1e-14)


@settings(max_examples=4)
@given(st.integers(1, 140), st.integers(1, 140), st.integers(1, 26), st.sampled_from(list(DTYPES)))
def test_the_kernel_is_that_of_torch(n1: int, n2: int, p: int, dtype: torch.dtype) -> None:
    draw = Generator().manual_seed(n1)
    z1, z2 = (torch.randn(n, p, generator=draw, dtype=dtype).to(DEVICE) for n in (n1, n2))
    z1[0], z2[0] = 0, 2 * z1[-1]  # no direction, and the same one
    expected = blockwise_ntk(z1.double(), z2.double()).to(dtype)
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-6}[dtype]  # arccos at 1 halves the digits
    torch.testing.assert_close(cards_ntk.gram(z1, z2), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.slow
def test_what_measures_a_card_can_be_rehearsed_without_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["device.py", "--rehearse"])
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "bench")
    device = importlib.import_module("device")
    rows = device.table()
    assert list(rows) == list(device.PLAN) and min(row.ours for row in rows.values()) > 0
    printed = capsys.readouterr().out.splitlines()[-len(rows) :]
    assert [row.line(what) for what, row in rows.items()] == printed


COMPILE = """
from triton import compile
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from scorelab.fused import cards, cards_ntk

def check(kernel, **constants):
    numbers = {"n": "i32", "m": "i32", "n1": "i32", "n2": "i32", "share": "i32", "scale": "fp32"}
    for kind in ("fp32", "fp64"):
        types = numbers | dict.fromkeys(constants, "constexpr")
        signature = {name: types.get(name, "*" + kind) for name in kernel.arg_names}
        source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
        code = compile(source, target=GPUTarget("cuda", 90, 32)).asm["ptx"]
        assert "tf32" not in code, "products must keep their digits"

sizes = dict(COLUMNS=17, PAD=32, OUTPUTS=15, WIDE=16, ROWS=16, NEURONS=64)
check(cards._residuals, **sizes)
check(cards._gradients, **sizes)
check(cards_ntk._gram, COLUMNS=17, PAD=32, TILE=64)
"""


@pytest.mark.slow
def test_the_kernels_compile_for_a_card_where_there_is_none() -> None:
    """In a process of its own: here they are interpreted."""
    environment = os.environ | {"TRITON_INTERPRET": "0"}
    done = subprocess.run(
        [sys.executable, "-c", COMPILE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
