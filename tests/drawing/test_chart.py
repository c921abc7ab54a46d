"""Charts: where lines and words go, and that no word breaks out of the page."""

from __future__ import annotations

from itertools import pairwise

import pytest

from catvis.drawing.chart import arrange_chart
from catvis.drawing.figure import Chart, Line, Tree
from catvis.drawing.raster import composite
from catvis.drawing.svg import chart_svg
from catvis.page.templates import FONTS
from tests.drawing.figures import tile

PLACES = (0, 1, 2, 5, 20, 96)


def chart(**more: object) -> Chart:
    lines = (
        Line("by weight", (0.0, 0.3, 0.5, 0.8, 1.3, 1.0)),
        Line("at random", (0.0, 0.1, 0.1, 0.2, 0.5, 1.0), (0.0, 0.1, 0.3, 0.2, 0.2, 0.0)),
    )
    facts: dict[str, object] = {"title": "What x keeps", "across": "units", "places": PLACES, "lines": lines}
    return Chart(**(facts | {"alt": "In words."} | more))


@pytest.mark.parametrize("width", [288.0, 352.0, 680.0, 960.0])
def test_everything_lies_in_its_place(width: float) -> None:
    layout = arrange_chart(chart(), width)
    assert layout.width <= width
    points = [point for line in (*layout.lines, *layout.bands, *layout.rules) for point in line]
    points += [mark.at for mark in layout.marks]
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in points)


def test_more_is_higher_and_later_is_further_right() -> None:
    (first, _), rules = arrange_chart(chart(), 680.0).lines, arrange_chart(chart(), 680.0).rules
    assert [x for x, _ in first] == sorted(x for x, _ in first)
    assert first[1][1] > first[2][1] > first[4][1] < first[5][1]
    assert [y for (_, y), _ in rules] == sorted((y for (_, y), _ in rules), reverse=True)


def test_heights_below_zero_and_above_one_have_room() -> None:
    low = Line("low", (0.0, -0.4, 0.0, 0.1, 1.6, 1.0))
    words = [
        mark.words.replace("\N{NO-BREAK SPACE}", " ")
        for mark in arrange_chart(chart(lines=(low,)), 680.0).marks
    ]
    assert words[:6] == ["−50 %", "0", "50 %", "100 %", "150 %", "200 %"]
    nearly = Line("low", (0.0, -1e-9, 0.0, 0.1, 0.2, 1.0))
    words = [
        mark.words.replace("\N{NO-BREAK SPACE}", " ")
        for mark in arrange_chart(chart(lines=(nearly,)), 680.0).marks
    ]
    assert words[:3] == ["0", "50 %", "100 %"]


def test_counts_stand_apart_and_the_last_is_there() -> None:
    for width in (288.0, 680.0):
        marks = arrange_chart(chart(), width).marks
        counts = [mark for mark in marks if mark.words.isdecimal() and mark.side == "middle"]
        assert counts[-1].words == "96"
        gaps = [b.at[0] - a.at[0] for a, b in pairwise(counts)]
        assert min(gaps) >= 30


def test_a_line_has_one_height_for_each_place() -> None:
    with pytest.raises(ValueError, match="one height for each"):
        chart(lines=(Line("short", (0.0, 1.0)),))


def test_words_cannot_break_out_of_the_svg() -> None:
    hostile = chart(title='<script>"', alt='"><script>', lines=(Line("</svg>", (0.0,) * 6),))
    svg = chart_svg(hostile, arrange_chart(hostile, 680.0), "")
    assert "<script" not in svg
    assert svg.count("</svg>") == 1


def test_a_composite_has_a_place_for_charts() -> None:
    rows = ((tile("fc8_1"),),)
    plain, charted = (Tree("tree", "A tree.", rows, (), charts=charts) for charts in ((), (chart(), chart())))
    one, two = composite(plain, FONTS), composite(charted, FONTS)
    assert two.height > one.height + 2 * 1.5 * arrange_chart(chart(), 960.0).height
