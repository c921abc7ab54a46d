"""A chart → lines, bands and words: geometry only, for the page and for the composite picture alike.

Counts stand at the logarithm of one more: the first few, which matter most, have room.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, log1p
from typing import Literal, TypeAlias

from catvis.drawing.figure import Chart
from catvis.drawing.layout import Point
from catvis.drawing.wording import part_text
from catvis.frozen import Frozen

Side: TypeAlias = Literal["start", "middle", "end"]
CHART_GAP = 28.0
"""Between the tiles and a chart, and between two charts."""
_WIDEST = 640.0
_HEIGHT = 200.0
_LEFT = 52.0
_RIGHT = 18.0
_TEXT = 20.0
_KEY = 22.0
_SWATCH = 28.0
_TICK_ROOM = 30.0
_STEP = 0.5
_NEARLY = 0.02
"""So little below a line is drawn on it."""
_ROUND = (1, 2, 5)


class ChartLayout(Frozen):
    """Where everything in a chart goes.

    Attributes:
        width: of the whole.
        height: of the whole.
        lines: by line of the chart, its points from left to right.
        bands: by line, the outline of what it may be; empty where nothing is known.
        rules: horizontal lines, from left to right.
        marks: words, each with the middle of its left, centre or right side.
        keys: by line, the left end of its swatch and of its words, in the middle of their height.
    """

    width: float
    height: float
    lines: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[Point, ...], ...]
    rules: tuple[tuple[Point, Point], ...]
    marks: tuple[Words, ...]
    keys: tuple[tuple[Point, Point], ...]


class Words(Frozen):
    """A few words at a place; ``side`` is where the place lies of them: start, middle or end."""

    words: str
    at: Point
    side: Side


def arrange_chart(chart: Chart, width: float) -> ChartLayout:
    """Place a chart in a width."""
    width = min(width, _WIDEST)
    top = _TEXT + _KEY * len(chart.lines) + _TEXT / 2
    bottom, right = top + _HEIGHT, width - _RIGHT
    low, high = _bounds(chart)
    last = log1p(chart.places[-1])

    def across(count: int) -> float:
        return _LEFT + (right - _LEFT) * log1p(count) / last

    def down(part: float) -> float:
        return bottom - _HEIGHT * (part - low) / (high - low)

    columns = [across(count) for count in chart.places]
    heights = [low + step * _STEP for step in range(round((high - low) / _STEP) + 1)]
    marks = [Words(part_text(part) if part else "0", (_LEFT - 8, down(part)), "end") for part in heights]
    marks += [Words(str(count), (across(count), bottom + 14), "middle") for count in _ticks(chart, across)]
    marks.append(Words(chart.title, (0.0, _TEXT / 2), "start"))
    marks.append(Words(chart.across, ((_LEFT + right) / 2, bottom + 34), "middle"))
    rows = [_TEXT + _KEY * (index + 0.5) for index in range(len(chart.lines))]
    bands = []
    for line in chart.lines:
        pairs = list(zip(columns, line.heights, line.spread, strict=True)) if line.spread else []
        upper = [(x, down(min(high, part + spread))) for x, part, spread in pairs]
        lower = [(x, down(max(low, part - spread))) for x, part, spread in reversed(pairs)]
        bands.append((*upper, *lower))
    return ChartLayout(
        width,
        bottom + 44,
        tuple(
            tuple((x, down(max(low, part))) for x, part in zip(columns, line.heights, strict=True))
            for line in chart.lines
        ),
        tuple(bands),
        tuple(((_LEFT, down(part)), (right, down(part))) for part in heights),
        tuple(marks),
        tuple(((0.0, y), (_SWATCH + 8, y)) for y in rows),
    )


def swatch(start: Point) -> tuple[Point, Point]:
    """The short line beside a line's name."""
    return start, (start[0] + _SWATCH, start[1])


def _bounds(chart: Chart) -> tuple[float, float]:
    """The lowest and the highest part that is shown: 0 and 100 %, and half as much more where it is needed."""
    every = [part for line in chart.lines for part in line.heights]
    low = min(0.0, *every) + _NEARLY
    return min(0.0, floor(low / _STEP) * _STEP), ceil(max(1.0, *every) / _STEP) * _STEP


def _ticks(chart: Chart, across: Callable[[int], float]) -> list[int]:
    """Round counts, the last one always, as many as there is room for."""
    last = chart.places[-1]
    power, rounds = 1, [0]
    while power <= last:
        rounds += [power * one for one in _ROUND if power * one < last]
        power *= 10
    shown = [last]
    for count in reversed(rounds):
        if across(shown[-1]) - across(count) >= _TICK_ROOM:
            shown.append(count)
    return shown[::-1]
