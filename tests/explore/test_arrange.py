"""Where the parts of every explorer stand, at any width: in the page, apart, and as designed."""

from importlib import import_module
from itertools import combinations, pairwise

import pytest

from scorelab.explore.arrange import DESIGN, FLOOR, LETTER, arrange, letters
from scorelab.explore.design import Design

ROOMS = (
    *("start_here", "forward_process", "score_matching", "two_layer_network", "tangent_kernel"),
    *("early_stopping", "rates", "sampling", "convex_program", "convex_denoising", "credit"),
    *("memorisation", "convex_denoising.pattern_view"),
)
WIDTHS = (560, 571, 640, 700, 848, 1024, 1160, 1190, 1400, 1744, 2500, 3700)


@pytest.fixture(scope="module", params=ROOMS)
def blank(request):
    """The empty figure of an explorer."""
    name = request.param if "." in request.param else f"{request.param}.view"
    return import_module(f"scorelab.chapters.{name}").blank()


def boxes(design: Design, layout: dict, width: float) -> dict[int, tuple[float, ...]]:
    """Left, right, lower and upper end of each panel, in pixels."""
    inner = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    ends: dict[int, list[list[float]]] = {}
    for name, (panel, _) in design.axes.items():
        unit = width if name.startswith("x") else inner
        across, up = ends.setdefault(panel, [[], []])
        (across if name.startswith("x") else up).extend(unit * e for e in layout[name]["domain"])
    return {p: (min(x), max(x), min(y), max(y)) for p, (x, y) in ends.items()}


@pytest.mark.parametrize("width", WIDTHS)
def test_each_panel_has_the_room_for_its_own_numbers_and_title_in_any_row(blank, width) -> None:
    design = Design.of(blank)
    panels = boxes(design, arrange(design, width), width)
    for panel, (left, _, low, high) in panels.items():
        beside = [b for _, b, c, d in panels.values() if b <= left and c < high and low < d]
        needed = letters(width) / LETTER * design.panels[panel].gutter
        assert left - max(beside, default=0) > needed - 1


@pytest.mark.parametrize("width", WIDTHS)
def test_panels_are_wide_enough_apart_and_in_the_page(blank, width) -> None:
    design = Design.of(blank)
    layout = arrange(design, width)
    assert layout["width"] == width
    panels = boxes(design, layout, width)
    for left, right, low, high in panels.values():
        assert 40 < left < right < width and high - low > 180
    mean = sum(right - left for left, right, *_ in panels.values()) / len(panels)
    assert mean > FLOOR - 1
    for (a, b, c, d), (e, f, g, h) in combinations(panels.values(), 2):
        assert b + 30 < e or f + 30 < a or d + 60 < g or h + 60 < c, "panels meet"
    for legend in design.legends:
        assert 0 < layout[legend]["y"] < 1 and 0 <= layout[legend]["x"] < 1


def test_at_its_own_width_a_view_stands_as_it_was_designed(blank) -> None:
    layout, design = arrange(Design.of(blank), DESIGN), blank.layout
    margin = design.margin
    inner = DESIGN - margin.l - margin.r
    for name in Design.of(blank).axes:
        wanted = design[name].domain
        if name.startswith("x"):
            wanted = [(margin.l + end * inner) / DESIGN for end in wanted]
        assert layout[name]["domain"] == pytest.approx(wanted, abs=1e-4)
    assert layout["font"]["size"] == design.font.size
    high = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    assert high == pytest.approx(design.height - margin.t - margin.b, rel=0.07)


def test_letters_never_shrink_as_the_page_grows() -> None:
    assert letters(571) > 12 and letters(1190) == 14 and letters(1744) > 17
    assert all(a <= b for a, b in pairwise(map(letters, WIDTHS)))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_title_of_an_axis_stays_in_the_page(blank, width) -> None:
    design = Design.of(blank)
    layout = arrange(design, width)
    panels = boxes(design, layout, width)
    for axis, text in design.across.items():
        left, right, *_ = panels[design.axes[axis][0]]
        size = layout[axis]["title"]["font"]["size"]
        half = 0.52 * size * len(text) / 2  # on average a letter is as wide as half its height
        middle = (left + right) / 2
        assert size == 11 or (middle - half > 0 and middle + half < width + 2)


def test_on_a_phone_a_list_of_names_takes_room_from_no_panel_but_its_own() -> None:
    blank = import_module("scorelab.chapters.credit.frontier_view").blank()
    layout = arrange(Design.of(blank), 374)
    above, named = (b - a for a, b in (layout["xaxis"]["domain"], layout["xaxis2"]["domain"]))
    assert above > 0.75 and named > 0.3


@pytest.mark.parametrize("width", [300, 340, 374])
def test_on_a_phone_one_legend_lies_below_all_panels(width: int) -> None:
    """Panels of different gutters once looked like a row with a panel less."""
    blank = import_module("scorelab.chapters.early_stopping.view").blank()
    legend = arrange(Design.of(blank), width)["legend"]
    assert legend["orientation"] == "h"
    assert legend["y"] < 0.2
