"""What notebook 02 measures, against other ways to it."""

import pytest
import torch

from scorelab.chapters.score_matching import measured


@pytest.mark.slow
def test_the_label_noise_of_a_time_is_what_the_exact_denoiser_leaves() -> None:
    for level in (0.3, 0.8):
        data = measured.rows(200_000, 0, noise=level)
        left = (data.x_0 - measured.TRUTH(data.t, data.x_t)).square().mean()
        assert float(measured.noise_at(data.t[:1])) == pytest.approx(float(left), rel=0.02)


def test_one_over_the_noise_is_the_best_weight_and_equal_weights_count_all_rows() -> None:
    best = measured.counted(lambda alpha, h: 1 / measured.noise_at(-2 * alpha.log()))
    assert best[1] == pytest.approx(1)
    count, efficiency = measured.counted(lambda alpha, h: torch.ones_like(h))
    assert count == pytest.approx(1) and efficiency < 0.6


def test_a_fit_knows_a_weight_up_to_a_factor_and_its_answer_is_a_sum() -> None:
    weights = {"one": lambda alpha, h: 1 / h, "three": lambda alpha, h: 3 / h}
    parts = measured.fitted(weights, seeds=2, n=500, features=30)
    assert parts.shape == (2, 2, 3, 3)
    torch.testing.assert_close(parts[:, 0], parts[:, 1], rtol=1e-6, atol=1e-9)
    whole, mean, noise = parts.sqrt().unbind(dim=2)
    assert (whole <= mean + noise + 1e-9).all() and (whole >= (mean - noise).abs() - 1e-9).all()


def test_a_weight_beside_itself() -> None:
    beside = measured.risk_beside_noise_weight(lambda alpha, h: alpha**2 / h)
    assert float(beside) == pytest.approx(1)


def test_the_nearest_row_gives_its_label() -> None:
    data = measured.rows(20, 0)
    assert torch.equal(measured.nearest(data)(data.t, data.x_t), data.x_0)
