"""The picture of an explorer that a saved notebook keeps, for pages without a kernel.

It is an output of its own, just above the explorer, which the page hides while the explorer
lives. An output can be changed later without touching the explorer's, whose view would be made
anew: the page sends a picture whenever nothing has moved for a while.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any
from uuid import uuid4

from IPython.display import display

from scorelab.explore.owner import in_kernel
from scorelab.workbook.plots import small

#: What stands for the explorer where neither it nor its picture can be shown.
CAPTION = "An explorer: run this cell, ⇧ ⏎, to move it."
#: Enough for the shades of a heat map; all of a picture's would take three times the space.
COLORS = 256


class Still:
    """One output, empty until the page has sent a picture."""

    def __init__(self) -> None:
        self.id = uuid4().hex

    def place(self) -> None:
        """Make room for it below the cell that runs; where no page will send one, do nothing."""
        if in_kernel():
            display({"text/plain": ""}, raw=True, display_id=self.id)

    def show(self, picture: dict[str, Any]) -> None:
        """Keep a picture: ``png`` in base 64, ``alt``, its words, and ``width``, in CSS pixels."""
        png = b64encode(_smaller(b64decode(picture["png"]))).decode()
        data = {"image/png": png, "text/plain": picture["alt"]}
        about = {"image/png": {key: picture[key] for key in ("alt", "width")}}
        display(data, metadata=about, raw=True, display_id=self.id, update=True)


def _smaller(png: bytes) -> bytes:
    """A picture in fewer colours where Pillow is there, which comes with the extra `pictures`."""
    try:
        return small(png, COLORS)
    except ModuleNotFoundError:
        return png
