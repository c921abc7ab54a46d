"""Where one tile stands with all that belongs to it: the boxes that layouts are put together from.

Geometry only, in CSS pixels, y downwards. The style sheet builds the same column out of the same heights, and
a test in a real browser compares the two.
"""

from __future__ import annotations

from typing import Literal

from catvis.drawing.figure import Edge, Tile
from catvis.drawing.wording import foot_lines, head_lines, wrapped
from catvis.frozen import Frozen
from catvis.results import Box

Point = tuple[float, float]

SHARE_HEIGHT = 20.0
SHARE_WIDTH = 54.0
HEAD_LINE = 18.0
HEAD_GAP = 5.0
FOOT_LINE = 17.0
FOOT_GAP = 5.0
GRID_GAP = 6.0
CURVE_HEIGHT = 48.0
GAP = 20.0
TEXT_GAP = 12.0
#: Between the tiles of a chain: room for a line and the share above it.
LINK = 56.0


class Slot(Frozen):
    """Where one tile stands with all that belongs to it.

    Attributes:
        key: the tile's key.
        at: the whole of it.
        picture: the tile's picture.
        head: title and label.
        foot: the lines below or beside the picture; None where there are none.
        shares: the figures of the edges that end here, in the order of `arriving`.
        arriving: those edges.
        grids: the crops and their attributions; empty without exemplars.
        curve: an objective's course; None without one.
        flanked: the grids stand left and right of the picture instead of below it.
    """

    key: str
    at: Box
    picture: Box
    head: Box
    foot: Box | None
    shares: tuple[Box, ...]
    arriving: tuple[Edge, ...]
    grids: tuple[Box, ...]
    curve: Box | None
    flanked: bool = False

    @property
    def labels(self) -> tuple[Box, ...]:
        """Every box that holds text."""
        return (self.head, *self.shares, *((self.foot,) if self.foot else ()))


class Stroke(Frozen):
    """A line, as cubic Bézier curves end to end: 3 n + 1 points.

    Attributes:
        points: start, then two control points and an end for each curve.
        width: stroke width.
        edge: the edge that it stands for; None for a trunk that several share.
    """

    points: tuple[Point, ...]
    width: float
    edge: Edge | None


class Layout(Frozen):
    """A figure with its places.

    Attributes:
        width: of the whole, at least what `slots` need.
        height: of the whole.
        slots: in reading order.
        strokes: in painting order, below the tiles.
        kind: rows with text above and below each picture; a list, text on the right; or a chain, each share
            on the left of its tile.
    """

    width: float
    height: float
    slots: tuple[Slot, ...]
    strokes: tuple[Stroke, ...]
    kind: Literal["rows", "list", "chain"] = "rows"


def upright(
    tile: Tile, arriving: tuple[Edge, ...], top: Box, room: float, head: int, *, flanked: bool = False
) -> Slot:
    """Place a tile in a column: shares, head, picture, foot, curve and grids, one below the other.

    Args:
        tile: what to place.
        arriving: the edges that end in it, from left to right.
        top: the column's left, top and right; its width is the picture's side.
        room: height kept for the shares, the same along a row so that its pictures stand level.
        head: lines kept for title and label, likewise.
        flanked: put the grids left and right of the picture, where a row has the place to itself.
    """
    side = top.width
    span = len(arriving) * SHARE_WIDTH
    first = (top.left + top.right - span) / 2
    shares = tuple(
        Box(first + i * SHARE_WIDTH, top.top, first + (i + 1) * SHARE_WIDTH, top.top + SHARE_HEIGHT)
        for i in range(len(arriving))
    )
    y = top.top + room
    title = Box(top.left, y, top.right, y + head * HEAD_LINE)
    picture = Box(top.left, title.bottom + HEAD_GAP, top.right, title.bottom + HEAD_GAP + side)
    y = picture.bottom
    foot = None
    lines = len(wrapped(foot_lines(tile, arriving), side))
    if lines:
        foot = Box(top.left, y + FOOT_GAP, top.right, y + FOOT_GAP + lines * FOOT_LINE)
        y = foot.bottom
    curve = None
    if tile.curve:
        curve = Box(top.left, y + GRID_GAP, top.right, y + GRID_GAP + CURVE_HEIGHT)
        y = curve.bottom
    grids: list[Box] = []
    left, right = min(top.left, first), max(top.right, first + span)
    flanked = flanked and tile.exemplars is not None
    if flanked:
        step = side + GAP
        sides = (picture.left - step, picture.left + step)
        grids = [Box(x, picture.top, x + side, picture.bottom) for x in sides]
        left, right = min(left, grids[0].left), max(right, grids[1].right)
    elif tile.exemplars:
        for _ in range(2):
            grids.append(Box(top.left, y + GRID_GAP, top.right, y + GRID_GAP + side))
            y = grids[-1].bottom
    at = Box(left, top.top, right, y)
    return Slot(tile.key, at, picture, title, foot, shares, arriving, tuple(grids), curve, flanked)


def beside(
    tile: Tile, arriving: tuple[Edge, ...], corner: Point, side: float, right: float, grid: float
) -> Slot:
    """Place a tile in a list: the picture on the left, its text on the right, curve and grids below both.

    Args:
        tile: what to place.
        arriving: the edges that end in it.
        corner: the picture's left and top.
        side: the picture's width and height.
        right: where the text ends.
        grid: width and height of an exemplar grid.
    """
    left, top = corner
    picture = Box(left, top, left + side, top + side)
    x = picture.right + TEXT_GAP
    title = Box(x, top, right, top + len(head_lines(tile)) * HEAD_LINE)
    y = title.bottom + HEAD_GAP
    abreast = max(1, int((right - x) // SHARE_WIDTH))
    corners = [(x + i % abreast * SHARE_WIDTH, y + i // abreast * SHARE_HEIGHT) for i in range(len(arriving))]
    shares = tuple(Box(a, b, a + SHARE_WIDTH, b + SHARE_HEIGHT) for a, b in corners)
    y += -(-len(arriving) // abreast) * SHARE_HEIGHT
    lines = len(wrapped(foot_lines(tile, arriving), right - x))
    foot = Box(x, y + FOOT_GAP, right, y + FOOT_GAP + lines * FOOT_LINE) if lines else None
    y = max(picture.bottom, foot.bottom if foot else y)
    curve = None
    if tile.curve:
        curve = Box(left, y + GRID_GAP, left + side, y + GRID_GAP + CURVE_HEIGHT)
        y = curve.bottom
    grids: tuple[Box, ...] = ()
    if tile.exemplars:
        first = Box(left, y + GRID_GAP, left + grid, y + GRID_GAP + grid)
        second = Box(first.right + GRID_GAP, first.top, first.right + GRID_GAP + grid, first.bottom)
        grids = (first, second)
        y = first.bottom
    return Slot(tile.key, Box(left, top, right, y), picture, title, foot, shares, arriving, grids, curve)
