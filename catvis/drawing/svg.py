"""The lines of a figure as inline SVG; words and tiles are the page's own text and images.

Everything that goes in is a number or an escaped word, so the strings may stand in HTML as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from catvis.drawing.chart import ChartLayout, swatch
from catvis.drawing.curves import Curve
from catvis.drawing.diagram import DiagramLayout
from catvis.drawing.figure import Chart
from catvis.drawing.layout import Layout, Point


def lines_svg(layout: Layout, classes: str) -> str:
    """All strokes of a layout, at its own size; empty where there are none."""
    if not layout.strokes:
        return ""
    width, height = short(layout.width), short(layout.height)
    strokes = "".join(
        f'<path class="{_stroke_class(stroke.edge is None, bool(stroke.edge and stroke.edge.inhibitory))}" '
        f'd="{path_data(stroke.points)}" stroke-width="{short(stroke.width)}"/>'
        for stroke in layout.strokes
    )
    return (
        f'<svg class="cv-lines {classes}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-hidden="true">{strokes}</svg>'
    )


def path_data(curve: Curve) -> str:
    """A curve in SVG's own words; straight parts as lines."""
    words = [f"M{_point(curve[0])}"]
    for first in range(0, len(curve) - 1, 3):
        start, one, two, end = curve[first : first + 4]
        is_straight = start == one and two == end
        words.append(f"L{_point(end)}" if is_straight else f"C{_point(one)} {_point(two)} {_point(end)}")
    return "".join(words)


def curve_svg(values: Sequence[float]) -> str:
    """An objective's course as a sparkline, stretched to the box that the style sheet gives it."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = 100.0 / max(1, len(values) - 1)
    points = " ".join(f"{short(i * step)},{short(44 - 40 * (v - low) / span)}" for i, v in enumerate(values))
    return (
        '<svg class="cv-curve" viewBox="0 0 100 48" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )


def diagram_svg(layout: DiagramLayout, alt: str) -> str:
    """A small fully connected network, as one picture that scales with its place."""
    width, height = short(layout.width), short(layout.height)
    lines = "".join(
        f'<line x1="{short(a[0])}" y1="{short(a[1])}" x2="{short(b[0])}" y2="{short(b[1])}"/>'
        for a, b in layout.lines
    )
    radius = short(layout.radius)
    circles = "".join(f'<circle cx="{short(x)}" cy="{short(y)}" r="{radius}"/>' for x, y in layout.units)
    circles += "".join(
        f'<circle class="cv-dot" cx="{short(x)}" cy="{short(y)}" r="2"/>' for x, y in layout.dots
    )
    words = "".join(
        f'<text x="{short(x)}" y="{short(y)}">{escape(word)}</text>' for word, (x, y) in layout.words
    )
    label = escape(alt)
    return (
        f'<svg class="cv-diagram" role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><g class="cv-net">{lines}</g>{circles}{words}</svg>'
    )


def chart_svg(chart: Chart, layout: ChartLayout, classes: str) -> str:
    """A chart at its own size."""
    width, height = short(layout.width), short(layout.height)
    drawn = "".join(f'<path class="cv-rule" d="M{_point(a)}L{_point(b)}"/>' for a, b in layout.rules)
    drawn += "".join(
        f'<polygon class="cv-band" points="{points_data(band)}"/>' for band in layout.bands if band
    )
    for index, (line, (start, words)) in enumerate(zip(layout.lines, layout.keys, strict=True)):
        for points in (line, swatch(start)):
            drawn += f'<polyline class="cv-line cv-line-{index}" points="{points_data(points)}"/>'
        drawn += _text(chart.lines[index].name, words, "start")
    drawn += "".join(_text(mark.words, mark.at, mark.side) for mark in layout.marks)
    label = escape(chart.alt)
    return (
        f'<svg class="cv-lines cv-chart {classes}" role="img" aria-label="{label}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}">{drawn}</svg>'
    )


def _text(words: str, at: Point, side: str) -> str:
    x, y = map(short, at)
    return f'<text x="{x}" y="{y}" text-anchor="{side}" dominant-baseline="central">{escape(words)}</text>'


def points_data(points: Sequence[Point]) -> str:
    """Points as SVG lists them."""
    return " ".join(f"{short(x)},{short(y)}" for x, y in points)


def _stroke_class(trunk: bool, inhibitory: bool) -> str:
    return "cv-trunk" if trunk else "cv-edge cv-inhibits" if inhibitory else "cv-edge"


def _point(point: tuple[float, float]) -> str:
    return f"{short(point[0])} {short(point[1])}"


def short(value: float) -> str:
    """A tenth of a pixel is finer than anybody sees."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown
