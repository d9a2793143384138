"""The framework: forms against other formulas, bands, labels, and stops from training data."""

from __future__ import annotations

import math

import pytest
import torch
from sklearn.mixture import GaussianMixture
from torch import Generator

import scorelab as sl
from scorelab.credit import framework
from scorelab.credit.framework import Banded, Corrected
from scorelab.credit.mixture import MixtureForm

PROCESS = sl.OrnsteinUhlenbeck(framework.T_MIN, framework.T_MAX)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def queries(dim: int, n: int = 200) -> tuple[torch.Tensor, torch.Tensor]:
    t = framework.T_MIN * (framework.T_MAX / framework.T_MIN) ** torch.rand(n, generator=seed(8))
    return t, 2 * torch.randn(n, dim, generator=seed(9))


def pairs(n: int, number: int = 0) -> torch.Tensor:
    """Points in the plane with variances 1 and correlation 0.9."""
    noise = torch.randn(n, 2, generator=seed(number))
    return torch.stack((noise[:, 0], 0.9 * noise[:, 0] + math.sqrt(0.19) * noise[:, 1]), 1)


def test_bands_cover_all_times_without_overlap() -> None:
    bands = framework.bands(4)
    assert [bands[0].t_min, bands[-1].t_max] == [framework.T_MIN, framework.T_MAX]
    assert [b.t_max for b in bands[:-1]] == [b.t_min for b in bands[1:]]
    ratios = torch.tensor([b.t_max / b.t_min for b in bands])
    torch.testing.assert_close(ratios, ratios[:1].expand(4), rtol=1e-4, atol=0)
    with pytest.raises(ValueError, match="count=0"):
        framework.bands(0)


def test_a_band_shows_its_network_log_time_from_0_to_1() -> None:
    features = framework.log_features(sl.OrnsteinUhlenbeck(0.1, 2.5))
    z = features(torch.tensor([0.1, 0.5, 2.5]), torch.ones(3, 2))
    torch.testing.assert_close(z[:, 2], torch.tensor([0.0, 0.5, 1.0]))
    assert (z[:, 3] == 1).all() and z.shape == (3, 4)


def test_a_round_mixture_has_the_denoiser_of_the_course() -> None:
    target = sl.GaussianMixture(torch.randn(3, 4, generator=seed()), [0.5, 0.8, 1.2], [1, 2, 3])
    eye = target.stds[:, None, None] ** 2 * torch.eye(4)
    form = MixtureForm(target.weights, target.means, eye)
    t, x = queries(4)
    torch.testing.assert_close(
        form.denoiser(PROCESS)(t, x), target.denoiser(PROCESS)(t, x), rtol=1e-3, atol=1e-4
    )


def test_one_component_is_linear_regression_of_x_0_on_x_t() -> None:
    root = torch.randn(3, 3, generator=seed(1))
    covariance, mean = root @ root.T + 0.1 * torch.eye(3), torch.tensor([0.3, -1.0, 0.5])
    form = MixtureForm(torch.ones(1), mean[None], covariance[None]).denoiser(PROCESS)
    t, x = queries(3, 20)
    for ti, xi, found in zip(t, x, form(t, x), strict=True):
        alpha, h = PROCESS.alpha(ti), PROCESS.h(ti)
        noisy = alpha**2 * covariance + h * torch.eye(3)
        wanted = mean + alpha * covariance @ torch.linalg.solve(noisy, xi - alpha * mean)
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)


def test_the_independent_form_gives_back_the_signal() -> None:
    t, x = queries(5)
    found = MixtureForm.independent(5).denoiser(PROCESS)(t, x)
    torch.testing.assert_close(found, PROCESS.alpha(t)[:, None] * x)


def test_fitting_finds_the_covariance_and_the_number_of_clusters() -> None:
    x = pairs(4000)
    form = MixtureForm.fit(x, [1], x, generator=seed())
    t, at = queries(2)
    exact = MixtureForm(torch.ones(1), torch.zeros(1, 2), torch.tensor([[[1, 0.9], [0.9, 1]]]))
    difference = form.denoiser(PROCESS)(t, at) - exact.denoiser(PROCESS)(t, at)
    assert difference.square().mean() < 0.005
    apart = torch.cat((x[:500] - 4, x[500:1000] + 4))[torch.randperm(1000, generator=seed(2))]
    form = MixtureForm.fit(apart[:700], (1, 2, 40), apart[700:], generator=seed())
    assert len(form.means) == 2


def test_a_mixture_is_fitted_as_scikit_learn_does_and_the_likelier_one_kept() -> None:
    """Each number once, from seeds drawn one after the other."""
    x, holdout = pairs(900), pairs(200, 5)
    form, generator, found = MixtureForm.fit(x, (2, 5), holdout, generator=seed(3)), seed(3), []
    for count in (2, 5):
        start = int(torch.randint(2**31, (1,), generator=generator))
        fitted = GaussianMixture(count, reg_covar=1e-3, max_iter=30, random_state=start, tol=1e-3)
        found.append(fitted.fit(x.double().numpy()))
    best = max(found, key=lambda each: each.score(holdout.double().numpy()))
    torch.testing.assert_close(form.means, torch.as_tensor(best.means_))


