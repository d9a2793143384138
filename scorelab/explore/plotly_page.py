"""plotly.js on its way to the page: once for all figures, and ahead of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import anywidget
import plotly
import traitlets

from scorelab.explore.scripts import text

BUNDLE = Path(plotly.__file__).parent / "package_data" / "widgetbundle.js"
#: What both sides of it share; another kernel of the page may have another plotly.
_SHARED = f'const SHARED = "scorelab: plotly {plotly.__version__}";\n'
_SCRIPT = _SHARED + text("hears.js", "plotly_page.js")
#: What a figure is to the page: plotly's own widget, made when plotly.js is there.
FIGURE = f"{_SCRIPT}\nexport default figure;"


class PlotlyPage(anywidget.AnyWidget):
    """5 MB of plotly.js, which a figure of plotly brings along by itself, each its own.

    To read them takes a browser a second: made before the first picture is computed, this has them
    read meanwhile. It shows nothing, and stands in each explorer, so that every host loads it.
    """

    _esm = f"{_SCRIPT}\nexport default plotly;"
    bundle = traitlets.Bytes().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(bundle=BUNDLE.read_bytes())


plotly_page = cache(PlotlyPage)
