"""What notebook 09 measures on a line and on the circle, against what it must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from scorelab import convex
from scorelab.chapters.convex_denoising import measured
from scorelab.convex.curve import Curve


def test_labels_are_those_of_the_noise() -> None:
    x0, x, labels = measured.noised(5, seed=1, draws=3)
    assert x0.shape == (5, 1) and x.shape == labels.shape == (15, 1)
    back = (x + measured.NOISE**2 * labels) / measured.ALPHA
    torch.testing.assert_close(back, x0.repeat(3, 1))


def test_a_mean_over_the_noised_law_is_its_integral() -> None:
    h, spread = measured.NOISE**2, 0.45**2 + 1.2**2
    second = measured.mean(measured.PLACES.square(), measured.TWO)
    assert second == pytest.approx((1 - h) * spread + h, rel=1e-6)


def test_the_path_is_that_of_the_single_fits() -> None:
    betas, (_, x, labels) = np.array([0.5, 50.0]), measured.noised(30, 2)
    found = measured.path(betas, 30, 2)
    fits = [convex.denoising(x, labels, beta) for beta in betas]
    assert found.kinks.tolist() == [len(fit.neurons[0]) for fit in fits]
    assert found.law[1] == 1 and (found.error > 0).all()
    assert 0 < found.away[1] < 1 and (np.isnan(found.away) == (found.law == 0)).all()


def test_a_law_is_as_far_from_the_true_one_as_it_is() -> None:
    h, x = measured.NOISE**2, np.linspace(-60, 60, 24001)
    law = measured.TWO.noised(measured.PROCESS, measured.TIME)
    places = torch.from_numpy(x)[:, None].requires_grad_()
    (score,) = torch.autograd.grad(law.log_prob(places).sum(), places)
    assert measured.from_truth(Curve(x, score[:, 0].numpy())) < 1e-4
    wide = Curve(np.array([-60.0, 60.0]), np.array([60.0, -60.0]) / (1 + h))
    assert 0.2 < measured.from_truth(wide) < 0.4
    assert math.isnan(measured.from_truth(Curve(x, x)))


def test_unevenness_goes_from_nothing_to_all_in_one_sector() -> None:
    angle = torch.arange(80) * (2 * math.pi / 80) + 0.01
    circle = torch.stack((angle.cos(), angle.sin()), dim=1)
    assert measured.unevenness(circle) == pytest.approx(0, abs=1e-6)
    assert measured.unevenness(circle[1:5]) == pytest.approx(7 / 8)
