"""What notebook 05 measures of an unbounded domain: norms on spheres, and rules within a ball."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from scorelab import metrics, stopping
from scorelab.kernel import KernelFlow, ntk
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import GaussianMixture
from scorelab.validate import require

from .rules import with_strays

PROCESS = OrnsteinUhlenbeck()
RING = GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)
#: Every stop that is searched, (T,).
STOPS = torch.tensor(KernelFlow.stops)
#: Times at which the norm is looked at, and directions on the circle, of which no two are opposite.
TIMES = torch.tensor([0.02, 0.1, 0.3, 1.0, 3.0]).double()
DIRECTIONS = 7


def heavy(scales: int = 6) -> GaussianMixture:
    """The ring with tails: a mode has the spread .25 · 2^k with a probability ∝ 4^−k, k < scales.

    So the mass beyond r falls like r^−2 up to the largest spread.
    """
    k = torch.arange(scales)
    means, stds = RING.means.repeat_interleave(scales, 0), (0.25 * 2.0**k).repeat(len(RING.means))
    return GaussianMixture(means, stds, (4.0**-k).repeat(len(RING.means)))


LAWS = {"light tails": RING, "strays": with_strays(0.005), "heavy tail": heavy()}


def gain(t: Tensor, std: float = 0.25) -> Tensor:
    """γ(t) = ας²/(α²ς² + h), the limit of ‖f*(t, Re)‖/R far out, for modes of one spread."""
    alpha = PROCESS.alpha(t)
    return alpha * std**2 / (alpha**2 * std**2 + PROCESS.h(t))


def norm_on_circle(radius: float, times: Tensor = TIMES, at: float | None = None) -> float:
    """Fᵀ K⁻¹ F of the ring's denoiser on ‖x‖ = radius, at each time: a lower bound of C_R².

    With ``at``, of the denoiser of that time alone, whatever the time it is asked for.
    """
    angle = torch.arange(DIRECTIONS).double() * (2 * math.pi / DIRECTIONS) + 0.1
    circle = radius * torch.stack((angle.cos(), angle.sin()), dim=1)
    t, x = times.repeat_interleave(DIRECTIONS), circle.repeat(len(times), 1)
    z, truth = PROCESS.features(t, x), TRUTH(t if at is None else torch.full_like(t, at), x)
    return float((truth * torch.linalg.solve(ntk(z, z), truth)).sum())


def norm_far_out(times: Tensor = TIMES) -> float:
    """The limit of ``norm_on_circle`` over the radius: π Σ (Δγ)²/Δt, for each direction."""
    return DIRECTIONS * math.pi * float((gain(times).diff().square() / times.diff()).sum())


def reach(x: Tensor) -> float:
    """The radius that the data say, for points (n, 2): median ‖x‖ · √log₂ n (our choice).

    For a Gaussian around 0 the mass beyond it is 1/n: 2^−(r/m)² is beyond r, with the median m.
    """
    return float(x.norm(dim=1).median()) * math.sqrt(math.log2(len(x)))


def rows(law: GaussianMixture, times: str, seed: int, n: int) -> tuple[Regression, Regression]:
    """n rows to train on and 2000 to judge by."""
    draw = Generator().manual_seed(seed)
    train, fresh = (
        PROCESS.regression(law.sample(size, generator=draw), times=times, generator=draw)
        for size in (n, 2000)
    )
    return train, fresh


def continued(flow: KernelFlow, fresh: Regression, radius: float) -> Tensor:
    """A localised model everywhere, at every stop, (T, m, d): f(t, x_R) + (x − x_R)/α.

    ``x_R`` is the point of the ball nearest to x; beyond it, x counts as free of noise (our
    choice).
    """
    beyond = (radius / fresh.x_t.norm(dim=1, keepdim=True)).clamp_max(1)
    rest = (1 - beyond) * fresh.x_t / PROCESS.alpha(fresh.t)[:, None]
    return flow.predict(fresh.t, beyond * fresh.x_t) + rest


def in_the_ball(law: GaussianMixture, times: str, seed: int, n: int = 300) -> dict[str, float]:
    """Rules on all rows and on those within ``reach``, each judged inside the ball and everywhere.

    For a rule and "all" or "ball": its excess risk, and after a comma its stop, and the part of
    the risk that comes from fresh rows "in" the ball. The localised model is ``continued``. For
    "all" and "ball" the step size, and the leverage of the farthest row after one step.
    """
    train, fresh = rows(law, times, seed, n)
    truth, radius = law.denoiser(PROCESS), reach(train.x_t)
    exact, inside = truth(fresh.t, fresh.x_t), fresh.x_t.norm(dim=1) <= radius
    ball, ends = train.within(radius), {"all": math.inf, "ball": radius}
    found = {"R": radius, "kept": len(ball) / n, "outside": 1 - float(inside.float().mean())}
    for name, data in (("all", train), ("ball", ball)):
        flow = KernelFlow(PROCESS, data)
        errors = (continued(flow, fresh, ends[name]) - exact).square().sum(2)
        noise = math.sqrt(float((data.x_0 - truth(data.t, data.x_t)).square().mean()))
        far, near = _far(flow, data, radius)
        found |= {f"step size, {name}": flow.step_size, f"leverage, {name}": far}
        rules = _stops(flow, noise, errors[:, inside]) | {"leave-one-out, near": near}
        for rule, stop in rules.items():
            at = errors[int((stop >= STOPS).sum()) - 1]
            found |= {f"{rule}, {name}": float(at.mean()), f"{rule}, {name}, stop": stop}
            found[f"{rule}, {name}, in"] = float(at[inside].sum()) / len(at)
    return found


def _far(flow: KernelFlow, data: Regression, radius: float) -> tuple[float, int]:
    """The farthest row's leverage after one step; leave-one-out's stop, scored in a ball alone."""
    away = data.x_t.norm(dim=1)
    far, near = flow.vectors[away.argmax()], flow.vectors[away <= radius]
    left = flow.left_at_stops
    residuals = torch.stack([near @ (each[:, None] * flow.projections) for each in left.T], dim=1)
    scores = (residuals.square().sum(2) / (near.square() @ left) ** 2).mean(0)
    at = scores.nan_to_num(nan=math.inf).argmin()
    return float(far.square() @ flow.fitted(1)), flow.stops[int(at)]


def _stops(flow: KernelFlow, noise: float, errors: Tensor) -> dict[str, int]:
    spectrum, loo = (flow.eigenvalues, flow.step_size), stopping.loo(flow)
    seen = stopping.noise_and_radius(flow, loo)
    return {
        "literal": stopping.rademacher(*spectrum, noise),
        "C_R and σ estimated": stopping.rademacher(*spectrum, *seen),
        "leave-one-out": loo,
        "oracle": flow.stops[int(errors.mean(1).argmin())],
    }


def gcv_over_best(variances: Callable[[Tensor, Tensor], Tensor], n: int = 250) -> list[float]:
    """The excess risk at GCV's stop over the least, with label noise of one's own, four seeds.

    ``variances`` takes times and leverages (n,), those after 100 steps, and returns variances (n,),
    of which only the ratios count: their mean is made that of the ring's own noise. The times are
    uniform. Raises ValueError for variances that are none.
    """
    return [_gcv_over_best(variances, seed, n) for seed in range(4)]


def _gcv_over_best(variances: Callable[[Tensor, Tensor], Tensor], seed: int, n: int) -> float:
    train, fresh = rows(RING, "uniform", seed, n)
    exact, flow = TRUTH(train.t, train.x_t), KernelFlow(PROCESS, train)
    leverage = flow.vectors.square() @ flow.fitted(100)
    own = torch.as_tensor(variances(train.t.double(), leverage)).double()
    require(own.shape == (n,), "shape of own_noise", tuple(own.shape), f"must be ({n},)")
    ok = bool((own >= 0).all() and own.sum() > 0 and torch.isfinite(own).all())
    require(ok, "least of own_noise", own.min(), "must be finite variances ≥ 0, not all 0")
    own = own / own.mean() * (train.x_0 - exact).square().mean()
    noise = torch.randn(exact.shape, generator=Generator().manual_seed(seed))
    flow = flow.with_labels(exact + own.sqrt()[:, None] * noise)
    risks = metrics.excess_risks(flow, TRUTH, fresh)
    return float(risks[stopping.gcv(flow) == STOPS] / risks.min())
