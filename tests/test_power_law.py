"""Power laws: fits to points, and what their bands mean."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scorelab.power_law import PowerLaw


@given(st.integers(3, 40), st.integers(0, 1000))
def test_a_fit_solves_the_normal_equations_of_the_logarithms(n: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    x = np.exp(draw.normal(size=n))
    y = 3 * x**-0.6 * np.exp(0.3 * draw.normal(size=n))
    found = PowerLaw.fit(torch.tensor(x), torch.tensor(y))
    (slope, intercept), covariance = np.polyfit(np.log(x), np.log(y), 1, cov=True)
    error = np.sqrt(covariance[0, 0])
    assert found.slope == pytest.approx(slope)
    assert found.factor == pytest.approx(np.exp(intercept))
    assert found.margin == pytest.approx(stats.t.ppf(0.975, n - 2) * error)
    np.testing.assert_allclose(found(x), np.exp(intercept) * x**slope)


@pytest.mark.slow
def test_the_band_holds_the_true_slope_as_often_as_it_says() -> None:
    draw = torch.Generator().manual_seed(0)
    x = torch.logspace(2, 3.3, 9).repeat_interleave(3).double()
    fits = [
        PowerLaw.fit(x, x**-0.5 * torch.exp(0.3 * torch.randn(len(x), generator=draw)))
        for _ in range(1000)
    ]
    inside = sum(abs(fit.slope + 0.5) <= fit.margin for fit in fits)
    assert 925 <= inside <= 975


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 2], [1.0, 2], r"len\(x\)=2: must be at least 3"),
        ([1.0, 2, 3], [1.0, 2], r"y.shape=\(2,\): must be \(3,\)"),
        ([1.0, 2, 3], [1.0, 0, 2], r"y=0.0: must be above 0"),
        ([-1.0, 2, 3], [1.0, 1, 2], r"x=-1.0: must be above 0"),
        ([2.0, 2, 2], [1.0, 1, 2], r"x=2.0: must not all be the same"),
    ],
)
def test_bad_points_are_named(x: list[float], y: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        PowerLaw.fit(torch.tensor(x), torch.tensor(y))
