"""The models of the comparison: forms alone, the framework, and deep networks on the same forms.

A model is made from a half and gives a denoiser, and what else there is to say of how it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial

from torch import nn

from scorelab import validate
from scorelab.metrics import holdout_risk
from scorelab.path import Denoiser

from . import deep, framework
from .deep import DeepNet, Settings, Tangent, TwoLayers
from .half import PROCESS, Half
from .mixture import MixtureForm

#: Bands of noise levels, neurons of each band's network, and the stops that it may take.
BANDS, WIDTH, STOPS = 4, 512, (0, 1, 3, 10, 30, 100, 300, 1000, 3000)
#: Directions of the random features, and how many noises of each row they are fitted to.
FEATURES, DRAWS = 64, 4
#: Other numbers of both, in one band of all noise levels: (64, 4) is `FEATURES` and `DRAWS`.
FEATURES_DRAWS = ((64, 1), (64, 4), (64, 16), (64, 64), (128, 16), (256, 16))
#: Numbers of components that the mixture is chosen from, by held-out likelihood.
COMPONENTS = (8, 16, 32)
FORMS = ("independent", "Gaussian", "mixture")
#: What two of them are called in the names of methods.
CALLED = {"independent": "αx", "Gaussian": "Gaussian", "mixture": "mixture"}
#: The deep network's one setting, which no search has seen; only its steps vary.
UNTUNED = Settings(128, 3, 0.003, 6000, 0.999)
#: Its steps on each form.
LENGTHS = {
    "independent": (1500, 3000, 6000, 12_000, 48_000),
    "Gaussian": (6000,),
    "mixture": (1500, 6000, 12_000),
}
#: Widths of the framework's networks, on each form.
WIDTHS = {"independent": (64, 512, 2048), "Gaussian": (512,), "mixture": (64, 2048)}
#: Steps of what lies between it and the framework, and two layers' own rate: of .003, .03, .1 and
#: .3 the one with the least loss on the tenth of seed 0.
BETWEEN, RATE = 3000, 0.1
#: Settings that the search tries, and noises of each row that it chooses by.
SEARCHED, SEARCHING = 4, 16
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


def framed(half: Half, kind: str, width: int = WIDTH) -> Model:
    """The framework on a form: a network a band, each stopped by the tenth put aside."""
    form, parts = fit_form(half, kind), framework.bands(BANDS)
    nets, found = [], {}
    for i, band in enumerate(parts):
        snapshot = framework.train(
            band, form, half.fit, half.holdout, width, STOPS, generator=half.generator
        )
        found[f"stop_{i}"] = snapshot.step
        nets.append(snapshot.net)
    return framework.assemble(form, parts, nets), found


def solved(
    half: Half, kind: str, draws: int = DRAWS, count: int = BANDS, width: int = FEATURES
) -> Model:
    """The framework with random features, solved, in place of networks: ``draws`` noises a row.

    ``width`` directions, in ``count`` bands of noise levels.
    """
    form, parts = fit_form(half, kind), framework.bands(count)
    corrections, found = [], {}
    for i, band in enumerate(parts):
        flow = framework.feature_flow(band, form, half.fit, width, draws, generator=half.generator)
        stop = framework.holdout_stop(band, flow, form, half.holdout, generator=half.generator)
        found[f"stop_{i}"] = stop
        corrections.append(flow.at(stop))
    return framework.assemble(form, parts, corrections), found


def trained(
    half: Half, net: nn.Module, steps: int, kind: str = "independent", rate: float = UNTUNED.rate
) -> Model:
    """A form, corrected by a network that Adam trains; ``held_out`` is its loss on the tenth."""
    form, settings = fit_form(half, kind), replace(UNTUNED, steps=steps, rate=rate)
    form = form.denoiser(PROCESS)
    made = deep.train(PROCESS, form, half.fit, net, settings, generator=half.generator)
    unseen = deep.loss(PROCESS, form, net, half.holdout, 4, generator=half.generator)
    return made, {"held_out": float(unseen)}


def deepened(half: Half, steps: int, kind: str) -> Model:
    """A deep network on a form, each weight of it trained."""
    return trained(half, _deep(half), steps, kind)


def searched(half: Half) -> Model:
    """A deep network on αx with the best of `SEARCHED` settings, all trained to their ends.

    The tenth put aside says which is best; what is found says what it is.
    """
    form = fit_form(half, "independent").denoiser(PROCESS)
    fresh = framework.labels(PROCESS, form, half.holdout, SEARCHING, generator=half.generator)
    tried = []
    for _ in range(SEARCHED):
        settings = deep.drawn(generator=half.generator)
        net = DeepNet(half.code.dim, settings.width, settings.depth, generator=half.generator)
        made = deep.train(PROCESS, form, half.fit, net, settings, generator=half.generator)
        tried.append((holdout_risk(made.correction, fresh), settings, made))
    least, settings, made = min(tried, key=lambda each: each[0])
    return made, {"held_out": least, **asdict(settings)}


def tangent(half: Half) -> Model:
    """A deep network on αx, trained just so, with its features held still."""
    return trained(half, Tangent(_deep(half)), BETWEEN)


def two_layers(half: Half, kind: str = "both", rate: float = RATE) -> Model:
    """A two-layer network on αx; ``kind`` says what of it is trained, see `TwoLayers`."""
    return trained(half, _two(half, kind), BETWEEN, rate=rate)


def tangent_of_two(half: Half) -> Model:
    """A two-layer network on αx, trained just so, with its features held still."""
    return trained(half, Tangent(_two(half)), BETWEEN, rate=RATE)


def _two(half: Half, kind: str = "both") -> TwoLayers:
    return TwoLayers(half.code.dim, NEURONS, kind, generator=half.generator)


def _deep(half: Half) -> DeepNet:
    return DeepNet(half.code.dim, UNTUNED.width, UNTUNED.depth, generator=half.generator)


def _framed() -> dict[str, Callable[[Half], Model]]:
    return {
        f"framework on {CALLED[kind]}, width {width:,}": partial(framed, kind=kind, width=width)
        for kind, widths in WIDTHS.items()
        for width in widths
    }


def _solved() -> dict[str, Callable[[Half], Model]]:
    return {
        f"features {width} × {draws} on αx, one band": partial(
            solved, kind="independent", draws=draws, count=1, width=width
        )
        for width, draws in FEATURES_DRAWS
    }


def _deepened() -> dict[str, Callable[[Half], Model]]:
    return {
        f"deep on {CALLED[kind]}, {steps:,} steps": partial(deepened, steps=steps, kind=kind)
        for kind, lengths in LENGTHS.items()
        for steps in lengths
    }


MODELS: dict[str, Callable[[Half], Model]] = {
    "mixture alone": mixture,
    "framework on mixture": partial(framed, kind="mixture"),
    **_framed(),
    "features on mixture": partial(solved, kind="mixture"),
    "features on αx": partial(solved, kind="independent"),
    "features × 16 on mixture, one band": partial(solved, kind="mixture", draws=16, count=1),
    **_solved(),
    "two layers on αx, rate .003": partial(two_layers, rate=UNTUNED.rate),
    "two layers on αx": two_layers,
    "first layer only on αx": partial(two_layers, kind="first"),
    "own neurons on αx": partial(two_layers, kind="own"),
    "tangent of two layers on αx": tangent_of_two,
    "tangent on αx, rate .003": tangent,
    **_deepened(),
    "deep on αx, searched": searched,
}
