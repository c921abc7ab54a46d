"""A small fully connected network → circles, lines and words: geometry only, layers from left to right."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

from catvis.drawing.figure import Diagram
from catvis.drawing.layout import Point
from catvis.frozen import Frozen

_MOST = 9
_ACROSS = 150.0
_DOWN = 44.0
_RADIUS = 14.0
_MARGIN = 26.0
_WORDS = 34.0
_DOT = 8.0


class DiagramLayout(Frozen):
    """Where everything in a diagram goes.

    Attributes:
        width: of the whole.
        height: of the whole.
        radius: of a unit's circle.
        units: middles of the circles, layer by layer.
        lines: from a unit's rim to the rim of one of the next layer.
        words: what is written, with the middle of its base line.
        dots: small marks where units are left out.
    """

    width: float
    height: float
    radius: float
    units: tuple[Point, ...]
    lines: tuple[tuple[Point, Point], ...]
    words: tuple[tuple[str, Point], ...]
    dots: tuple[Point, ...]


def arrange_diagram(figure: Diagram) -> DiagramLayout:
    """Place a diagram; of a layer of more than nine units the middle ones are left out and counted."""
    drawn = [min(size, _MOST) for size in figure.sizes]
    tallest = max(drawn)
    middle = _MARGIN + (tallest - 1) * _DOWN / 2
    columns = [
        [
            (_MARGIN * 2 + layer * _ACROSS, middle + (index - (count - 1) / 2) * _DOWN)
            for index in range(count)
        ]
        for layer, count in enumerate(drawn)
    ]
    bottom = _MARGIN + (tallest - 1) * _DOWN + _RADIUS + _WORDS
    words: list[tuple[str, Point]] = []
    dots: list[Point] = []
    for layer, (size, column) in enumerate(zip(figure.sizes, columns, strict=True)):
        role = "input" if layer == 0 else "output" if layer == len(columns) - 1 else "hidden"
        words.append((role if size <= _MOST else f"{role}: {size}", (column[0][0], bottom)))
        if size > _MOST:
            del column[_MOST // 2]
            dots += [(column[0][0], middle + apart) for apart in (-_DOT, 0.0, _DOT)]
    lines = tuple(_between(a, b) for left, right in pairwise(columns) for a in left for b in right)
    units = tuple(unit for column in columns for unit in column)
    width = _MARGIN * 4 + (len(columns) - 1) * _ACROSS
    return DiagramLayout(width, bottom + _MARGIN / 2, _RADIUS, units, lines, tuple(words), tuple(dots))


def _between(start: Point, end: Point) -> tuple[Point, Point]:
    """The part of the line between two units that lies outside both circles."""
    across, down = end[0] - start[0], end[1] - start[1]
    inset = _RADIUS / hypot(across, down)
    dx, dy = across * inset, down * inset
    return (start[0] + dx, start[1] + dy), (end[0] - dx, end[1] - dy)
