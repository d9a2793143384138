"""The map of what samples are: its kinds, one cell from public parts, and the shipped table."""

import math

import numpy as np
import pytest
import torch

import scorelab as sl
from scorelab import sweep
from scorelab.studies import memorisation, memorisation_draws
from scorelab.studies import memorisation_map as study


@pytest.mark.parametrize("each", [study, memorisation_draws])
def test_the_table_has_every_cell_once_in_order(each) -> None:
    table = each.table()
    assert table[list(each.AXES)].to_dict("records") == sweep.grid(**each.AXES)
    assert np.isfinite(table.drop(columns="draws", errors="ignore")).all(axis=None)


def test_a_copy_is_no_sample_off_the_law_and_shares_are_shares() -> None:
    law = sl.GaussianMixture.ring()
    x0 = torch.tensor([[5.0, 5.0], [0.0, 1.5], [1.5, 0.0]])
    drawn = torch.tensor([[5.0, 5.01], [4.0, -4.0], [0.1, -1.5], [0.0, 1.52]])
    copies, off = study.kinds(drawn, x0, law, torch.tensor([-6.0, 0.0]))
    assert copies.tolist() == [True, False, False, True]  # a far training point has copies, too
    assert off.tolist() == [False, True, False, False]
    assert study.kinds(drawn, x0, law, torch.tensor([-6.0, -2.0]))[1].tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_fresh_data_are_off_the_law_as_often_as_the_bound_says() -> None:
    law, draw = sl.GaussianMixture.line(dim=8), torch.Generator().manual_seed(0)
    ends = torch.tensor([study.RARE / 2, 1 - study.RARE / 2])
    usual = law.log_prob(law.sample(4000, generator=draw)).quantile(ends)
    x0, fresh = (law.sample(n, generator=draw) for n in (9, 4000))
    copies, off = study.kinds(fresh, x0, law, usual)
    assert float(copies.float().mean()) < 0.05
    assert float(off.float().mean()) == pytest.approx(study.RARE, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("draws", [1.0, math.inf])
def test_a_cell_of_the_table_is_what_the_experiment_gives(draws: float) -> None:
    shipped = study.table().set_index(list(study.AXES))
    made = study.experiment(dim=2, n=5, draws=draws, seed=1)
    assert list(shipped.columns) == list(made)
    for name, value in made.items():
        # Late in training rounding moves a sample or two of two hundred.
        assert shipped.loc[(2, 5, draws, 1), name] == pytest.approx(value, abs=0.025), name


@pytest.mark.slow
def test_as_many_draws_for_each_point_have_the_same_points_and_other_rows() -> None:
    fixed = memorisation_draws.table().set_index(list(memorisation_draws.AXES))
    rows = memorisation.table().set_index(list(memorisation.AXES))
    shared = fixed.index.intersection(rows.index)
    assert (fixed.loc[shared, "optimum"] - rows.loc[shared, "optimum"]).abs().max() < 1e-9
    made = memorisation.experiment(dim=2, n=11, seed=0, rows=11 * memorisation_draws.DRAWS)
    assert fixed.loc[(2, 11, 0), "averaged_memorised"] == pytest.approx(
        made["averaged_memorised"], rel=0.1
    )
