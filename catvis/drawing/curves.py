"""The lines of a figure: cubic Bézier curves end to end, and how wide a share is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from catvis.drawing.figure import Edge
from catvis.drawing.layout import Point

THINNEST = 1.5
_WIDEST = 9.0

Curve = tuple[Point, ...]


def stroke_width(edge: Edge, edges: Iterable[Edge]) -> float:
    """Width in proportion to the share, the figure's largest at full width; never too thin to see."""
    largest = max(other.share for other in edges)
    return max(THINNEST, _WIDEST * edge.share / largest) if largest else THINNEST


def straight(start: Point, end: Point) -> Curve:
    """A straight line, as a curve."""
    return (start, start, end, end)


def falling(start: Point, end: Point) -> Curve:
    """From one point to a lower one, leaving and arriving vertically."""
    middle = (start[1] + end[1]) / 2
    return (start, (start[0], middle), (end[0], middle), end)


def joined(curves: Iterable[Curve]) -> Curve:
    """Curves end to end, each starting where the one before it ended."""
    points: list[Point] = []
    for curve in curves:
        points += curve[1:] if points else curve
    return tuple(points)


def sampled(curve: Curve, steps: int = 24) -> list[Point]:
    """Points along a curve, its start and end included."""
    points = [curve[0]]
    for first in range(0, len(curve) - 1, 3):
        p0, p1, p2, p3 = curve[first : first + 4]
        for step in range(1, steps + 1):
            t = step / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            points.append(
                (a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1])
            )
    return points
