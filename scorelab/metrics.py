"""How good a denoiser is, and how good samples are."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Generator, Tensor

from . import validate
from .devices import algebra_device, require_memory
from .path import Denoiser, Path, answer
from .process import Regression

#: Samples up to here have squares that are numbers in float64.
LARGEST = 1e140


def excess_risk(denoiser: Denoiser, truth: Denoiser, data: Regression) -> float:
    """Mean ‖f − f*‖² over the inputs of ``data``: the risk above that of the exact denoiser.

    E‖f − X_0‖² = E‖f − f*‖² + E‖f* − X_0‖², and the last term, the label noise, is no model's
    fault. In squared units of the data. Use data that was not trained on.
    """
    return float(_mean_square(_on(denoiser, data) - _on(truth, data)))


def excess_risks(path: Path, truth: Denoiser, data: Regression) -> Tensor:
    """``excess_risk`` at every stop of a path, shape (len(path.stops),), float64 on the CPU."""
    return _risks(path, data, _on(truth, data))


def holdout_risk(denoiser: Denoiser, data: Regression) -> float:
    """Mean ‖f − X_0‖² over data that was not trained on: what is left to see without a truth."""
    return float(_mean_square(_on(denoiser, data) - data.x_0))


def holdout_risks(path: Path, data: Regression) -> Tensor:
    """``holdout_risk`` at every stop of a path, shape (len(path.stops),), float64 on the CPU."""
    return _risks(path, data, data.x_0)


def _on(denoiser: Denoiser, data: Regression) -> Tensor:
    return answer(denoiser, data.t, data.x_t)


def _risks(path: Path, data: Regression, aim: Tensor) -> Tensor:
    return _mean_square(path.predict(data.t, data.x_t) - aim).cpu().double()


def _mean_square(difference: Tensor) -> Tensor:
    return difference.square().sum(-1).mean(-1)


def sliced_wasserstein(
    a: Tensor, b: Tensor, projections: int = 64, *, generator: Generator | None = None
) -> float:
    """The sliced 1-Wasserstein distance between samples a (n, d) and b (m, d), units of the data.

    The mean, over directions, of the distance between the quantile functions of the projections.
    In one dimension there is one direction, in the plane they are evenly spaced, beyond that they
    are drawn from ``generator`` (seed 0 when None): 64 of them leave an error of some per cent.
    """
    validate.same_dim(a, b, ("a", "b"))
    validate.count("projections", projections, most=10**6)
    needed = 3 * (len(a) + len(b)) * projections * a.element_size()
    require_memory("projections", projections, needed, a.device)
    axes = _directions(a, projections, validate.seeded(generator))
    pa, pb = (_sorted((x @ axes).T) for x in (a, b.to(a)))  # (projections, n or m)
    if len(a) == len(b):
        return float((pa - pb).abs().mean())
    # Quantile functions are steps: between neighbouring jumps, i/n or j/m, both are constant.
    n, m = len(a), len(b)
    jumps = torch.cat((torch.arange(n + 1) * m, torch.arange(m + 1) * n)).unique()  # times n m
    i, j = (jumps[:-1] // m).to(a.device), (jumps[:-1] // n).to(a.device)
    width = jumps.diff().to(a) / (n * m)
    return float(((pa[:, i] - pb[:, j]).abs() @ width).mean())


def _sorted(rows: Tensor) -> Tensor:
    """Each row sorted; on a CPU by NumPy, which takes less than a tenth of torch's time."""
    if rows.device.type != "cpu":
        return rows.sort().values
    return torch.from_numpy(np.sort(rows.detach().numpy()))


def _directions(like: Tensor, count: int, generator: Generator | None) -> Tensor:
    dim = like.shape[1]
    if dim == 1:
        return torch.ones(1, 1).to(like)
    if dim == 2:
        angle = (torch.arange(count) + 0.5) * (math.pi / count)
        return torch.stack((angle.cos(), angle.sin())).to(like)
    # In one type whatever that of the data, so that the same clouds have the same distance.
    axes = torch.randn(dim, count, generator=generator or Generator().manual_seed(0)).to(like)
    return axes / axes.norm(dim=0)


def energy_distance(a: Tensor, b: Tensor) -> float:
    """√(2 E‖a − b‖ − E‖a − a'‖ − E‖b − b'‖) for samples a (n, d), b (m, d) (Székely, Rizzo 2013).

    All pairs count, also a point with itself, so the distance of a sample to itself is zero.
    """
    validate.same_dim(a, b, ("a", "b"))
    pairs = max(len(a), len(b)) ** 2
    require_memory("len(a), len(b)", (len(a), len(b)), 16 * pairs, a.device)
    for name, x in (("a", a), ("b", b)):
        validate.sized(name, x, LARGEST)
    # Far from the origin the digits of what is near each other would be lost.
    a, b = (x.detach().to(algebra_device(a.device), torch.float64) for x in (a, b))
    a, b = a - a.mean(0), b - a.mean(0)
    square = 2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()
    return math.sqrt(max(float(square), 0.0))  # rounding alone can make it negative


def memorized(samples: Tensor, train: Tensor, ratio: float = 3.0) -> Tensor:
    """Which samples are at least ``ratio`` times nearer to one training point than to any other.

    samples (n, d), train (m, d) with at least two distinct points; the result (n,) is boolean.
    """
    validate.same_dim(samples, train, ("samples", "train"))
    ratio = validate.positive("ratio", ratio)
    sizes = len(samples), len(train)
    needed = 2 * math.prod(sizes) * samples.element_size()
    require_memory("len(samples), len(train)", sizes, needed, samples.device)
    # In units of the largest number, a power of two: squares of distances are numbers then.
    most = max(float(samples.detach().abs().max()), float(train.detach().abs().max()))
    unit = 2.0 ** (math.frexp(most)[1] - 1)
    samples, distinct = samples / unit, (train.to(samples) / unit).unique(dim=0)
    validate.require(
        len(distinct) > 1,
        "train",
        f"{len(distinct)} distinct point",
        "must hold at least two distinct points",
    )
    distance = torch.cdist(samples, distinct, compute_mode="donot_use_mm_for_euclid_dist")
    nearest = distance.topk(2, largest=False).values
    return nearest[:, 0] <= nearest[:, 1] / ratio


def memorized_fraction(samples: Tensor, train: Tensor, ratio: float = 3.0) -> float:
    """The share of the samples that are ``memorized``, for the same arguments.

    It is not zero for fresh data: in the plane the chance level is high, so print it beside.
    """
    return float(memorized(samples, train, ratio).float().mean())
