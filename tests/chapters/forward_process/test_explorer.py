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
    slopes = torch.linalg.eigvalsh((derivative + derivative.mT) / 2)
    for found, wanted in ((field.least, slopes[:, 0]), (field.largest, slopes[:, -1])):
        np.testing.assert_allclose(found.ravel()[::37], wanted, rtol=1e-3, atol=1e-3)


@known
@at_times
def test_the_sign_of_steepness_is_that_of_log_concavity(target: str, t: float) -> None:
    """Where it is positive, and nowhere else, the log density bends up along some direction."""
    field = laws.law(target).field(t)
    x = points(target)[::11]
    log_p = KNOWN[target].noised(PROCESS, t).log_prob
    far = 1e-3
    angle = torch.linspace(0, math.pi, 91, dtype=torch.float64)[:, None, None]
    line = torch.ones(1, 1, 1, dtype=torch.float64)
    way = line if x.shape[1] == 1 else torch.cat((angle.cos(), angle.sin()), dim=2)
    ends = torch.stack((x + far * way, x - far * way)).flatten(0, 2)
    bend = log_p(ends).reshape(2, len(way), len(x)).sum(0) - 2 * log_p(x)
    bend = bend.max(dim=0).values.numpy() / far**2
    found = field.steepness.ravel()[::11]
    clear = np.abs(bend) > 0.02
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(found[clear] > 0, bend[clear] > 0)
    largest, least = (each.ravel()[::11] for each in (field.largest, field.least))
    np.testing.assert_array_equal(found, np.where(largest > 0, largest, least))


def test_the_scale_s_numbers_stand_at_their_colours() -> None:
    traces = forward.compute("ring of modes", 0.1)
    strip, numbers = traces["scale"]["z"][0], traces["numbers"]["x"]
    place = np.linspace(-forward.SCALE_HALF, forward.SCALE_HALF, len(strip))
    for x, slope in zip(numbers, (-100, -10, 0, 10, 100), strict=True):
        here = float(np.interp(x, place, strip))
        assert math.copysign(10 ** abs(here) - 1, here) == pytest.approx(slope, abs=1e-9)


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


@pytest.mark.slow
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
    plane = {"noised sample", "density lines", "slope of the score", "score", "now"}
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
        numbers["numbers"] = [v for v in numbers["numbers"] if not isinstance(v, str)]
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
    assert f"√h {math.sqrt(1 - alpha2):.2f}: signal {alpha2:.2f} ·" in plain
    assert f"slopes of the score −{slope:.3g} to −{slope:.3g} (noise −1)" in plain
    assert "not log-concave 0%" in plain
    (start, now) = laws.law("one Gaussian, d = 1").distances([0, 0.5])
    assert f"distance to noise {now / start:.0%} (bound {math.sqrt(alpha2):.0%})" in plain


def test_at_last_every_score_is_that_of_pure_noise_and_at_first_it_is_steep() -> None:
    for target in laws.TARGETS:
        law = laws.law(target)
        early, late = law.field(0.02), law.field(6.0)
        inside = early.density > 1e-3
        assert early.least[inside].min() < -3.5
        np.testing.assert_allclose(np.stack((late.least, late.largest)), -1, atol=0.02)


def test_the_sentence_s_share_is_that_of_the_points_where_a_slope_is_positive() -> None:
    target, t = "three modes, d = 1", 0.1
    law, draws = KNOWN[target], torch.Generator().manual_seed(2)
    x = PROCESS.perturb(law.sample(50_000, generator=draws), t, generator=draws).requires_grad_()
    score = PROCESS.score(law.denoiser(PROCESS))(x.new_full((len(x),), t), x)
    (slope,) = torch.autograd.grad(score.sum(), x)
    wanted = float((slope > 0).double().mean())
    (said,) = re.findall(
        r"not log-concave (\d+)%", re.sub("<[^>]+>", "", forward.sentence(target, t))
    )
    assert 0.05 < wanted < 0.9
    assert int(said) == pytest.approx(100 * wanted, abs=1.5)


@pytest.mark.slow
def test_play_takes_time_to_its_end_and_again_from_the_start() -> None:
    explorer = Explorer()
    for _ in range(2):
        explorer.play()
        assert explorer["time"] == TIMES[-1]
    assert "√h 0.97" in re.sub("<[^>]+>", "", explorer.status.value)


def test_a_time_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match=r"time=0.07: must be one of \[0.02, 0.025"):
        Explorer().set(time=0.07)
