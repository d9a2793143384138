"""Solutions of notebook 01, the forward process."""

from __future__ import annotations
