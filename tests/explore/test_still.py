"""The picture of an explorer that a saved notebook keeps."""

from __future__ import annotations

from base64 import b64decode, b64encode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from scorelab.explore import still


def test_a_picture_is_kept_in_few_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """All those of a page, on a sharp screen, would add half a megabyte at each save."""
    kept = []
    monkeypatch.setattr(still, "display", lambda data, **about: kept.append((data, about)))
    ramp = np.linspace(0, 255, 640 * 480).reshape(480, 640)
    exact = np.stack([ramp, 255 - ramp, ramp / 2], -1).astype(np.uint8)
    sent = BytesIO()
    Image.fromarray(exact).save(sent, "PNG")
    still.Still().show({"png": b64encode(sent.getvalue()).decode(), "alt": "A ramp.", "width": 320})
    ((data, about),) = kept
    shown = Image.open(BytesIO(b64decode(data["image/png"])))
    assert shown.mode == "P" and shown.size == (640, 480)
    assert np.abs(np.asarray(shown.convert("RGB"), float) - exact).mean() < 4
    assert data["text/plain"] == "A ramp." and about["update"]
    assert about["metadata"] == {"image/png": {"alt": "A ramp.", "width": 320}}
