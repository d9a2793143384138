"""The explorer of the forward process, without a page: exact laws, and what its controls do."""

import math
import re
from functools import cache

import numpy as np
import pytest
import torch
from seen import moved_by, shown

import scorelab as sl
from scorelab.chapters.forward_process import laws
from scorelab.chapters.forward_process import view as forward
from scorelab.chapters.forward_process.explorer import Explorer
from scorelab.explore import figures
from scorelab.explore.replay.plane import GRID
from scorelab.explore.replay.setting import CREDIT, MIXTURES, PROCESS

KNOWN = {**MIXTURES, **laws.LINES}
TIMES = (0.02, 0.3, 3)
known = pytest.mark.parametrize("target", KNOWN)
at_times = pytest.mark.parametrize("t", TIMES)


@cache
def table() -> torch.Tensor:
    return sl.credit.limit_and_bill()


def points(target: str) -> torch.Tensor:
    """The points of the grid, in the order of a flattened field, (G, d)."""
    if target in laws.LINES:
        return laws.LINE[:, None]
    return torch.cartesian_prod(laws.YS, laws.XS).flip(1)


@known
@at_times
def test_the_density_is_that_of_the_noised_mixture(target: str, t: float) -> None:
    wanted = KNOWN[target].noised(PROCESS, t).log_prob(points(target)).exp().numpy()
    found = laws.law(target).field(t).density
    np.testing.assert_allclose(found.ravel(), wanted, rtol=1e-5, atol=1e-30)


@known
@at_times
def test_score_and_steepness_are_those_of_the_exact_denoiser(target: str, t: float) -> None:
    score, law = PROCESS.score(KNOWN[target].denoiser(PROCESS)), laws.law(target)
    x = points(target)[::37].clone().requires_grad_()
    wanted = score(x.new_full((len(x),), t), x)
    derivative = torch.stack(
        [torch.autograd.grad(each.sum(), x, retain_graph=True)[0] for each in wanted.unbind(1)], 1
    )
    field = law.field(t)
    found = field.score.reshape(-1, law.dim)[::37]
    np.testing.assert_allclose(found, wanted.detach(), rtol=1e-4, atol=1e-4)
    slope = torch.linalg.eigvalsh((derivative + derivative.mT) / 2).abs().max(1).values
    np.testing.assert_allclose(field.slope.ravel()[::37], slope, rtol=1e-3, atol=1e-3)


@at_times
def test_the_table_s_score_is_that_of_all_its_rows(t: float) -> None:
    score = PROCESS.score(sl.Empirical(table().double()).denoiser(PROCESS))
    x = points(CREDIT)[::401]
    found = laws.law(CREDIT).field(t).score.reshape(-1, 2)[::401]
    np.testing.assert_allclose(found, score(x.new_full((len(x),), t), x), rtol=1e-4, atol=1e-4)


