"""What a denoiser returns has the shape of its points, whoever asks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small import FLOW, PROCESS, TRUTH, regression
from torch import Tensor

import scorelab as sl
from scorelab import metrics
from scorelab.likelihood import log_likelihood

Answer = Callable[[Tensor, Tensor], Tensor]

ASKED: dict[str, Callable[[Answer], object]] = {
    "excess_risk": lambda f: metrics.excess_risk(f, TRUTH, regression()),
    "excess_risk, truth": lambda f: metrics.excess_risk(TRUTH, f, regression()),
    "excess_risks": lambda f: metrics.excess_risks(FLOW, f, regression()),
    "holdout_risk": lambda f: metrics.holdout_risk(f, regression()),
    "score": lambda f: PROCESS.score(f)(regression().t, regression().x_t),
    "log_likelihood": lambda f: log_likelihood(PROCESS, f, regression().x_0, steps=1),
} | {
    f"sample, {method}": lambda f, method=method: sl.sample(PROCESS, f, 5, 2, 3, method)
    for method in ("ancestral", "ode", "langevin", "euler", "ddim", "dpmpp", "churn")
}
WRONG: dict[str, Answer] = {
    "(n,)": lambda t, x: x[:, 0],
    "(n, 1)": lambda t, x: x[:, :1],
    "(1, d)": lambda t, x: x[:1],
    "()": lambda t, x: x.sum(),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ASKED)
def test_what_a_denoiser_returns_has_the_shape_of_its_points(name: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^denoiser\(t, x\)\.shape=.*: must be that of x, \("):
        ASKED[name](WRONG[wrong])
