"""What truth, memory and noise of the labels add to the risk, at every stop of a kernel flow."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.kernel import KernelFlow
from scorelab.process import Regression
from scorelab.studies.memorisation import PROCESS
from scorelab.targets import Empirical, GaussianMixture


def parts(
    flow: KernelFlow, data: Regression, x0: Tensor, law: GaussianMixture, test: Regression
) -> Tensor:
    """Bias², memory, noise, and the excess risk, (4, T), on test rows at the T stops of a flow.

    ``data`` are the rows that the flow was made from, noised from the points x0 (n, d), with its
    labels: for averaged ones the noise is 0. As mean squares; the risk is that of their sum, so
    that it has their products, too.
    """
    truth, optimum = law.denoiser(PROCESS), Empirical(x0).denoiser(PROCESS)
    exact, average = (f(data.t, data.x_t) for f in (truth, optimum))
    labels = exact, average - exact, data.x_0 - average
    told = torch.stack([flow.with_labels(y).predict(test.t, test.x_t) for y in labels])
    told[0] -= truth(test.t, test.x_t)
    return torch.cat((told, told.sum(0, keepdim=True))).square().sum(3).mean(2).cpu().double()
