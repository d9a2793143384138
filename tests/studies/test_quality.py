"""The quality of samples: its parts by brute force, and a corner of the shipped table made anew."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor

import scorelab as sl
from scorelab import sweep
from scorelab.studies import quality

PROCESS, RING = sl.OrnsteinUhlenbeck(), quality.LAWS[4]


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def judge(law: sl.GaussianMixture = RING, noise: int = 0) -> quality.Judge:
    return quality.Judge(PROCESS, law, law.sample(5000, generator=seed(1)), noise)


@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([4, 8]))
def test_shares_count_the_nearest_mode(n: int, number: int, modes: int) -> None:
    law = quality.LAWS[modes]
    x = 2 * torch.randn(n, 2, generator=seed(number))
    nearest = [
        min(range(modes), key=lambda k, p=p: math.dist(p, law.means[k].tolist()))
        for p in x.tolist()
    ]
    count = Counter(nearest)
    found = quality.shares(law, x)
    assert found.tolist() == pytest.approx([count[k] / n for k in range(modes)])
    surplus = sum(max(0.0, count[k] / n - 1 / modes) for k in range(modes))
    assert quality.misplaced(law, x) == pytest.approx(surplus)


def test_misplaced_knows_the_weights_of_the_law() -> None:
    law = sl.GaussianMixture([[-3.0, 0.0], [3.0, 0.0]], 0.1, [1.0, 3.0])
    x = torch.tensor([[-3.0, 0.0]] + [[3.0, 0.0]] * 3)
    assert quality.misplaced(law, x) == 0
    assert quality.misplaced(law, x[:2]) == pytest.approx(0.25)
    assert quality.misplaced(law, x[:1]) == pytest.approx(0.75)


def test_points_of_another_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^x\.shape=\(3, 1\): must be \(n, d\)"):
        quality.shares(RING, torch.ones(3, 1))


def test_a_spliced_denoiser_is_one_inside_the_band_and_the_other_outside() -> None:
    def answers(value: float):
        return lambda t, x: torch.full_like(x, value)

    both = quality.spliced(PROCESS, answers(1.0), answers(0.0), (0.3, 0.6))
    x = torch.zeros(3, 2)
    for level in (0.15, 0.29, 0.31, 0.59, 0.61, 0.97):
        answer = both(torch.full((3,), PROCESS.time_at(level)), x)
        assert answer.unique().tolist() == [float(0.3 <= level < 0.6)]


def test_the_bands_part_all_noise_levels() -> None:
    edges = [edge for band in quality.BANDS.values() for edge in band]
    assert edges[0] == 0 and edges[-1] == 1 and edges[1:-1:2] == edges[2::2]


def test_a_denoiser_spliced_with_itself_makes_the_same_samples() -> None:
    f, who = RING.denoiser(PROCESS), judge()
    both = quality.spliced(PROCESS, f, f, (0.3, 0.6))
    assert torch.equal(who.samples(both), who.samples(f))


def with_proportions(weights: list[float], number: int) -> Tensor:
    return sl.GaussianMixture(RING.means, RING.stds, weights).sample(4000, generator=seed(number))


def test_the_shape_does_not_mind_wrong_proportions_and_the_distance_does() -> None:
    right, wrong = (with_proportions(w, 3) for w in ([1, 1, 1, 1], [4, 1, 1, 1]))
    told = [judge().verdict(x) for x in (right, wrong)]
    assert told[1]["distance"] > 5 * told[0]["distance"]
    assert told[1]["shape"] < 2 * told[0]["shape"]
    assert told[1]["misplaced"] == pytest.approx(4 / 7 - 1 / 4, abs=0.02)
    assert told[1]["fidelity"] == pytest.approx(told[0]["fidelity"], abs=0.05)


def test_the_shape_minds_modes_that_are_too_wide() -> None:
    wide = sl.GaussianMixture(RING.means, 2 * RING.stds).sample(4000, generator=seed(3))
    told, fair = (judge().verdict(x) for x in (wide, with_proportions([1, 1, 1, 1], 3)))
    assert told["shape"] > 5 * fair["shape"]
    assert told["fidelity"] > fair["fidelity"] + 1


def test_of_fresh_data_the_fidelity_is_the_entropy() -> None:
    x = RING.sample(4000, generator=seed(3))
    entropy = math.log(4) + math.log(2 * math.pi * math.e * 0.25**2)  # modes hardly overlap
    assert judge().verdict(x)["fidelity"] == pytest.approx(entropy, abs=0.05)


def test_with_the_exact_denoiser_the_surprise_is_that_of_the_noised_law() -> None:
    x = RING.sample(200, generator=seed(3))
    there = PROCESS.perturb(x[:100].double(), PROCESS.t_min, generator=seed())
    wanted = -float(RING.noised(PROCESS, PROCESS.t_min).log_prob(there).mean())
    found = quality.surprise(PROCESS, RING.denoiser(PROCESS), x)
    assert found == pytest.approx(wanted, abs=0.02)
    # It is least for the truth: an answer that leans to the middle is more surprised.
    shy = lambda t, x: 0.9 * RING.denoiser(PROCESS)(t, x)  # noqa: E731
    assert quality.surprise(PROCESS, shy, x) > found + 0.1


def test_the_table_has_every_cell_of_the_sweep_once_in_order() -> None:
    table = quality.table()
    assert table[list(quality.AXES)].to_dict("records") == sweep.grid(**quality.AXES)
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    assert quality.STUDY.path.stat().st_size < 100_000


@pytest.fixture(scope="module")
def made() -> dict[str, float]:
    return quality.experiment(modes=4, times="log", n=300, seed=2)


@pytest.mark.slow
def test_a_corner_of_the_table_is_what_the_experiment_gives(made: dict[str, float]) -> None:
    shipped = quality.table().set_index(list(quality.AXES))
    assert list(shipped.columns) == list(made)
    for name, value in made.items():
        near = {"rel": 0.2} if name == "best_stop" else {"rel": 0.02, "abs": 0.003}
        assert shipped.loc[(4, "log", 300, 2), name] == pytest.approx(value, **near), name


@pytest.mark.slow
def test_the_experiment_measures_what_its_columns_say(made: dict[str, float]) -> None:
    """The same numbers from the public parts of the package."""
    draw = seed(20_300)
    rows = {"times": "log", "generator": draw}
    data, test = (PROCESS.regression(RING.sample(n, generator=draw), **rows) for n in (300, 2000))
    fresh, reference = (RING.sample(n, generator=draw) for n in (1000, 5000))
    truth, flow = RING.denoiser(PROCESS), sl.KernelFlow(PROCESS, data)
    oracle = sl.stopping.oracle(flow, truth, test)
    assert made["best_stop"] == oracle
    assert made["risk_300"] == pytest.approx(sl.metrics.excess_risk(flow.at(300), truth, test))
    noise = {"n": 1000, "dim": 2, "steps": 40, "method": "ancestral", "schedule": "log"}
    for name, denoiser in {"300": flow.at(300), "exact": truth, "best": flow.at(oracle)}.items():
        x = sl.sample(PROCESS, denoiser, **noise, generator=seed(2))
        distance = sl.metrics.sliced_wasserstein(x, reference)
        assert made[f"distance_{name}"] == pytest.approx(distance, rel=1e-3)
        assert made[f"fidelity_{name}"] == pytest.approx(-float(RING.log_prob(x).mean()), rel=1e-3)
    assert made["distance_data"] == sl.metrics.sliced_wasserstein(data.x_0, reference)
    assert made["distance_fresh"] == sl.metrics.sliced_wasserstein(fresh, reference)
    noisy = PROCESS.perturb(fresh[:100].double(), PROCESS.t_min, generator=seed())
    density = sl.log_likelihood(PROCESS, flow.at(300), noisy, 16)
    assert made["surprise_300"] == pytest.approx(-float(density.mean()), rel=1e-3)


@pytest.mark.slow
def test_a_band_is_where_the_learned_denoiser_is_asked(made: dict[str, float]) -> None:
    draw = seed(20_300)
    data, _ = (
        PROCESS.regression(RING.sample(n, generator=draw), times="log", generator=draw)
        for n in (300, 2000)
    )
    _, reference = (RING.sample(n, generator=draw) for n in (1000, 5000))
    truth, last = RING.denoiser(PROCESS), sl.KernelFlow(PROCESS, data).at(10**7)

    def by_hand(in_band: bool) -> float:
        """The learned denoiser where t is in the middle band, or where it is not."""

        def denoiser(t: Tensor, x: Tensor) -> Tensor:
            middle = 1 / 9 <= 1 - math.exp(-float(t[0])) < 4 / 9
            return (last if middle == in_band else truth)(t, x)

        x = sl.sample(
            PROCESS, denoiser, 1000, 2, 40, "ancestral", schedule="log", generator=seed(2)
        )
        return sl.metrics.sliced_wasserstein(x, reference)

    assert made["only_middle_last"] == pytest.approx(by_hand(True), rel=1e-3)
    assert made["but_middle_last"] == pytest.approx(by_hand(False), rel=1e-3)
