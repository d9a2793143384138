"""Leave-one-out at n = 1500, in every cell: what notebook 05 has no time to measure."""

from __future__ import annotations

import pytest
import torch
from torch import Generator

from scorelab import GaussianMixture, KernelFlow, OrnsteinUhlenbeck, metrics, stopping

PROCESS = OrnsteinUhlenbeck()
LAWS = {
    "ring": GaussianMixture.ring(),
    "line": GaussianMixture.line(dim=2),
    "spiral": GaussianMixture.spiral(),
}
STOPS = torch.tensor(KernelFlow.stops)


def over_the_oracle(law: GaussianMixture, times: str, seed: int) -> tuple[float, float, float]:
    """The excess risks of leave-one-out, GCV and hold-out at n = 1500, over the best."""
    generator = Generator().manual_seed(seed)
    train, fresh, held = (
        PROCESS.regression(law.sample(n, generator=generator), times=times, generator=generator)
        for n in (1500, 1000, 375)
    )
    flow = KernelFlow(PROCESS, train)
    risks = metrics.excess_risks(flow, law.denoiser(PROCESS), fresh)
    chosen = stopping.loo(flow), stopping.gcv(flow), stopping.holdout(flow, held)
    return tuple(float(risks[stop == STOPS] / risks.min()) for stop in chosen)


@pytest.mark.slow
@pytest.mark.parametrize("times", ["uniform", "log"])
@pytest.mark.parametrize("name", LAWS)
def test_leave_one_out_is_near_the_oracle_with_many_rows(name: str, times: str) -> None:
    ratios = torch.tensor([over_the_oracle(LAWS[name], times, seed) for seed in range(2)])
    loo, gcv, holdout = ratios.mean(dim=0).tolist()
    assert loo <= 1.2
    assert loo <= holdout + 0.1
    assert (gcv <= 1.2) == (times == "uniform") and (gcv >= 4) == (times == "log")
