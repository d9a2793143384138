"""The two-layer ReLU network of the theory: the first layer is trained, the second stays fixed.

f_W(z) = m^{−1/2} Σ_r a_r relu(w_r · z) with z = (x, t − t_min, 1), w_r(0) ~ N(0, I) and
a_r ∈ {−1, +1}^d (the usual NTK set-up). The start is antisymmetric (our choice): every neuron has
a twin with the same weights and opposite signs, so that f_{W(0)} = 0.
"""

from __future__ import annotations

import math
from copy import copy
from types import ModuleType

import torch
from torch import Generator, Tensor

from . import validate
from .devices import has_triton, require_memory, usable
from .process import FeatureMap, OrnsteinUhlenbeck, draw

#: What of a type's range, as a power, leaves room for squares and their sums.
SQUARE = 0.4


def fused(*tensors: Tensor) -> ModuleType | None:
    """The fused loops that take these tensors, or None where the readable torch line must do.

    Numba's take float32 on the CPU, Triton's float32 and float64 on a card; not for autograd.
    """
    if len({(a.device, a.dtype) for a in tensors}) > 1 or any(a.requires_grad for a in tensors):
        return None
    # Numba and Triton take a while to import: only who calls pays for it.
    if tensors[0].device.type == "cpu" and tensors[0].dtype == torch.float32:
        from .fused import net

        return net
    if has_triton(tensors[0].device) and tensors[0].dtype in (torch.float32, torch.float64):
        from .fused import cards

        return cards
    return None


