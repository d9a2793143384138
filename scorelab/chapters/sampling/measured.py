"""What notebook 07 measures of samplers: their laws without chance, and samples beside data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import pairwise

import torch
from torch import Generator, Tensor

from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck
from scorelab.sampling import last_step, sample
from scorelab.schedules import SCHEDULES, times
from scorelab.steps import METHODS, Recalling, calls, heun, raised
from scorelab.stopping import oracle
from scorelab.targets import GaussianMixture

#: How many points stand for a law on the line, and the places where its distribution is known.
POINTS, AT = 1200, torch.linspace(-7, 7, 8192, dtype=torch.float64)
#: Ends at σ = 0.01, where the last half step errs by less than a thousandth of a narrow mode.
FINE = OrnsteinUhlenbeck(t_min=1e-4)
#: Calls of the denoiser that are compared in a picture.
BUDGETS = (6, 10, 16, 28, 50, 90)
#: What is measured of a method and a schedule with so many steps: ``line_distance``, for one.
Error = Callable[[OrnsteinUhlenbeck, GaussianMixture, str, str, int], float]
NOISY = ("ancestral", "euler", "langevin", "churn")


def steps_for(method: str, most: int) -> int:
    """The largest number of steps with at most so many calls of the denoiser."""
    return max(steps for steps in range(2, most + 1) if calls(method, steps) <= most)


def walked(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, way: list[float],
    x: Tensor, noise: Tensor,
) -> Tensor:  # fmt: skip
    """Where x (n, d) ends after all steps of a way, and the last to 0; noise (steps − 1, n, d)."""
    f, step = Recalling(law.denoiser(process)), METHODS[method]
    for (t, s), each in zip(pairwise(way), noise, strict=True):
        x = step(process, f, x, x.new_full(x.shape[:1], t), x.new_full(x.shape[:1], s), each)
    return last_step(process, f, x, x.new_full(x.shape[:1], way[-1]))


def gaussian_law(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> tuple[float, float]:
    """Mean and variance of the samples of N(μ, ς²) on the line, from the exact law at t_max.

    The end of a path is affine in its start and in each of its noises. One path with none of them,
    and one for each of them alone, give all coefficients, whatever the method.
    """
    way, start = times(process, steps, schedule), law.noised(process, process.t_max)
    unit = torch.eye(steps + 1, dtype=torch.float64)  # nothing, the start, and steps − 1 noises
    end = walked(process, law, method, way, unit[:, 1:2], unit[:, 2:].T[:, :, None])[:, 0]
    offset, slope, kicks = end[0], end[1] - end[0], end[2:] - end[0]
    mean, variance = start.means[0, 0], start.stds[0] ** 2
    return float(offset + slope * mean), float(slope**2 * variance + kicks.square().sum())


def gaussian_kl(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> float:
    """KL(truth ‖ samples) for a Gaussian on the line, in nats: how it is over, exactly."""
    mean, variance = gaussian_law(process, law, method, schedule, steps)
    wanted, ratio = float(law.means[0, 0]), float(law.stds[0] ** 2) / variance
    return (ratio - 1 - math.log(ratio) + (mean - wanted) ** 2 / variance) / 2


def quantiles(at: Tensor, rising: Tensor) -> Tensor:
    """Points (POINTS, 1) of a law whose distribution function at places (g,) is rising (g,)."""
    levels = (torch.arange(POINTS, dtype=torch.float64) + 0.5) / POINTS
    right = torch.searchsorted(rising, levels).clamp(1, len(at) - 1)
    share = (levels - rising[right - 1]) / (rising[right] - rising[right - 1])
    return (at[right - 1] + share * (at[right] - at[right - 1]))[:, None]


def law_quantiles(law: GaussianMixture) -> Tensor:
    """Points (POINTS, 1) of a mixture on the line, each with the same share of it around."""
    rising = torch.special.ndtr((AT[:, None] - law.means.T) / law.stds) @ law.weights
    return quantiles(AT, rising)


def blurred(x: Tensor, std: Tensor) -> Tensor:
    """Quantiles (POINTS, 1) of the law of x + std ξ, where x (POINTS, 1) are quantiles.

    Each point is shared between the two places beside it; a Fourier transform folds the normal
    density in.
    """
    width = AT[1] - AT[0]
    place = ((x[:, 0] - AT[0]) / width).clamp(0, len(AT) - 1.001)
    left, share = place.long(), place - place.floor()
    masses = torch.zeros_like(AT).index_add(0, left, 1 - share).index_add(0, left + 1, share)
    frequency = 2 * math.pi * torch.fft.rfftfreq(len(AT), dtype=AT.dtype) / width
    folded = torch.fft.rfft(masses / len(x)) * (-(frequency * std).square() / 2).exp()
    density = torch.fft.irfft(folded, n=len(AT))
    return quantiles(AT, density.cumsum(0) - density / 2)


def line_samples(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> Tensor:
    """Quantiles (POINTS, 1) of the samples of a mixture on the line, from the exact law at t_max.

    A step without noise takes quantiles to quantiles. Noise makes a normal law of each point; the
    quantiles of all of them together go on.
    """
    return line_along(process, law, method, times(process, steps, schedule))


def line_along(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, way: list[float]
) -> Tensor:
    """The same for any falling times, from t_max."""
    f, x = Recalling(law.denoiser(process)), law_quantiles(law.noised(process, process.t_max))
    for t, s in pairwise(way):
        x = _gone(process, f, method, x, x.new_full((POINTS,), t), x.new_full((POINTS,), s))
    return last_step(process, f, x, x.new_full((POINTS,), way[-1])).sort(0).values


def _gone(
    process: OrnsteinUhlenbeck, f: Denoiser, method: str, x: Tensor, t: Tensor, s: Tensor
) -> Tensor:
    """Quantiles of the law after one step."""
    if method == "churn":  # its noise comes first
        up = raised(process, t, s)
        x = blurred(process.alpha(up - t)[:, None] * x, process.h(up - t)[0].sqrt())
        return heun(process, f, x, up, s, x).sort(0).values
    mean = METHODS[method](process, f, x, t, s, torch.zeros_like(x))
    if method not in NOISY:
        return mean.sort(0).values
    std = METHODS[method](process, f, x, t, s, torch.ones_like(x)) - mean
    return blurred(mean, std[0])


def line_distance(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> float:
    """How far the samples' law has to be carried to the truth (1-Wasserstein), on the line."""
    found = line_samples(process, law, method, schedule, steps)
    return float((found - law_quantiles(law)).abs().mean())


