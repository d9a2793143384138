"""The models of the comparison: forms alone, the framework, and deep networks on the same forms.

A model is made from a half and gives a denoiser, and what else there is to say of how it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from torch import nn

from scorelab import validate
from scorelab.path import Denoiser

from . import deep, framework
from .deep import DeepNet, Settings, Tangent, TwoLayers
from .half import PROCESS, Half
from .mixture import MixtureForm

#: Bands of noise levels, neurons of each band's network, and the stops that it may take.
BANDS, WIDTH, STOPS = 4, 512, (0, 1, 3, 10, 30, 100, 300, 1000, 3000)
#: Directions of the random features, and how many noises of each row they are fitted to.
FEATURES, DRAWS = 64, 4
#: Numbers of components that the mixture is chosen from, by held-out likelihood.
COMPONENTS = (8, 16, 32)
FORMS = ("independent", "Gaussian", "mixture")
#: The deep network's one setting, which no search has seen; only its steps vary.
UNTUNED = Settings(128, 3, 0.003, 6000, 0.999)
#: Steps of what lies between it and the framework.
BETWEEN = 3000
#: Neurons of a two-layer network trained by Adam.
NEURONS = 512

#: A denoiser of points, and what else there is to say of how it was made.
Model = tuple[Denoiser, dict[str, float]]


def fit_form(half: Half, kind: str, components: Sequence[int] = COMPONENTS) -> MixtureForm:
    """The form f_0: of "independent" columns, a "Gaussian" copula's, or a "mixture" of those.

    How many a mixture has is chosen by the likelihood of the tenth put aside.
    """
    if validate.one_of("kind", kind, FORMS) == "independent":
        return MixtureForm.independent(half.code.dim)
    counts = components if kind == "mixture" else (1,)
    return MixtureForm.fit(half.fit, counts, half.holdout, generator=half.generator)


def mixture(half: Half) -> Model:
    """The mixture form by itself, without a network."""
    form = fit_form(half, "mixture")
    return form.denoiser(PROCESS), {"components": len(form.means)}


def framed(half: Half, kind: str) -> Model:
    """The framework on a form: a network a band, each stopped by the tenth put aside."""
    form, parts = fit_form(half, kind), framework.bands(BANDS)
    nets, found = [], {}
    for i, band in enumerate(parts):
        snapshot = framework.train(
            band, form, half.fit, half.holdout, WIDTH, STOPS, generator=half.generator
        )
        found[f"stop_{i}"] = snapshot.step
        nets.append(snapshot.net)
    return framework.assemble(form, parts, nets), found


def solved(half: Half, kind: str) -> Model:
    """The framework with random features, solved, in place of networks, and many noises."""
    form, parts = fit_form(half, kind), framework.bands(BANDS)
    corrections, found = [], {}
    for i, band in enumerate(parts):
        flow = framework.feature_flow(
            band, form, half.fit, FEATURES, DRAWS, generator=half.generator
        )
        stop = framework.holdout_stop(band, flow, form, half.holdout, generator=half.generator)
        found[f"stop_{i}"] = stop
        corrections.append(flow.at(stop))
    return framework.assemble(form, parts, corrections), found


def trained(half: Half, net: nn.Module, steps: int) -> Model:
    """αx, corrected by a network that Adam trains; ``held_out`` is its loss on the tenth."""
    form, settings = fit_form(half, "independent").denoiser(PROCESS), replace(UNTUNED, steps=steps)
    made = deep.train(PROCESS, form, half.fit, net, settings, generator=half.generator)
    unseen = deep.loss(PROCESS, form, net, half.holdout, 4, generator=half.generator)
    return made, {"held_out": float(unseen)}


def deepened(half: Half, steps: int) -> Model:
    """A deep network on αx, each weight of it trained."""
    return trained(half, _deep(half), steps)


def tangent(half: Half) -> Model:
    """The same deep network on αx, trained just so, with its features held still."""
    return trained(half, Tangent(_deep(half)), BETWEEN)


def two_layers(half: Half) -> Model:
    """A two-layer network on αx, both layers trained as those of the deep one are."""
    net = TwoLayers(half.code.dim, NEURONS, generator=half.generator)
    return trained(half, net, BETWEEN)


def _deep(half: Half) -> DeepNet:
    return DeepNet(half.code.dim, UNTUNED.width, UNTUNED.depth, generator=half.generator)


MODELS: dict[str, Callable[[Half], Model]] = {
    "mixture alone": mixture,
    "framework on mixture": partial(framed, kind="mixture"),
    "features on mixture": partial(solved, kind="mixture"),
    "features on αx": partial(solved, kind="independent"),
    "two layers on αx": two_layers,
    "tangent on αx": tangent,
    "deep on αx, 3,000 steps": partial(deepened, steps=3000),
    "deep on αx, 6,000 steps": partial(deepened, steps=6000),
}
