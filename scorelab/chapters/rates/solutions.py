"""Solutions of notebook 06, how much data."""

from __future__ import annotations

from torch import Tensor


def decay_behind(slope: Tensor) -> Tensor:
    """b = −s/(1 + s), for slopes s (k,) of the error between −1 and 0."""
    # From s = −b/(b + 1) follows 1 + s = 1/(b + 1).
    return -slope / (1 + slope)


def loglog_slope(x: Tensor, y: Tensor) -> Tensor:
    """The slope of the least-squares line through log y against log x, both (n,) above 0."""
    # Only what lies across counts: measured from the means, the line goes through zero.
    x, y = (values.log() - values.log().mean() for values in (x, y))
    return (x @ y) / (x @ x)


def data_to_halve(slope: Tensor) -> Tensor:
    """The factor 2^{−1/slope} in n that halves an error ∝ n^slope, for slopes (k,) below 0."""
    # factor^slope must be one half, so factor is one half to the power 1/slope.
    return 0.5 ** (1 / slope)


def learning_curve(
    eigenvalues: Tensor, truth: Tensor, noise: Tensor, sizes: Tensor, steps: Tensor
) -> Tensor:
    """The least of (11) over steps (T,), for sizes (m,): λ_k, truth and noise are (k,)."""
    left = (1 - eigenvalues[:, None] / eigenvalues[0]) ** steps  # (k, T)
    bias, variance = truth @ left**2, noise @ (1 - left) ** 2
    # Bias does not depend on n, and noise gets cheaper with it: a row a size, a column a stop.
    return (bias + variance / sizes[:, None]).min(dim=1).values


def own_truth(t: Tensor, x: Tensor) -> Tensor:
    """Half of x (n, 2), at all times t (n,)."""
    # Linear in x, so one of the first directions, with a finite norm on the whole plane.
    return x / 2