def lattice(count: int = 20) -> Tensor:
    """Points (count², 2) that stand for N(0, I) in the plane: pairs of its quantiles."""
    levels = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    line = torch.special.ndtri(levels)
    return torch.cartesian_prod(line, line)


def flow_end(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> Tensor:
    """Where a method without noise takes the lattice, (points, 2)."""
    x, way = lattice(), times(process, steps, schedule)
    return walked(process, law, method, way, x, x.expand(steps - 1, *x.shape))


_far = lru_cache(maxsize=4)(partial(flow_end, method="heun", schedule="karras", steps=400))


def path_error(
    process: OrnsteinUhlenbeck, law: GaussianMixture, method: str, schedule: str, steps: int
) -> float:
    """How far from where the flow itself takes it a point of the lattice ends, in the mean."""
    end = flow_end(process, law, method, schedule, steps)
    return float((end - _far(process, law)).norm(dim=1).mean())


def costs(
    error: Error, law: GaussianMixture, methods: Iterable[str], most: int
) -> dict[tuple[str, str], float]:
    """The error of each method with each schedule, for at most so many calls of the denoiser."""
    return {
        (method, schedule): error(FINE, law, method, schedule, steps_for(method, most))
        for method in methods
        for schedule in SCHEDULES
    }


def curve(
    error: Error, law: GaussianMixture, method: str, schedule: str
) -> tuple[list[int], list[float]]:
    """Calls of the denoiser, and the error with as many."""
    steps = sorted({steps_for(method, most) for most in BUDGETS})
    errors = [error(FINE, law, method, schedule, each) for each in steps]
    return [calls(method, each) for each in steps], errors


def width(x: Tensor, law: GaussianMixture) -> float:
    """The standard deviation of samples (n, d) within their modes, by the median of squares.

    Few strays between the modes do not matter to it. Exact for normal modes in the plane, where
    the median of ‖x − μ‖² is 2 log 2 times the variance.
    """
    squares = torch.cdist(x.double(), law.means).min(1).values.square()
    return math.sqrt(float(squares.median()) / (2 * math.log(2)))


def nearest(x: Tensor, train: Tensor) -> float:
    """The median distance of samples (n, d) to the nearest training point (m, d)."""
    return float(torch.cdist(x, train).min(1).values.median())


def nearer_to_its_own(law: GaussianMixture, n: int, draws: int, seed: int) -> list[float]:
    """The share of samples nearer to their training points than to another set: 1/2 without bias.

    At a third of the stop where the risk is least, there, and after ten million steps. Of two sets
    of n points each is trained on, with so many noise draws a point; the mean of the two.
    """
    process, draw, found = OrnsteinUhlenbeck(), Generator().manual_seed(seed), []
    pair = [law.sample(n, generator=draw) for _ in range(2)]
    fresh = process.regression(law.sample(1000, generator=draw), times="log", generator=draw)
    for own, other in (pair, pair[::-1]):
        data = process.regression(own, draws=draws, times="log", generator=draw)
        flow = KernelFlow(process, data)
        best = oracle(flow, law.denoiser(process), fresh)
        noise = [Generator().manual_seed(seed) for _ in range(3)]
        made = [
            sample(process, flow.at(stop), 500, 2, 15, "ancestral", schedule="log", generator=each)
            for stop, each in zip((best // 3, best, flow.stops[-1]), noise, strict=True)
        ]
        gaps = [torch.cdist(x, own).amin(1) - torch.cdist(x, other).amin(1) for x in made]
        found.append([float((gap < 0).float().mean()) for gap in gaps])
    return torch.tensor(found).mean(0).tolist()
