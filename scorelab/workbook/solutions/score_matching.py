"""Solutions of notebook 02, score matching is regression with noisy labels."""

from __future__ import annotations
