"""A figure → strokes, words and pictures on a surface, in painting order: what raster and vectors have in common.

The layout is the widest of the page's; a surface decides what a line or a picture is made of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from catvis.drawing.arranging import WIDTHS, arrange
from catvis.drawing.chart import CHART_GAP, ChartLayout, Side, arrange_chart, swatch
from catvis.drawing.curves import Curve
from catvis.drawing.diagram import DiagramLayout, arrange_diagram
from catvis.drawing.figure import Chart, Diagram, Drawing, Row, Tile, Tree
from catvis.drawing.layout import FOOT_LINE, HEAD_LINE, Layout, Point, Slot, Stroke
from catvis.drawing.wording import foot_lines, head_lines, share_text, wrapped
from catvis.results import Box, Picture

MARGIN = 16.0
"""Of paper around a figure, in CSS pixels."""
TEXT_SIZE = 13.5
DASH = (9.0, 6.0)
PAPER = "#ffffff"
INK = "#23262b"
MUTED = "#5c6370"
EXCITES = "#8fa0b8"
INHIBITS = "#c2563a"
TRUNK = "#c3cad4"
SILENT = "#eceef1"
_CHART_LINES = (INK, "#1f5fbf", MUTED)


class Surface(ABC):
    """What can be drawn on, in CSS pixels from the figure's own corner: shapes first, then words and pictures."""

    @abstractmethod
    def line(self, points: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        """A line through points, with round ends."""

    @abstractmethod
    def curve(self, curve: Curve, width: float, colour: str, *, dashed: bool = False) -> None:
        """A line of Bézier curves, with round ends."""

    @abstractmethod
    def circle(self, x: float, y: float, radius: float, line: str, fill: str) -> None:
        """A circle with an edge."""

    @abstractmethod
    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A plain polygon."""

    @abstractmethod
    def fill(self, box: Box, colour: str) -> None:
        """A plain box."""

    @abstractmethod
    def text(self, words: str, box: Box, colour: str, *, bold: bool = False) -> None:
        """One line in the middle of a box, shortened until it fits."""

    @abstractmethod
    def label(self, words: str, at: Point, side: Side, colour: str) -> None:
        """One line, whole, that begins or ends at a place or has its middle there."""

    @abstractmethod
    def paste(self, picture: Picture, box: Box) -> None:
        """A picture, fitted into a box."""

    @abstractmethod
    def frame(self, box: Box, colour: str) -> None:
        """The outline of a box."""


S = TypeVar("S", bound=Surface)


def paint(figure: Drawing, begin: Callable[[float, float], S]) -> S:
    """Draw a figure whole.

    Args:
        figure: what to draw.
        begin: makes the surface, of a width and a height without margins.
    """
    if isinstance(figure, Diagram):
        diagram = arrange_diagram(figure)
        surface = begin(diagram.width, diagram.height)
        _diagram(diagram, surface)
        return surface
    layout = arrange(figure, WIDTHS[-1])
    tiles = {tile.key: tile for tile in figure.tiles}
    charts = list(_placed_charts(figure, layout))
    surface = begin(
        max([layout.width, *(chart.width for _, chart, _ in charts)]),
        max([layout.height, *(top + chart.height for _, chart, (_, top) in charts)]),
    )
    for _, chart, corner in charts:
        _chart_lines(surface, chart, corner)
    for stroke in layout.strokes:
        _stroke(surface, stroke)
    for slot in layout.slots:
        if slot.curve:
            _sparkline(surface, slot.curve, tiles[slot.key].curve)
    for slot in layout.slots:
        _words(surface, slot, tiles[slot.key], layout)
    for slot in layout.slots:
        _pictures(surface, slot, tiles[slot.key])
    for facts, chart, corner in charts:
        _chart_words(surface, facts, chart, corner)
    return surface


def _placed_charts(figure: Row | Tree, layout: Layout) -> Iterator[tuple[Chart, ChartLayout, Point]]:
    """A tree's charts below its tiles, each with its left top corner."""
    top = layout.height
    for chart in figure.charts if isinstance(figure, Tree) else ():
        arranged = arrange_chart(chart, WIDTHS[-1])
        yield chart, arranged, (max(0.0, (layout.width - arranged.width) / 2), top + CHART_GAP)
        top += CHART_GAP + arranged.height


def _chart_lines(surface: Surface, layout: ChartLayout, corner: Point) -> None:
    for rule in layout.rules:
        surface.line(_moved(rule, corner), 1.0, SILENT)
    for band in filter(None, layout.bands):
        surface.shape(_moved(band, corner), SILENT)
    for line, (start, _), colour in zip(layout.lines, layout.keys, _CHART_LINES, strict=False):
        for points in (line, swatch(start)):
            surface.line(_moved(points, corner), 2.5, colour)


def _chart_words(surface: Surface, chart: Chart, layout: ChartLayout, corner: Point) -> None:
    for line, (_, words) in zip(chart.lines, layout.keys, strict=True):
        surface.label(line.name, _moved([words], corner)[0], "start", MUTED)
    for mark in layout.marks:
        surface.label(mark.words, _moved([mark.at], corner)[0], mark.side, MUTED)


def _moved(points: Sequence[Point], by: Point) -> list[Point]:
    return [(x + by[0], y + by[1]) for x, y in points]


def _words(surface: Surface, slot: Slot, tile: Tile, layout: Layout) -> None:
    for box, edge in zip(slot.shares, slot.arriving, strict=True):
        surface.text(share_text(edge), box, INHIBITS if edge.inhibitory else INK, bold=True)
    for index, line in enumerate(head_lines(tile)):
        # Titles of a row stand level at the bottom of their box, next to the pictures.
        first = (
            slot.head.top if layout.kind == "list" else slot.head.bottom - len(head_lines(tile)) * HEAD_LINE
        )
        box = _line_box(slot.head, first, index, HEAD_LINE)
        surface.text(line, box, MUTED if index else INK, bold=index == 0)
    if tile.picture is None:
        surface.fill(slot.picture, SILENT)
        surface.text(tile.instead, slot.picture, MUTED)
    if slot.foot:
        for index, line in enumerate(wrapped(foot_lines(tile, slot.arriving), slot.foot.width)):
            surface.text(line, _line_box(slot.foot, slot.foot.top, index, FOOT_LINE), MUTED)


def _pictures(surface: Surface, slot: Slot, tile: Tile) -> None:
    if tile.picture:
        surface.paste(tile.picture, slot.picture)
    if tile.picture and tile.outline:
        surface.frame(_within(slot.picture, tile.outline), PAPER)
    if tile.exemplars:
        crops, attributions = slot.grids
        surface.paste(tile.exemplars.crops, crops)
        surface.paste(tile.exemplars.attributions, attributions)


def _stroke(surface: Surface, stroke: Stroke) -> None:
    if stroke.edge is None:
        surface.curve(stroke.points, stroke.width, TRUNK)
    elif stroke.edge.inhibitory:
        surface.curve(stroke.points, stroke.width, INHIBITS, dashed=True)
    else:
        surface.curve(stroke.points, stroke.width, EXCITES)


def _sparkline(surface: Surface, box: Box, values: tuple[float, ...]) -> None:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = box.width / max(1, len(values) - 1)
    points = [
        (box.left + i * step, box.bottom - 4 - (box.height - 8) * (v - low) / span)
        for i, v in enumerate(values)
    ]
    surface.line(points, 1.5, EXCITES)


def _diagram(layout: DiagramLayout, surface: Surface) -> None:
    for start, end in layout.lines:
        surface.line([start, end], 1.0, TRUNK)
    for x, y in layout.units:
        surface.circle(x, y, layout.radius, EXCITES, PAPER)
    for x, y in layout.dots:
        surface.circle(x, y, 2.0, EXCITES, EXCITES)
    for word, (x, y) in layout.words:
        surface.text(word, Box(x - 70, y - 16, x + 70, y + 4), MUTED)


def _line_box(box: Box, top: float, index: int, height: float) -> Box:
    return Box(box.left, top + index * height, box.right, top + (index + 1) * height)


def _within(picture: Box, part: Box) -> Box:
    return Box(
        picture.left + part.left * picture.width,
        picture.top + part.top * picture.height,
        picture.left + part.right * picture.width,
        picture.top + part.bottom * picture.height,
    )
