"""Any input: a right answer or a ValueError. SCORELAB_FUZZ=2000 tries more of them."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

import scorelab as sl
from scorelab import convex, likelihood, metrics, stopping

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("SCORELAB_FUZZ", "12"))
PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)
DATA = PROCESS.regression(RING.sample(12, generator=Generator().manual_seed(0)))
FLOW, NET = sl.KernelFlow(PROCESS, DATA), sl.TwoLayerNet(PROCESS, 2, 8)

SIZES = st.sampled_from([0, 1, 2, 3, 5])
TYPES = st.sampled_from([torch.float32, torch.float64] * 3 + [torch.int64])
ENTRIES = st.one_of(
    st.floats(-3, 3),
    st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf, 1e-30, 1e30, 1e19, -1e155, 1e300]),
)
#: Numbers, and what is none, for slots that take one.
NUMBERS = st.one_of(
    st.integers(-2, 6),
    st.floats(-1, 9),
    st.sampled_from([math.nan, math.inf, 1e-30, 1e30, 10**20, True, None, "3"]),
)


@st.composite
def tensors(draw: st.DrawFn) -> Any:
    """Points of any shape: plain, with an odd entry, copies, a constant column, or no tensor."""
    n, d = draw(SIZES), draw(SIZES)
    shape = draw(st.sampled_from([(n, d), (n, 2), (n, 2), (4, 2), (n, 1), (n,), ()]))
    plain = torch.randn(shape, generator=Generator().manual_seed(draw(st.integers(0, 99)))).double()
    kind = draw(st.sampled_from(["plain"] * 4 + ["odd", "copies", "constant", "scaled", "list"]))
    if kind == "odd" and plain.numel():
        plain.view(-1)[draw(st.integers(0, plain.numel() - 1))] = draw(ENTRIES)
    if kind == "copies" and plain.dim() and len(plain):
        plain[:] = plain[:1]
    if kind == "constant" and plain.dim() == 2 and plain.numel():
        plain[:, 0] = 0.5
    if kind == "scaled":
        plain *= draw(st.sampled_from([1e-30, 1e-6, 1e6, 1e30]))
    return plain.tolist() if kind == "list" else plain.to(draw(TYPES))


A, B = tensors(), tensors()
TIMES = A.map(lambda t: t.abs() if isinstance(t, Tensor) else t)
KINDS, SKIPS = st.sampled_from(["relu", "abs", "tanh"]), st.booleans()


def mixture(means: Any, stds: Any) -> Tensor:
    return sl.GaussianMixture(means, stds).log_prob(torch.zeros(1, 2))


def empirical(x0: Any, x: Any) -> Tensor:
    return sl.Empirical(x0).denoiser(PROCESS)(torch.ones(1), x)


def flow(x: Any, step_size: Any) -> Tensor:
    data = PROCESS.regression(x)
    return sl.KernelFlow(PROCESS, data, step_size).at(9)(data.t, data.x_t)


def sample(n: Any, dim: Any, steps: Any) -> Tensor:
    return sl.sample(PROCESS, lambda t, x: 0 * x, n, dim, steps)


def likely(x: Any, steps: int) -> Tensor:
    return likelihood.log_likelihood(PROCESS, TRUTH, x, steps)


CALLS: dict[str, tuple[Callable[..., Any], tuple[st.SearchStrategy[Any], ...]]] = {
    "ntk": (sl.ntk, (A, B)),
    "energy_distance": (metrics.energy_distance, (A, B)),
    "sliced_wasserstein": (metrics.sliced_wasserstein, (A, B, NUMBERS)),
    "memorized_fraction": (metrics.memorized_fraction, (A, B, NUMBERS)),
    "a mixture": (lambda t, x: TRUTH(t, x), (TIMES, B)),
    "its variance": (lambda t, x: RING.posterior_variance(PROCESS, t, x), (TIMES, B)),
    "its log density": (RING.log_prob, (A,)),
    "GaussianMixture": (mixture, (A, st.floats(-1, 2))),
    "Empirical": (empirical, (A, B)),
    "a network": (NET, (TIMES, B)),
    "a flow": (lambda step, t, x: FLOW.at(step)(t, x), (NUMBERS, TIMES, B)),
    "its loss": (FLOW.train_loss, (NUMBERS,)),
    "rademacher": (stopping.rademacher, (A, NUMBERS, NUMBERS)),
    "OrnsteinUhlenbeck": (lambda a, b: sl.OrnsteinUhlenbeck(a, b).t_max, (NUMBERS, NUMBERS)),
    "regression": (lambda x, k: PROCESS.regression(x, k).x_t, (A, st.integers(-1, 3))),
    "KernelFlow": (flow, (A, NUMBERS)),
    "sample": (sample, (NUMBERS, NUMBERS, NUMBERS)),
    "log_likelihood": (likely, (A, st.integers(-1, 4))),
    "log_stops": (sl.log_stops, (NUMBERS, NUMBERS)),
    "patterns": (convex.patterns, (A,)),
    "denoising": (
        lambda x, y, b, k, s: convex.denoising(x, y, b, k, s).objective,
        (A, B, NUMBERS, KINDS, SKIPS),
    ),
    "score_matching": (
        lambda x, b, k, s: convex.score_matching(x, b, k, s).objective,
        (A, NUMBERS, KINDS, SKIPS),
    ),
    "least_beta": (convex.least_beta, (A, KINDS, SKIPS)),
    "gated": (lambda x, y, b: convex.gated(x, y, b).objective, (A, B, NUMBERS)),
}


def finite(answer: Any) -> bool:
    """Whether all numbers of an answer are finite."""
    return bool(torch.isfinite(torch.as_tensor(answer)).all())


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
@settings(max_examples=EXAMPLES, derandomize=EXAMPLES < 50, suppress_health_check=list(HealthCheck))
@pytest.mark.filterwarnings("error")
def test_every_input_has_an_answer_or_a_clear_error(name: str, data: st.DataObject) -> None:
    call, slots = CALLS[name]
    arguments = [data.draw(slot) for slot in slots]
    try:
        answer = call(*arguments)
    except ValueError as error:
        assert "=" in str(error) or "holds" in str(error), error
        return
    assert finite(answer), answer
