"""Metrics against scipy's in one dimension and against loops beyond it."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Generator, Tensor

from scorelab import GaussianMixture, OrnsteinUhlenbeck, metrics
from scorelab.metrics import energy_distance, memorized_fraction, sliced_wasserstein

PROCESS, RING = OrnsteinUhlenbeck(), GaussianMixture.ring()
DISTANCES = [sliced_wasserstein, energy_distance]


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def double(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=seed(number))


VALUES = st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=1, max_size=15)


@given(VALUES, VALUES)
def test_in_one_dimension_sliced_wasserstein_is_scipys(a: list, b: list) -> None:
    x, y = (torch.tensor(v, dtype=torch.float64)[:, None] for v in (a, b))
    wanted = stats.wasserstein_distance(a, b)
    assert sliced_wasserstein(x, y) == pytest.approx(wanted, abs=1e-10, rel=1e-9)


@given(VALUES, VALUES)
def test_in_one_dimension_energy_distance_is_scipys(a: list, b: list) -> None:
    # scipy's takes the root of E|a − b| − ½E|a − a'| − ½E|b − b'| times two: the same number.
    x, y = (torch.tensor(v, dtype=torch.float64)[:, None] for v in (a, b))
    assert energy_distance(x, y) == pytest.approx(stats.energy_distance(a, b), abs=1e-5, rel=1e-6)


@pytest.mark.parametrize("m", [40, 31])
def test_in_the_plane_each_even_direction_counts_alike(m: int) -> None:
    a, b = double(40, 2), double(m, 2, number=1) + 0.5
    wanted = 0.0
    for k in range(8):
        u = torch.tensor([math.cos((k + 0.5) * math.pi / 8), math.sin((k + 0.5) * math.pi / 8)])
        wanted += stats.wasserstein_distance((a @ u.double()).numpy(), (b @ u.double()).numpy()) / 8
    assert sliced_wasserstein(a, b, projections=8) == pytest.approx(wanted, rel=1e-6)


def test_a_shift_in_many_dimensions_has_its_known_distance() -> None:
    # The mean of |u · s| over the sphere is ‖s‖ Γ(d/2) / (√π Γ((d + 1)/2)).
    for d in (2, 3, 8):
        a, shift = double(50, d), torch.zeros(d).double()
        shift[0] = 2.0
        mean = 2 * math.gamma(d / 2) / (math.sqrt(math.pi) * math.gamma((d + 1) / 2))
        assert sliced_wasserstein(a, a + shift, 20_000) == pytest.approx(mean, rel=0.02)


def test_random_directions_follow_their_generator() -> None:
    a, b = double(30, 5), double(30, 5, number=1)
    assert sliced_wasserstein(a, b) == sliced_wasserstein(a, b)
    one, same, other = (sliced_wasserstein(a, b, generator=seed(k)) for k in (1, 1, 2))
    assert one == same != other


def test_energy_distance_in_the_plane_by_brute_force() -> None:
    a, b = double(12, 2), double(9, 2, number=1) * 2

    def mean(x: Tensor, y: Tensor) -> float:
        pairs = [math.dist(p, q) for p, q in product(x.tolist(), y.tolist())]
        return sum(pairs) / len(pairs)

    wanted = math.sqrt(2 * mean(a, b) - mean(a, a) - mean(b, b))
    assert energy_distance(a, b) == pytest.approx(wanted, rel=1e-9)
    assert energy_distance(a.float(), b.float()) == pytest.approx(wanted, rel=1e-4)


def test_float32_resolves_the_distance_of_two_samples_of_one_law() -> None:
    # Near its floor the energy distance is a small difference of large means.
    a, b = double(1500, 2) + 3, double(1500, 2, number=1) + 3
    for distance in DISTANCES:
        assert distance(a.float(), b.float()) == pytest.approx(distance(a, b), rel=0.01)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("d", [1, 2, 4])
def test_distances_are_distances(distance, d: int) -> None:
    a, b, c = double(20, d), double(33, d, number=1) + 1, double(20, d, number=2) * 2
    assert distance(a, a) == 0 and distance(a, b) > 0.1
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a, c) <= distance(a, b) + distance(b, c)
    assert distance(3 * a, 3 * b) == pytest.approx(
        3 * distance(a, b) if distance is sliced_wasserstein else math.sqrt(3) * distance(a, b)
    )


@settings(max_examples=20)
@given(st.permutations(range(15)), st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(first: list[int], second: list[int]) -> None:
    a, b = double(15, 2), double(12, 2, number=1)
    for metric in (*DISTANCES, memorized_fraction):
        assert metric(a[first], b[second]) == pytest.approx(metric(a, b), abs=1e-7)


def brute_memorized(samples: Tensor, train: Tensor, ratio: float) -> float:
    def memorized(x: list[float]) -> bool:
        distances = sorted(math.dist(x, p) for p in {tuple(row) for row in train.tolist()})
        return ratio * distances[0] <= distances[1]

    return sum(memorized(x) for x in samples.tolist()) / len(samples)


@pytest.mark.parametrize("d", [1, 2, 8])
@pytest.mark.parametrize("ratio", [1.5, 3.0])
def test_memorized_fraction_by_brute_force(d: int, ratio: float) -> None:
    train = double(15, d)
    near = train[:10] + 0.1 * double(10, d, number=2)
    samples = torch.cat((double(60, d, number=1), near))
    wanted = brute_memorized(samples, train, ratio)
    assert 0 < wanted < 1
    assert memorized_fraction(samples, train, ratio) == pytest.approx(wanted)
    which = metrics.memorized(samples, train, ratio)
    assert which.tolist() == [brute_memorized(x[None], train, ratio) == 1 for x in samples]
    # A training point that occurs twice must not hide that it was copied.
    assert memorized_fraction(samples, train.repeat(2, 1), ratio) == pytest.approx(wanted)


def test_copies_are_memorised_and_midpoints_are_not() -> None:
    train = double(20, 3)
    assert memorized_fraction(train, train) == 1
    pair = train[:2]
    assert memorized_fraction(pair.mean(0, keepdim=True), pair) == 0
    exactly = torch.tensor([[1.0]])  # three times nearer, no more and no less, counts
    assert memorized_fraction(exactly, torch.tensor([[0.0], [4.0]]), ratio=3) == 1


@pytest.mark.slow
def test_excess_risk_by_hand_and_what_it_adds_up_to() -> None:
    data = PROCESS.regression(RING.sample(40_000, generator=seed()), generator=seed(1))
    truth = RING.denoiser(PROCESS)

    def rough(t: Tensor, x: Tensor) -> Tensor:
        return 0.5 * x

    pairs = zip(rough(data.t, data.x_t).tolist(), truth(data.t, data.x_t).tolist(), strict=True)
    by_hand = sum(math.dist(f, g) ** 2 for f, g in pairs) / 40_000
    excess = metrics.excess_risk(rough, truth, data)
    assert excess == pytest.approx(by_hand, rel=1e-4)
    assert metrics.excess_risk(truth, truth, data) == 0
    # E‖f − X_0‖² = E‖f − f*‖² + E‖f* − X_0‖²: the label noise is no model's fault.
    noise = metrics.holdout_risk(truth, data)
    assert metrics.holdout_risk(rough, data) == pytest.approx(excess + noise, rel=0.02)


A, WRONG = torch.ones(4, 2), torch.ones(4, 3)


@pytest.mark.parametrize("metric", [*DISTANCES, memorized_fraction])
@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (A, WRONG, r"\w+\.shape=\(4, 3\): must be .* d = 2"),
        (A, A[0], r"\w+\.shape=\(2,\): must be \(n, d\)"),
        (A[:0], A, r"\w+\.shape=\(0, 2\): must be \(n, d\) with n ≥ 1"),
        (A, A / 0, r"\w+='tensor with 8 NaN or infinite values': must be finite"),
        (A, A.long(), r"\w+\.dtype=torch\.int64: must be float32 or float64"),
    ],
)
def test_bad_samples_are_named(metric, a: Tensor, b: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        metric(a, b)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: sliced_wasserstein(A, A, 0), "projections=0: must be a whole number of at least"),
        (lambda: memorized_fraction(A, A), "train='1 distinct point': must hold at least two"),
        (lambda: memorized_fraction(A, A, 0), "ratio=0: must be a finite number above 0"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        action()
