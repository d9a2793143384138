"""The code: back and forth without loss, normal coordinates, and spikes that keep their weight."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import Generator

from scorelab import credit
from scorelab.credit.encoding import Ranks

columns = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60)
spiky = st.lists(st.sampled_from([-5, 0, 0, 0, 1, 7, 7, 10**6]), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return credit.load()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def shares(n: int, number: int) -> torch.Tensor:
    return torch.rand(n, generator=seed(number), dtype=torch.float64)


@pytest.mark.slow
@given(column=st.one_of(columns, spiky), number=st.integers(0, 10**6))
def test_a_column_comes_back_exactly(column: list[int], number: int) -> None:
    values = torch.tensor(column)
    ranks = Ranks(values)
    scores = ranks.encode(values, shares(len(values), number))
    assert torch.equal(ranks.decode(scores), values)


@given(column=columns, others=columns, number=st.integers(0, 10**6))
def test_a_value_never_seen_comes_back_as_its_neighbour(
    column: list[int], others: list[int], number: int
) -> None:
    known, ranks = sorted(set(column)), Ranks(torch.tensor(column))
    scores = ranks.encode(torch.tensor(others), shares(len(others), number))
    for value, back in zip(others, ranks.decode(scores).tolist(), strict=True):
        between = [each for each in known if min(value, back) < each < max(value, back)]
        assert back in known and not between
        assert value not in known or back == value


@given(column=st.one_of(columns, spiky), number=st.integers(0, 10**6))
def test_order_is_kept(column: list[int], number: int) -> None:
    values = torch.tensor(column)
    scores = Ranks(values).encode(values, shares(len(values), number))
    assert (values[scores.argsort()].diff() >= 0).all()


@given(score=st.floats(-1e300, 1e300), column=columns)
def test_any_score_stands_for_a_value(score: float, column: list[int]) -> None:
    value = Ranks(torch.tensor(column)).decode(torch.tensor([score], dtype=torch.float64))
    assert int(value) in column


@pytest.mark.slow
def test_the_whole_table_comes_back_exactly(table) -> None:
    code = credit.Encoding(table)
    x = code.encode(table, generator=seed())
    assert x.shape == (30_000, 24) and x.dtype == torch.float64
    pd.testing.assert_frame_equal(
        code.decode(x)[list(table.columns)], table, check_categorical=False, check_dtype=False
    )


def test_single_precision_loses_a_rank_at_most_and_no_code(table) -> None:
    code = credit.Encoding(table)
    back = code.decode(code.encode(table, generator=seed()).float())
    for name, ranks in zip(credit.COLUMNS, code.ranks, strict=True):
        old, new = (
            torch.searchsorted(ranks.values, torch.tensor(frame[name].astype(int).to_numpy()))
            for frame in (table, back)
        )
        assert (old - new).abs().max() <= (0 if name in credit.CODES else 1)


def test_every_coordinate_is_normal_spikes_included(table) -> None:
    x = credit.Encoding(table).encode(table, generator=seed(1))
    for column in x.T:
        assert stats.kstest(column.numpy(), "norm").statistic < 0.006  # ties are drawn


def test_a_spike_comes_out_of_normal_noise_as_often_as_it_went_in(table) -> None:
    noise = torch.randn(30_000, 24, generator=seed(2), dtype=torch.float64)
    made = credit.Encoding(table).decode(noise)
    for name in ("PAY_AMT1", "BILL_AMT6"):
        share = float((table[name] == 0).mean())
        assert share > 0.1
        assert float((made[name] == 0).mean()) == pytest.approx(share, abs=0.01)


def test_the_same_generator_gives_the_same_code(table) -> None:
    few = table.head(50)
    code = credit.Encoding(few)
    assert torch.equal(code.encode(few, generator=seed(3)), code.encode(few, generator=seed(3)))
    assert not torch.equal(code.encode(few, generator=seed(3)), code.encode(few, generator=seed(4)))


def test_decoded_frames_are_like_those_that_are_loaded(table) -> None:
    made = credit.Encoding(table).decode(torch.zeros(3, 24))
    assert set(made.select_dtypes("category").columns) == set(credit.CATEGORICAL)
    assert credit.check(made) is made


def test_what_cannot_be_coded_is_named(table) -> None:
    men = table[table["SEX"] == 1]
    with pytest.raises(ValueError, match=r"frame\['SEX'\] holds 2: the encoding never saw it"):
        credit.Encoding(men).encode(table)
    with pytest.raises(ValueError, match=r"len\(frame\)=0: must be at least 1"):
        credit.Encoding(table.head(0))
    with pytest.raises(ValueError, match=r"x\.shape=\(3, 23\)"):
        credit.Encoding(men).decode(torch.zeros(3, 23))
    with pytest.raises(ValueError, match="must be finite"):
        credit.Encoding(men).decode(torch.full((1, 24), float("nan")))


@given(
    st.integers(1, 40), st.integers(1, 4), st.integers(0, 2**31 - 1), st.sampled_from((1.0, 1e-3))
)
def test_normal_scores_keep_all_orders_and_are_the_same_in_every_column(
    n: int, dim: int, seed: int, scale: float
) -> None:
    x = torch.randn(n, dim, generator=Generator().manual_seed(seed), dtype=torch.float64)
    scores = credit.normal_scores(scale * x.exp())
    assert torch.equal(scores.argsort(0), x.argsort(0))
    wanted = torch.tensor(stats.norm.ppf((torch.arange(n) + 0.5).double() / n))
    torch.testing.assert_close(scores.sort(0).values, wanted[:, None].expand(n, dim))
    torch.testing.assert_close(credit.normal_scores(scores), scores)  # nothing is left to do


def test_normal_scores_of_ties_differ_and_of_nothing_finite_are_refused() -> None:
    scores = credit.normal_scores(torch.tensor([[1.0], [1.0], [0.0]]))
    assert scores[2] < scores[0] < scores[1] and scores.dtype == torch.float32
    with pytest.raises(ValueError, match="x=.tensor with 1 NaN"):
        credit.normal_scores(torch.tensor([[1.0], [torch.nan]]))
