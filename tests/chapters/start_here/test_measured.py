"""What notebook 00 measures, against slower ways to it."""

import math

import pytest
import torch

from scorelab import metrics
from scorelab.chapters.start_here import measured


def test_the_halves_share_no_point_and_lose_none() -> None:
    points = torch.arange(42.0).reshape(21, 2)
    train, held_out = measured.halves(points)
    both = torch.cat((train.x_0, held_out.x_0))
    assert len(train) == 11
    assert torch.equal(both[both[:, 0].argsort()], points)


@pytest.mark.slow
def test_risk_curves_and_distances_are_those_of_single_stops() -> None:
    learned = [measured.learn(seed, "uniform", n=60) for seed in range(2)]
    stops = measured.STOPS[torch.tensor([20, 40])]
    curves = measured.risk_curves(learned)
    for seed, stop in enumerate(stops.tolist()):
        flow, _, test = learned[seed]
        risk = metrics.excess_risk(flow.at(stop), measured.TRUTH, test)
        assert curves[seed, 20 * (seed + 1)] == pytest.approx(risk, rel=1e-4)
    apart = measured.distances(learned, stops)
    again = measured.sample_distance(learned[1].flow.at(int(stops[1])), 1)
    assert float(apart[1]) == pytest.approx(again, rel=1e-6)
    assert not torch.equal(apart, measured.distances(learned, int(stops[0])))


def test_risks_by_width_end_in_the_kernel() -> None:
    risks = measured.risks_by_width((64, math.inf), (1, 30), seeds=1, n=60)
    flow, _, test = measured.learn(0, "log", n=60)
    assert risks.shape == (1, 2, 2)
    kernel = metrics.excess_risk(flow.at(30), measured.TRUTH, test)
    assert float(risks[0, 1, 1]) == pytest.approx(kernel, rel=1e-5)
