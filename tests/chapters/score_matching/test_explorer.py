"""The explorer of notebook 02, without a page: label noise, two perfect fits, and the controls."""

import math
import re

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal, norm
from seen import moved_by, shown

import scorelab as sl
from scorelab.chapters.score_matching import label_noise as ln
from scorelab.chapters.score_matching import view as matching
from scorelab.chapters.score_matching.explorer import Explorer
from scorelab.explore import figures
from scorelab.explore.replay.setting import PROCESS

THREE, GAUSSIAN, UNEVEN = ln.LAWS
LEVEL = 0.35
NOW = ln.LEVELS.index(LEVEL)


def brute(target: str, level: float, x: float) -> tuple[float, float]:
    """Mean and variance of X_0 given X_t = x, by integration over X_0 on a fine grid."""
    law, t = ln.LAWS[target], PROCESS.time_at(level)
    x_0 = np.linspace(-6, 6, 40_001)
    weight = np.exp(law.log_prob(torch.tensor(x_0)[:, None]).numpy())
    weight *= norm.pdf(x, float(PROCESS.alpha(t)) * x_0, float(PROCESS.h(t)) ** 0.5)
    mean = np.average(x_0, weights=weight)
    return mean, np.average((x_0 - mean) ** 2, weights=weight)


@pytest.mark.parametrize("target", ln.LAWS)
def test_mean_label_noise_and_variance_agree_with_many_draws(target: str) -> None:
    generator = torch.Generator().manual_seed(1)
    x_0 = ln.LAWS[target].sample(200_000, generator=generator)
    assert ln.variance(target) == pytest.approx(float(x_0.var()), rel=0.02)
    t = torch.full((len(x_0),), PROCESS.time_at(LEVEL))
    x = PROCESS.perturb(x_0, t, generator=generator)
    left = (x_0 - ln.LAWS[target].denoiser(PROCESS)(t, x)).square().mean()
    assert float(ln.exact(target)[2][NOW]) == pytest.approx(float(left), rel=0.02)


def at_level(x_0: torch.Tensor, noise: torch.Tensor) -> sl.Regression:
    """Rows at the level, for clean points and noises (n,)."""
    t = torch.full((len(x_0),), PROCESS.time_at(LEVEL))
    x = PROCESS.alpha(t) * x_0 + PROCESS.h(t).sqrt() * noise
    return sl.Regression(t, x[:, None], x_0[:, None])


def all_draws(clean: torch.Tensor) -> sl.Regression:
    """Rows with each clean point (n,) and evenly spaced quantiles of the noise."""
    quantiles = torch.tensor(norm.ppf((np.arange(5000) + 0.5) / 5000), dtype=torch.float32)
    return at_level(clean.repeat_interleave(5000), quantiles.repeat(len(clean)))


def fresh(target: str) -> sl.Regression:
    """A hundred thousand rows at the level from the law itself."""
    generator = torch.Generator().manual_seed(3)
    x_0 = ln.LAWS[target].sample(100_000, generator=generator)[:, 0]
    return at_level(x_0, torch.randn(x_0.shape, generator=generator))


@pytest.mark.parametrize("target", ln.LAWS)
@pytest.mark.parametrize("n", [3, 20])
def test_the_memoriser_is_judged_as_by_many_draws(target: str, n: int) -> None:
    clean = ln.draws(target)[0][:n, 0].cpu()
    truth = ln.LAWS[target].denoiser(PROCESS)
    memoriser = sl.Empirical(clean[:, None]).denoiser(PROCESS)
    train, test = all_draws(clean), fresh(target)
    judged = ln.errors(target, n, ln.ALL_DRAWS)
    for found, wanted in (
        (judged.training, sl.metrics.holdout_risk(memoriser, train)),
        (judged.exact, sl.metrics.holdout_risk(truth, train)),
        (judged.excess, sl.metrics.excess_risk(memoriser, truth, test)),
    ):
        assert float(found[NOW]) == pytest.approx(wanted, rel=0.03, abs=1e-4)
    assert (judged.training <= judged.exact).all()


@pytest.mark.parametrize("n", [3, 20, 160])
def test_a_fit_of_one_draw_a_row_passes_through_all_rows_and_is_judged_as_by_many(n: int) -> None:
    t = ln.times(*ln.LEVELS)
    noisy, clean = ln.rows(UNEVEN, n, t)
    through = ln.nearest(noisy[NOW:], clean, noisy[NOW])[0]
    torch.testing.assert_close(through, clean, rtol=0, atol=0)
    test = fresh(UNEVEN)
    answer = clean.cpu()[(test.x_t - noisy[NOW].cpu()).abs().argmin(dim=1)]
    exact = ln.LAWS[UNEVEN].denoiser(PROCESS)(test.t, test.x_t)[:, 0]
    judged = ln.errors(UNEVEN, n, ln.ONE_DRAW)
    assert float(judged.excess[NOW]) == pytest.approx(
        float((answer - exact).square().mean()), rel=0.06
    )
    assert (judged.training == 0).all()
    left = clean - ln.LAWS[UNEVEN].denoiser(PROCESS)(t[NOW].expand(n), noisy[NOW][:, None])[:, 0]
    assert float(judged.exact[NOW]) == pytest.approx(float(left.square().mean()), rel=1e-5)


def test_all_levels_share_their_noises_and_more_rows_add_to_fewer() -> None:
    t = ln.times(0.3, 0.8)
    noisy, clean = ln.rows(THREE, 20, t)
    more, all_clean = ln.rows(THREE, 80, t)
    assert torch.equal(more[:, :20], noisy)
    assert torch.equal(all_clean[:20], clean)
    noises = (noisy - PROCESS.alpha(t)[:, None] * clean) / PROCESS.h(t).sqrt()[:, None]
    torch.testing.assert_close(noises[0], noises[1], rtol=1e-4, atol=1e-4)


