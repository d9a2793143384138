"""What synthetic rows give away, where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Generator

from scorelab import credit
from scorelab.credit import privacy


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


@pytest.fixture(scope="module")
def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    shuffled = credit.load().sample(4000, random_state=0).reset_index(drop=True)
    return shuffled.head(2000), shuffled.tail(2000).reset_index(drop=True)


@pytest.mark.slow
def test_copied_rows_are_caught_and_fresh_ones_are_not(halves) -> None:
    train, holdout = halves
    part = train.head(500)
    assert privacy.dcr(part, train, holdout) > 0.99
    assert privacy.dcr(holdout.head(500), train, holdout) < 0.01
    fresh = credit.load().tail(700)
    assert privacy.dcr(fresh, train, holdout) == pytest.approx(0.5, abs=0.06)
    assert privacy.dcr(fresh, train, holdout) + privacy.dcr(fresh, holdout, train) == pytest.approx(
        1,
        abs=0.02,  # ranks are those of either half
    )


def test_the_nearest_record_is_the_one_found_by_brute_force(halves) -> None:
    train, holdout, made = halves[0].head(40), halves[1].head(40), halves[1].tail(30)

    def ranks(frame: pd.DataFrame) -> np.ndarray:
        """How many training rows are below, ties half, as a share: (n, 14)."""
        seen, column = (f[list(credit.NUMERIC)].to_numpy() for f in (train, frame))
        below, upto = seen[:, None] < column, seen[:, None] <= column
        return (below.mean(0) + upto.mean(0)) / 2

    def nearest(frame: pd.DataFrame) -> np.ndarray:
        codes = [f[list(credit.CODES)].astype(int).to_numpy() for f in (made, frame)]
        differ = (codes[0][:, None] != codes[1]).sum(2)
        return (np.abs(ranks(made)[:, None] - ranks(frame)).sum(2) + differ).min(1)

    closer = nearest(train) < nearest(holdout)
    assert privacy.dcr(made, train, holdout) == pytest.approx(np.mean(closer))


def test_a_tie_counts_half(halves) -> None:
    assert privacy.dcr(halves[0].head(20), halves[0], halves[0]) == 0.5


def test_unequal_halves_are_refused(halves) -> None:
    with pytest.raises(ValueError, match=r"len\(train\), len\(holdout\)=\(2000, 1999\)"):
        privacy.dcr(halves[0], halves[0], halves[1].head(1999))


def test_no_rows_are_refused(halves) -> None:
    with pytest.raises(ValueError, match=r"^len\(frame\)=0: must be at least 1"):
        privacy.dcr(halves[0].head(0), halves[0], halves[1])


def test_distances_are_found_both_ways(halves) -> None:
    distance = privacy.Distance(halves[0])
    near, back = distance.nearest(halves[0].head(300), halves[1].head(500))
    again, forth = distance.nearest(halves[1].head(500), halves[0].head(300))
    torch.testing.assert_close(near, forth)
    torch.testing.assert_close(back, again)
    assert (distance.nearest(halves[0].head(50), halves[0])[0] == 0).all()


def test_the_standard_error_is_that_of_a_share() -> None:
    near, far = torch.rand(2, 4000, generator=seed())
    share, error = privacy.nearer(near, far)
    assert error == pytest.approx((share * (1 - share) / 4000) ** 0.5, rel=1e-3)
    with pytest.raises(ValueError, match=r"near.shape=\(4000,\): must be \(3,\)"):
        privacy.nearer(near, far[:3])


def test_a_few_copies_hide_in_an_average_and_not_below_a_quantile(halves) -> None:
    """Of fresh rows 5 % are close. With a tenth of copies among them it is 14.5 %."""
    train, fresh = halves[0], halves[1]
    distance = privacy.Distance(train)
    real = distance.nearest(fresh.head(1000), train)[0]
    other = fresh.tail(1000)
    honest = distance.nearest(other, train)[0]
    copies = distance.nearest(pd.concat((other.head(900), train.head(100))), train)[0]
    assert privacy.close_share(honest, real) == pytest.approx(0.05, abs=0.025)
    gained = privacy.close_share(copies, real) - privacy.close_share(honest, real)
    assert gained == pytest.approx(0.095, abs=0.02)


def test_an_attack_is_judged_by_auc_and_by_what_it_finds_at_few_false_alarms() -> None:
    others = torch.randn(3000, generator=seed())
    members = 1 + torch.randn(2000, generator=seed(1))
    found = privacy.attack(members, others)
    truth = np.repeat((1, 0), (2000, 3000))
    assert found.auc == pytest.approx(roc_auc_score(truth, torch.cat((members, others))))
    normal = torch.distributions.Normal(0.0, 1.0)
    power = 1 - float(normal.cdf(normal.icdf(torch.tensor(0.99)) - 1))
    assert found.tpr == pytest.approx(power, abs=4 * found.tpr_error)
    nothing = privacy.attack(others[:1000], others[1000:])
    assert abs(nothing.auc - 0.5) < 4 * nothing.auc_error


def test_the_error_of_an_auc_is_the_spread_over_samples() -> None:
    aucs, errors = [], []
    for k in range(200):
        found = privacy.attack(
            0.5 + torch.randn(150, generator=seed(k)), torch.randn(300, generator=seed(1000 + k))
        )
        aucs.append(found.auc)
        errors.append(found.auc_error)
    assert np.mean(errors) == pytest.approx(np.std(aucs), rel=0.2)


@pytest.mark.slow
def test_both_attacks_find_copied_rows_and_neither_finds_fresh_ones(halves) -> None:
    train, fresh = halves
    people, known = (train.head(500), fresh.head(500)), fresh.tail(1000)
    distance = privacy.Distance(train)
    expected = [distance.nearest(each, known)[0] for each in people]
    for made, low, high in ((train, 0.7, 1.0), (fresh.iloc[500:1000], 0.44, 0.56)):
        reached = [distance.nearest(each, made)[0] for each in people]
        by_distance = map(privacy.by_distance, reached, expected)
        by_density = (privacy.by_density(made, known, each) for each in people)
        for sure in (by_distance, by_density):
            assert low <= privacy.attack(*sure).auc <= high
