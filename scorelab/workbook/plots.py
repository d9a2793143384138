"""Pictures of what was measured: the course's colours, its style, and words beside each picture.

A notebook draws with plain matplotlib, after one line, and ends the cell with what the picture
says, for those who cannot see it and those who read quickly:

    plt.style.use(STYLE)

    figure, axes = plt.subplots(1, 2)
    axes[0].loglog(stops, risk, color=COLORS["kernel"])
    picture(figure, "Excess risk against steps: it falls to .03 at step 280 and then rises.")
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from scorelab.validate import require
from scorelab.workbook.shown import image, in_cell, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: One meaning a colour through the whole course, told apart by colour-blind eyes too, and each
#: at a contrast of 3 or more to white paper.
COLORS = {
    "data": "#8B9094",
    "truth": "#222222",
    "network": "#086CA0",
    "kernel": "#D2710F",
    "convex": "#00975E",
    "overfit": "#B71004",
    "noise": "#8E1E5F",
}
#: The same meanings on a dark page.
NIGHT = {
    "data": "#686C6F",
    "truth": "#F2F2F2",
    "network": "#3197E5",
    "kernel": "#EA942A",
    "convex": "#30C18A",
    "overfit": "#E85B4C",
    "noise": "#DF99C8",
}
#: The paper, by day and by night, and shades of a meaning where one panel needs several.
PAPER = ("#FFFFFF", "#111111")
SHADES = {
    "#C4699C": "#9A4A80",  # paths from the left
    "#3D0A29": "#FBE3F3",  # paths from the right
    "#808080": "#7B7B7B",  # slopes of a score that leads together
    "#96741A": "#A8862F",  # and of one that leads apart
}
_INK = COLORS["truth"]
_CYCLE = [COLORS[name] for name in ("network", "kernel", "convex", "overfit", "noise")]

#: Pixels of a picture for each of CSS in which it is shown.
SHARP = 2
#: For `plt.style.use`: dark on opaque white, so that a dark page shows the same picture; fonts
#: that come with matplotlib; small enough for a notebook that is kept under version control.
STYLE: dict[str, Any] = {
    "figure.figsize": (9, 3.6),
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.titlesize": 12,
    "legend.fontsize": 11,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": f"cycler('color', {_CYCLE})",
    "grid.color": "#e3e3e3",
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "legend.frameon": False,
    "image.cmap": "cividis",
}


def picture(figure: Figure, says: str) -> None:
    """Show a figure, close it, and print below it what it says, in one line of words.

    The words are also the picture's text alternative, in its metadata and where no picture can be
    shown. Raises ValueError where there are none.
    """
    require(bool(says.strip()) and "\n" not in says, "says", says, "must be one line of words")
    from matplotlib import pyplot

    # Else the notebook shows it a second time, without its words; and before it is drawn, for on a
    # widget's message, which JupyterLab has answered beside the cell, IPython draws what is open.
    pyplot.close(figure)
    if in_cell():
        wide = round(figure.get_figwidth() * figure.dpi)
        image(_png(figure), says, wide).show()
    say(says)


def _png(figure: Figure) -> bytes:
    """The figure as sharp as a good screen, with 64 colours of its own: a quarter of the space."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=SHARP * figure.dpi)
    return small(drawn.getvalue(), 64)


def small(png: bytes, colors: int) -> bytes:
    """A picture with so many colours of its own in place of all."""
    from PIL import Image

    stored, flat = BytesIO(), Image.open(BytesIO(png)).convert("RGB")
    flat.quantize(colors, dither=Image.Dither.NONE).save(stored, "PNG", optimize=True)
    return stored.getvalue()
