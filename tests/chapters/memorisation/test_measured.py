"""What notebook 11 measures of two trained layers; and, slowly, what it has no time for."""

from __future__ import annotations

import pytest
import torch
from torch import Generator

import scorelab as sl
from scorelab.chapters.memorisation import attacked, measured, solutions
from scorelab.kernel import largest_eigenvalue


def net(width: int = 32, seed: int = 0) -> sl.TwoLayerNet:
    return sl.TwoLayerNet(measured.PROCESS, 2, width, generator=Generator().manual_seed(seed))


def rows(n: int = 40) -> sl.Regression:
    draw = Generator().manual_seed(1)
    law = measured.PROBLEMS["ring"][0]
    return measured.PROCESS.regression(law.sample(n, generator=draw), generator=draw)


def test_the_first_layer_alone_is_the_network_of_the_course() -> None:
    data, start = rows(), net()
    weights = measured.narrow("first layer", start, data)
    z = measured.PROCESS.features(data.t, data.x_t)
    top = measured.top_eigenvalue(z, (start.weight, start.signs), both=False)
    path = sl.NetworkPath.record(start, data, measured.STOPS, 0.5 / top)
    torch.testing.assert_close(
        measured.answer(z, weights[-1]), path.at(400)(data.t, data.x_t), atol=1e-4, rtol=1e-3
    )


@pytest.mark.parametrize("both", [False, True])
def test_the_top_eigenvalue_is_that_of_all_outputs(both: bool) -> None:
    z, start = measured.PROCESS.features(rows().t, rows().x_t), net()

    def answer(w: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
        return measured.answer(z, (w, a))

    slopes = torch.func.jacrev(answer, (0, 1))(start.weight, start.signs)
    flat = torch.cat([each.flatten(2).flatten(0, 1) for each in slopes[: 1 + both]], 1)
    wanted = float(torch.linalg.eigvalsh(flat @ flat.T)[-1]) / len(z)
    found = measured.top_eigenvalue(z, (start.weight, start.signs), both)
    assert found == pytest.approx(wanted, rel=0.02) and found <= wanted * (1 + 1e-5)


def test_a_small_start_has_a_small_kernel_and_the_first_step_is_the_longer() -> None:
    z, start = measured.PROCESS.features(rows().t, rows().x_t), net()
    whole, quarter = (
        measured.top_eigenvalue(z, (s * start.weight, s * start.signs), both=True)
        for s in (1, 0.25)
    )
    assert quarter == pytest.approx(whole / 16, rel=1e-4)
    assert measured.top_eigenvalue(z, (start.weight, start.signs), both=False) < whole
    assert largest_eigenvalue(z) < whole


def test_the_rule_gives_both_layers_a_half_to_a_quarter_of_the_step_on_the_ring() -> None:
    tops = []
    for seed in range(5):
        draw, start = Generator().manual_seed(seed), net(64, seed)
        data = measured.PROCESS.regression(
            measured.PROBLEMS["ring"][0].sample(500, generator=draw), times="log", generator=draw
        )
        z = measured.PROCESS.features(data.t, data.x_t)
        one, both = (
            measured.top_eigenvalue(z, (start.weight, start.signs), b) for b in (False, True)
        )
        tops.append(both / one)
    assert min(tops) > 1.8 and max(tops) < 4.6


@pytest.mark.slow
def test_an_attack_learns_less_at_the_best_stop_and_nothing_from_the_truth() -> None:
    late, early = (sum(attacked.told_apart(solutions.attack, s)) / 3 for s in (10**6, 100))
    assert late > 0.9 and 0.55 < early < 0.8
    truth = attacked.LAWS[2].denoiser(attacked.PROCESS)
    blind = attacked.told_apart(lambda _, x: solutions.attack(truth, x))
    assert 0.4 < sum(blind) / 3 < 0.6


@pytest.mark.slow
def test_with_many_neurons_a_second_layer_takes_back_little() -> None:
    """On the thin line at the best: a quarter with 64 neurons, less than a tenth with 512."""
    law, n = measured.PROBLEMS["thin line"]
    gains: dict[int, list[float]] = {64: [], 512: []}
    for seed in range(3):
        draw = Generator().manual_seed(seed)
        data, fresh = (
            measured.PROCESS.regression(law.sample(k, generator=draw), times="log", generator=draw)
            for k in (n, 1000)
        )
        test = measured.PROCESS.features(fresh.t, fresh.x_t)
        exact = law.denoiser(measured.PROCESS)(fresh.t, fresh.x_t)
        for width, found in gains.items():
            start = sl.TwoLayerNet(measured.PROCESS, law.dim, width, generator=draw)
            one, both = (
                min(
                    float((measured.answer(test, layers) - exact).square().sum(1).mean())
                    for layers in measured.narrow(name, start, data)
                )
                for name in ("first layer", "both layers")
            )
            found.append(both / one)
    assert 0.6 < sum(gains[64]) / 3 < 0.85
    assert 0.88 < sum(gains[512]) / 3 < 0.98