@at_times
def test_a_table_is_a_mixture_of_narrow_parts_at_its_rows(t: float) -> None:
    rows = torch.randn(60, 2, generator=torch.Generator().manual_seed(1)).double()
    rows = rows[rows[:, 0].argsort()].repeat_interleave(2, dim=0)  # each first coordinate twice
    rows[::2, 1] += 0.4
    field = laws.Law(sl.Empirical(rows), rows).field(t)
    wanted = sl.GaussianMixture(rows, 1e-6).noised(PROCESS, t).log_prob(points(CREDIT)).exp()
    np.testing.assert_allclose(field.density.ravel(), wanted, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("target", laws.TARGETS)
def test_the_panel_holds_nearly_all_of_the_law(target: str) -> None:
    cell = laws.STEP**2 if laws.law(target).dim == 2 else float(laws.LINE[1] - laws.LINE[0])
    for t in TIMES:
        density = laws.law(target).field(t).density
        assert density.sum() * cell == pytest.approx(1, abs=5e-3)


def test_every_fifth_point_of_the_grid_is_where_the_arrows_stand() -> None:
    x, y = np.meshgrid(laws.XS[10:61:5], laws.YS[4:55:5])
    np.testing.assert_allclose(np.stack((x, y), axis=-1).reshape(-1, 2), GRID, atol=1e-12)


@pytest.mark.parametrize("t", (0.0, 0.5, 3.0))
def test_the_distance_of_one_gaussian_is_that_of_a_folded_normal(t: float) -> None:
    """Sorted, X = m + s Z stands beside Z, so that W_1 = E|m + (s − 1) Z|."""
    alpha, h = math.exp(-t / 2), -math.expm1(-t)
    m, s = alpha, math.sqrt(0.25 * alpha**2 + h)
    gap = 1 - s
    folded = gap * math.sqrt(2 / math.pi) * math.exp(-((m / gap) ** 2) / 2)
    wanted = folded + m * math.erf(m / gap / math.sqrt(2))
    (found,) = laws.law("one Gaussian, d = 1").distances([t])
    assert found == pytest.approx(wanted, rel=2e-3)


@pytest.mark.parametrize("target", [*MIXTURES, CREDIT])
def test_the_distance_in_the_plane_is_that_of_large_samples(target: str) -> None:
    draws = torch.Generator().manual_seed(0)
    clean = table() if target == CREDIT else MIXTURES[target].sample(30_000, generator=draws)
    noise = torch.randn(30_000, 2, generator=draws)
    (found,) = laws.law(target).distances([0.1])
    noised = PROCESS.perturb(clean, 0.1, generator=draws)
    assert found == pytest.approx(sl.metrics.sliced_wasserstein(noised, noise), abs=0.008)


@pytest.mark.parametrize("target", laws.TARGETS)
def test_the_distance_falls_and_keeps_its_bound(target: str) -> None:
    share = forward.ways(target)
    assert (np.diff(share) < 0).all()
    assert (share <= np.exp(-np.array(forward.TIMES) / 2) + 1e-6).all()


@pytest.mark.parametrize("target", laws.TARGETS)
def test_the_sample_keeps_its_noise_as_time_goes_by(target: str) -> None:
    law = laws.law(target)

    def noise(t: float) -> torch.Tensor:
        x_t = torch.from_numpy(law.noised(t))
        return (x_t - PROCESS.alpha(t) * law.clean) / PROCESS.h(t).sqrt()

    torch.testing.assert_close(noise(0.02), noise(3.0), rtol=1e-3, atol=1e-3)
    assert noise(1.0).std() == pytest.approx(1, abs=0.1)


def test_the_sample_of_the_table_is_of_its_rows() -> None:
    law = laws.law(CREDIT)
    rows = {tuple(row) for row in table().tolist()}
    assert sorted(map(tuple, law.centres.tolist())) == sorted(map(tuple, table().tolist()))
    assert all(tuple(row) in rows for row in law.clean.tolist())


def test_shortened_arrows_keep_their_direction_and_order() -> None:
    score = np.array([[3.0, 4.0], [-30.0, 40.0], [0.0, 0.0], [0.0, -500.0]])
    short = forward.shortened(score)
    length = np.linalg.norm(short, axis=1)
    np.testing.assert_allclose(length, 0.14 * np.log([6, 51, 1, 501]))
    np.testing.assert_allclose(short[0] / length[0], [0.6, 0.8])
    np.testing.assert_allclose(short[1] / length[1], [-0.6, 0.8])


def test_the_bars_have_the_area_of_the_share_inside() -> None:
    sample = np.array([-1.0, -1.0, 0.5, 9.0])
    bars = forward.histogram(sample)
    x, y = (bars[axis].reshape(52, 7)[:, 1:5] for axis in "xy")
    assert ((x[:, 2] - x[:, 1]) * y[:, 1]).sum() == pytest.approx(0.75)
    assert y[(x[:, 0] <= -1) & (x[:, 2] > -1), 1] == pytest.approx(0.5 / 0.14)


def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()
    plane = {"noised sample", "density lines", "steepness", "score", "now"}
    assert moved_by(explorer, time=1) == plane
    assert moved_by(explorer, target=CREDIT) == {*plane, "distance to noise"}
    explorer.set(target="three modes, d = 1")
    assert moved_by(explorer, time=0.3) == {"noised sample", "density", "score s(x)", "now"}


@pytest.mark.parametrize("target", laws.TARGETS)
def test_what_is_seen_has_numbers_that_are_finite(target: str) -> None:
    explorer = Explorer()
    explorer.set(target=target)
    every = figures.names(explorer.figure)
    seen = {t.name for t in explorer.figure.data if t.visible is not False} & every
    hidden = every - seen
    assert hidden == set(forward.PLANE if target in laws.LINES else forward.ON_LINE)
    for t in TIMES:
        explorer.set(time=t)
        numbers = shown(explorer)
        assert all(numbers[name] and np.isfinite(numbers[name]).all() for name in seen)


def test_axes_stand_still_while_time_goes_by() -> None:
    explorer = Explorer()
    for target in laws.TARGETS:
        explorer.set(target=target, time=0.02)
        before = explorer.figure.layout.to_plotly_json()
        explorer.set(time=3)
        assert explorer.figure.layout.to_plotly_json() == before


def test_the_sentence_says_the_numbers() -> None:
    explorer = Explorer()
    explorer.set(target="one Gaussian, d = 1", time=0.5)
    plain = re.sub("<[^>]+>", "", explorer.status.value)
    alpha2 = math.exp(-0.5)
    slope = 1 / (alpha2 * 0.25 + 1 - alpha2)
    assert f"√h {math.sqrt(1 - alpha2):.2f}: signal {alpha2:.2f}, noise {1 - alpha2:.2f}" in plain
    assert f"up to {slope:.3g}, mean {slope:.3g} (pure noise 1)" in plain
    (start, now) = laws.law("one Gaussian, d = 1").distances([0, 0.5])
    assert f"distance to noise {now / start:.0%} (bound {math.sqrt(alpha2):.0%})" in plain


def test_at_last_every_score_is_that_of_pure_noise_and_at_first_it_is_steep() -> None:
    for target in laws.TARGETS:
        law = laws.law(target)
        early, late = law.field(0.02), law.field(6.0)
        inside = early.density > 1e-3
        assert early.slope[inside].max() > 3.5
        np.testing.assert_allclose(late.slope, 1, atol=0.02)


def test_a_time_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match=r"time=0.07: must be one of \[0.02, 0.025"):
        Explorer().set(time=0.07)
