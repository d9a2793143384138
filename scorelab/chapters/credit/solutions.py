"""Solutions of notebook 10, a real table."""

from __future__ import annotations

import torch


def error_of_the_form(covariance: torch.Tensor, alpha: float, h: float) -> torch.Tensor:
    """E‖X_0 − f_0‖² = tr(C − α² C (α² C + h I)⁻¹ C) for X_0 ~ N(0, C), C (d, d)."""
    noisy = alpha**2 * covariance + h * torch.eye(len(covariance))
    known = alpha**2 * covariance @ torch.linalg.solve(noisy, covariance)
    return torch.trace(covariance - known)


def owned(column: torch.Tensor) -> torch.Tensor:
    """The variance inside each value's interval of ranks: (its share)² / 12, for column (n,)."""
    # The rank is uniform on an interval as long as the value is frequent.
    share = (column[None] == column[:, None]).double().mean(1)
    return share**2 / 12


def paired_error(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """The standard error of the mean difference of two scores (k,) on the same k seeds."""
    # The halves of a seed are hard or easy for both: only the differences vary by themselves.
    return (ours - theirs).std() / len(ours) ** 0.5


def attack_auc(members: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """The chance that a member (n,) gets a higher score than another (m,), a tie counting half."""
    more = (members[:, None] > others[None]).double()
    return (more + (members[:, None] == others[None]).double() / 2).mean()


def hold_out(client: torch.Tensor) -> torch.Tensor:
    """The rows to put aside, (n,) bool: all rows of one client in five."""
    # Rows of one client share what was random about it: they go together.
    return client % 5 == 0