def test_bad_numbers_of_components_are_named() -> None:
    x = pairs(50)
    with pytest.raises(ValueError, match="components=\\(\\): must hold at least one"):
        MixtureForm.fit(x, (), x)
    with pytest.raises(ValueError, match="components=0: must be a whole number"):
        MixtureForm.fit(x, (2, 0), x)
    with pytest.raises(ValueError, match="holdout.shape"):
        MixtureForm.fit(x, (2,), x[:, :1])


def test_labels_are_what_the_form_leaves_in_units_of_the_noise() -> None:
    band, x = sl.OrnsteinUhlenbeck(0.05, 1.0), pairs(300)
    form = MixtureForm.independent(2).denoiser(band)
    data = framework.labels(band, form, x, 2, generator=seed())
    back = form(data.t, data.x_t) + band.h(data.t).sqrt()[:, None] * data.x_0
    torch.testing.assert_close(back, x.repeat(2, 1), rtol=1e-4, atol=1e-5)
    assert data.t.min() >= 0.05 and data.t.max() <= 1


def test_corrections_are_added_in_units_of_the_noise() -> None:
    t, x = queries(2)
    f = Corrected(PROCESS, lambda t, x: 2 * x, lambda t, x: torch.ones_like(x))
    torch.testing.assert_close(f(t, x), 2 * x + PROCESS.h(t).sqrt()[:, None])


def test_each_time_is_served_by_its_band() -> None:
    bands = framework.bands(3)
    f = Banded(bands, [lambda t, x, i=i: torch.full_like(x, i) for i in range(3)])
    t = torch.tensor([1e-4, *(1.001 * b.t_min for b in bands), 9.0])
    assert f(t, torch.zeros(5, 2))[:, 0].tolist() == [0, 0, 1, 2, 2]


def test_networks_learn_what_independent_columns_lack_and_then_stop() -> None:
    bands, form = framework.bands(2), MixtureForm.independent(2)
    x, holdout = pairs(600), pairs(300, 1)
    generator, nets = seed(3), []
    for band in bands:
        stopped = framework.train(band, form, x, holdout, 128, [0, 10, 100], generator=generator)
        assert stopped.step in (10, 100)
        nets.append(stopped.net)
    learned(framework.assemble(form, bands, nets), form)


def test_random_features_with_many_noises_learn_it_too() -> None:
    bands, form = framework.bands(2), MixtureForm.independent(2)
    x, holdout, generator, found = pairs(600), pairs(300, 1), seed(3), []
    for band in bands:
        flow = framework.feature_flow(band, form, x, 60, 4, generator=generator)
        assert len(flow) == 4 * 600
        stop = framework.holdout_stop(band, flow, form, holdout, generator=generator)
        found.append(flow.at(stop))
    learned(framework.assemble(form, bands, found), form)


def learned(f: sl.process.Denoiser, form: MixtureForm) -> None:
    """Samples of f have the correlation of the pairs, those of the form have none."""
    made = sl.sample(PROCESS, f, 2000, 2, generator=seed(4))
    before = sl.sample(PROCESS, form.denoiser(PROCESS), 2000, 2, generator=seed(4))
    assert abs(float(before.T.corrcoef()[0, 1])) < 0.1
    assert float(made.T.corrcoef()[0, 1]) > 0.6


@pytest.mark.parametrize(
    ("risks", "taken", "asked"),
    [
        ([3, 2, 1, 5, 0], 2, 4),  # ends at the first that is no better: the last is never asked for
        ([3, 4, 1], 0, 2),
        ([3, 3, 1], 0, 2),
        ([3, 2, 1], 2, 3),
        ([7], 0, 1),
    ],
)
def test_training_ends_at_the_first_stop_that_is_no_better(
    risks: list[float], taken: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter(risks)
    monkeypatch.setattr(framework, "holdout_risk", lambda net, data: next(told))
    form, x, stops = MixtureForm.independent(2), pairs(30), range(len(risks))
    band = sl.OrnsteinUhlenbeck(0.05, 1.0)
    stopped = framework.train(band, form, x, pairs(10, 1), 8, stops, generator=seed())
    assert stopped.step == taken
    assert len(list(told)) == len(risks) - asked


def test_training_needs_a_stop() -> None:
    with pytest.raises(ValueError, match="stops=\\[\\]: must hold at least one"):
        framework.train(
            sl.OrnsteinUhlenbeck(0.05, 1.0), MixtureForm.independent(2), pairs(30), pairs(9), 8, []
        )


def test_leave_one_out_stops_at_once_where_nothing_is_left_to_learn() -> None:
    band, x = sl.OrnsteinUhlenbeck(0.05, 1.0), torch.randn(300, 2, generator=seed(5))
    form = MixtureForm.independent(2)
    assert framework.loo_stop(band, form, x, generator=seed(6)) <= 3
    assert framework.loo_stop(band, form, pairs(300), generator=seed(6)) > 10
