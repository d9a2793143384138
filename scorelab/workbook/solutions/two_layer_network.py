"""Solutions of notebook 03, a two-layer network and gradient descent."""

from __future__ import annotations