def test_the_drawn_steps_are_the_nearest_row() -> None:
    noisy, clean = torch.tensor([0.4, -1.0, 2.0]), torch.tensor([5.0, 6.0, 7.0])
    drawn = matching.steps(noisy, clean)
    np.testing.assert_allclose(drawn["x"], [-9, -0.3, -0.3, 1.2, 1.2, 9], rtol=1e-6)
    np.testing.assert_array_equal(drawn["y"], [6, 6, 5, 5, 7, 7])


@pytest.mark.parametrize("target", ln.LAWS)
@pytest.mark.parametrize("fit", ln.FITS)
def test_every_trace_is_there_and_finite(target: str, fit: str) -> None:
    names = figures.names(matching.blank())
    traces = matching.compute(target, 5, 0.15, fit)
    assert traces.keys() == names
    assert np.isfinite(traces.pop("density lines")["z"]).all()
    for name, trace in traces.items():
        assert len(trace["x"]) == len(trace["y"]) > 0, name
        assert np.isfinite(trace["x"]).all() and np.isfinite(trace["y"]).all(), name


@pytest.mark.parametrize("target", ln.LAWS)
@pytest.mark.parametrize("level", [0.15, 0.8])
def test_the_density_of_pairs_is_that_of_a_mixture_in_the_plane(target: str, level: float) -> None:
    """A pair from one mode is normal in two dimensions, with a covariance matrix of its own."""
    law, t = ln.LAWS[target], PROCESS.time_at(level)
    alpha, h = math.exp(-t / 2), -math.expm1(-t)
    pairs = np.stack(np.meshgrid(np.linspace(-3, 3, 61), np.linspace(-2.7, 2.7, 55)), axis=-1)
    wanted = np.zeros((55, 61))
    for weight, mean, std in zip(law.weights, law.means[:, 0], law.stds, strict=True):
        centre, v = np.array([alpha * mean, mean]), float(std) ** 2
        covariance = [[alpha**2 * v + h, alpha * v], [alpha * v, v]]
        wanted += float(weight) * multivariate_normal(centre, covariance).pdf(pairs)
    found = 10 ** ln.log_joint(target, level).numpy()
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-7)


def test_the_marks_lie_on_their_curves_and_the_band_around_the_denoiser() -> None:
    traces = matching.compute(THREE, 20, LEVEL, ln.ALL_DRAWS)
    curves = [traces[name]["y"][NOW] for name in ("label noise", "excess risk of the perfect fit")]
    np.testing.assert_allclose(traces["now"]["y"], curves)
    np.testing.assert_allclose(traces["now"]["x"], LEVEL)
    upper, lower = np.split(traces["± one sd of the label noise"]["y"], 2)
    exact = traces["exact denoiser"]["y"]
    np.testing.assert_allclose((upper + lower[::-1]) / 2, exact, atol=1e-5)
    at = int(np.argmin(np.abs(matching.VIEW.numpy() - 0.75)))
    wanted = brute(THREE, LEVEL, float(matching.VIEW[at]))[1] ** 0.5
    assert (upper[at] - exact[at]) == pytest.approx(wanted, rel=1e-3)


def test_controls_move_what_they_name_and_nothing_else() -> None:
    explorer = Explorer()

    exact = {"exact denoiser", "the exact denoiser", "± one sd of the label noise", "density lines"}
    curves = {"training loss of the perfect fit", "excess risk of the perfect fit"}
    found = {"perfect fit", "what it was fitted to", "now"}
    sample = {"labels of n rows", "measured on the n rows"}
    assert moved_by(explorer, noise=0.6) == exact | sample | {"perfect fit", "now"}
    assert moved_by(explorer, n=40) == sample | curves | found
    assert moved_by(explorer, fit=ln.ONE_DRAW) == curves | found
    assert moved_by(explorer, noise=0.5) == exact | sample | found
    assert moved_by(explorer, target=UNEVEN, fit=ln.ALL_DRAWS) == set(shown(explorer))


def test_axes_stay_while_controls_move() -> None:
    explorer = Explorer()
    before = explorer.figure.layout.to_plotly_json()
    explorer.set(noise=0.15, n=3, fit=ln.ONE_DRAW, target=GAUSSIAN)
    assert explorer.figure.layout.to_plotly_json() == before


@pytest.mark.parametrize("fit", ln.FITS)
def test_the_sentence_says_the_numbers(fit: str) -> None:
    explorer = Explorer()
    explorer.set(n=5, noise=0.2, target=UNEVEN, fit=fit)
    plain = re.sub("<[^>]+>", "", explorer.status.value)
    now = ln.LEVELS.index(0.2)
    noise, judged = float(ln.exact(UNEVEN)[2][now]), ln.errors(UNEVEN, 5, fit)
    assert (
        f"At √h = 0.2: label noise ± {noise**0.5:.2f}, {noise / ln.variance(UNEVEN):.0%}" in plain
    )
    assert f"perfect fit: training loss {judged.training[now]:.3f}" in plain
    assert f"(exact denoiser {judged.exact[now]:.3f})" in plain
    assert plain.endswith(f"excess risk {judged.excess[now]:.3f}")


@pytest.mark.parametrize("values", [{"noise": 0.1}, {"n": 7}, {"fit": "none"}, {"target": "ring"}])
def test_what_is_not_offered_is_refused(values: dict[str, object]) -> None:
    (name,) = values
    with pytest.raises(ValueError, match=f"{name}=.*must be one of"):
        Explorer().set(**values)