class TwoLayerNet:
    """A denoiser: ``net(t, x)`` with t (n,) and x (n, d) returns (n, d).

    ``dim`` is d; ``width`` counts all m neurons and must be even. It sees ``features(t, x)``
    (n, p), those of the process when None: then p = d + 2. ``weight`` is W (m, p), ``signs`` is
    a (m, d). Raises ValueError for an odd width or one below 2.
    """

    def __init__(
        self,
        process: OrnsteinUhlenbeck,
        dim: int,
        width: int,
        *,
        features: FeatureMap | None = None,
        generator: Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        validate.count("dim", dim)
        validate.count("width", width, least=2)
        validate.require(width % 2 == 0, "width", width, "must be even: neurons come in pairs")
        self.features = features or process.features
        validate.require(dtype in validate.FLOATS, "dtype", dtype, "must be float32 or float64")
        like = torch.empty(0, dtype=dtype, device=usable("device", device))
        columns = self.features(like.new_ones(1), like.new_ones(1, dim)).shape[1]
        needed = width * (columns + dim) * like.element_size()
        require_memory("width", width, 2 * needed, like.device)
        half = draw(torch.randn, (width // 2, columns), generator, like)
        sign = 2 * draw(torch.rand, (width // 2, dim), generator, like).round() - 1
        self.weight = torch.cat((half, half))
        self.signs = torch.cat((sign, -sign))

    @property
    def width(self) -> int:
        """The number of neurons m."""
        return len(self.weight)

    @property
    def dim(self) -> int:
        """The number of dimensions d of the data."""
        return self.signs.shape[1]

    @property
    def device(self) -> torch.device:
        """Where the weights live, and where the inputs must."""
        return self.weight.device

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        """f_W at t (n,), x (n, d), shape (n, d), in x's type.

        Raises ValueError for x on another device.
        """
        validate.on_device("x", x, self.device, "the denoiser's")
        return self.forward(self.features(t, x).to(self.weight.dtype)).to(x.dtype)

    def forward(self, z: Tensor) -> Tensor:
        """f_W(z) for features z (n, p), shape (n, d). Raises ValueError for another p."""
        z = self._features("z", z)
        if loops := fused(z, self.weight, self.signs):
            return loops.forward(z, self.weight, self.signs)
        return (z @ self.weight.T).relu_() @ self.signs / math.sqrt(self.width)

    def gradient(self, z: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """∇L (m, p) and L of the loss L(W) = ‖f_W(z) − labels‖² / (2n), by hand.

        ∇L = (1 / (n √m)) Σ_j Σ_i a_r^i R_ji 1[w_r · z_j > 0] z_j with the residuals R: three
        matrix products and one mask, and no autograd. Raises ValueError for another shape.
        """
        z = self._features("z", z, SQUARE)
        validate.shape("labels", validate.rows("labels", labels), (len(z), self.dim))
        return self._gradient(z, validate.moderate("labels", labels.to(z), SQUARE))

    def _gradient(self, z: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The same, unchecked: descent asks for it at every step."""
        pre = z @ self.weight.T
        active = pre > 0
        residual = pre.relu_() @ self.signs / math.sqrt(self.width) - labels
        grad = ((residual @ self.signs.T) * active).T @ z / (len(z) * math.sqrt(self.width))
        return grad, residual.square().sum() / (2 * len(z))

    def with_weight(self, weight: Tensor) -> TwoLayerNet:
        """The same network (features and signs are shared) with other weights (m, p).

        Raises ValueError for weights of another shape.
        """
        net = copy(self)
        shape = tuple(self.weight.shape)
        net.weight = validate.shape("weight", validate.tensor("weight", weight), shape)
        return net

    def to(self, device: torch.device | str) -> TwoLayerNet:
        """A copy of the network on another device."""
        where = usable("device", device)
        net = self.with_weight(self.weight.to(where))
        net.signs = self.signs.to(where)
        return net

    def empirical_ntk(self, z1: Tensor, z2: Tensor) -> Tensor:
        """The tangent kernel at the present weights, its trace over outputs divided by d.

        (z · z' / m) Σ_r 1[w_r·z > 0] 1[w_r·z' > 0] for z1 (n1, p), z2 (n2, p); shape (n1, n2). It
        tends to ``ntk`` at the rate m^{−1/2} for random weights.
        """
        z1, z2 = self._features("z1", z1, SQUARE), self._features("z2", z2, SQUARE)
        return (z1 @ z2.T) * self.active_at_both(z1, z2)

    def cross_ntk(self, z1: Tensor, z2: Tensor, i: int, j: int) -> Tensor:
        """The tangent kernel K_ij between outputs i and j, (n1, n2), for z1 (n1, p), z2 (n2, p).

        (z · z' / m) Σ_r a_r^i a_r^j 1[w_r·z > 0] 1[w_r·z' > 0] (derived). For i = j it is
        ``empirical_ntk``; for i ≠ j it tends to 0 with the width.
        """
        for name, output in (("i", i), ("j", j)):
            validate.count(name, output, least=0, most=self.dim - 1)
        agree = self.signs[:, i] * self.signs[:, j]
        z1, z2 = self._features("z1", z1, SQUARE), self._features("z2", z2, SQUARE)
        on1, on2 = (self.active(z).to(z.dtype) for z in (z1, z2))
        return (z1 @ z2.T) * ((on1 * agree) @ on2.T / self.width)

    def active(self, z: Tensor) -> Tensor:
        """Which neurons are active, w_r · z > 0, for features z (n, p): boolean, (n, m)."""
        return self._features("z", z) @ self.weight.T > 0

    def active_at_both(self, z1: Tensor, z2: Tensor) -> Tensor:
        """The share of the neurons that are active at z and z', for z1 (n1, p) and z2 (n2, p).

        Shape (n1, n2). For random weights it is (π − ∠(z, z')) / (2π) on average.
        """
        on1, on2 = (self.active(z).to(self.weight.dtype) for z in (z1, z2))
        return on1 @ on2.T / self.width

    def _features(self, name: str, z: Tensor, power: float = 0.9) -> Tensor:
        """Features (n, p) in the type of the weights, or a ValueError."""
        shape = (*validate.tensor(name, z).shape[:1], self.weight.shape[1])
        validate.rows(name, validate.shape(name, z, shape))
        return validate.moderate(name, z.to(self.weight.dtype), power)
