"""A path of units, one below the other in the network: tiles from left to right, in as many lines as it takes.

A tree of which every row has one tile would be a tower. A line enters each tile from the left, with the share
above it; at the end of a line it goes around, through the band below, to the next line's first tile.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from catvis.drawing.curves import Curve, joined, straight, stroke_width
from catvis.drawing.figure import Tree
from catvis.drawing.layout import LINK, SHARE_HEIGHT, Layout, Slot, Stroke, upright
from catvis.drawing.wording import head_lines
from catvis.results import Box

_LARGEST = 188.0
_SMALLEST = 104.0
_BAND = 40.0
_RIM = 14.0
_TURN = 8.0
#: Width of a chain's strongest line.
WIDEST = 7.0


def is_chain(tree: Tree) -> bool:
    """Whether a tree is one path: a tile a row, an edge from each to the next and no other."""
    keys = [tile.key for tile in tree.tiles]
    steps = set(pairwise(keys))
    return len(keys) == len(tree.rows) > 1 and {(edge.parent, edge.child) for edge in tree.edges} == steps


def chain(tree: Tree, width: float) -> Layout | None:
    """Place a path in a width; None where not even two tiles worth looking at stand side by side."""
    count = len(tree.tiles)
    lines = 1
    while True:
        columns = -(-count // lines)
        # A single line needs neither room before its first tile nor around its last one. In others the first share
        # begins where the line has turned.
        before, after = (_TURN / 2 + _TURN + LINK, _RIM) if lines > 1 else (0.0, 0.0)
        side = min(_LARGEST, (width - before - after - (columns - 1) * LINK) // columns)
        if columns < 2:
            return None
        if side >= _SMALLEST:
            break
        lines += 1
    total = before + columns * side + (columns - 1) * LINK + after
    arriving = {edge.child: edge for edge in tree.edges}
    slots: list[Slot] = []
    bands: list[float] = []
    y = 0.0
    for start in range(0, count, columns):
        tiles = tree.tiles[start : start + columns]
        head = max(len(head_lines(tile)) for tile in tiles)
        placed = []
        for index, tile in enumerate(tiles):
            x = before + index * (side + LINK)
            edges = (arriving[tile.key],) if tile.key in arriving else ()
            slot = upright(tile, edges, Box(x, y, x + side, y), 0.0, head)
            placed.append(_with_share_on_the_left(slot))
        slots += placed
        bands.append(max(slot.at.bottom for slot in placed))
        y = bands[-1] + _BAND
    places = {slot.key: (index, slot) for index, slot in enumerate(slots)}
    strokes = tuple(
        Stroke(
            _way(places[edge.parent], places[edge.child], columns, bands, total),
            _narrowed(stroke_width(edge, tree.edges)),
            edge,
        )
        for edge in tree.edges
    )
    return Layout(total, bands[-1], tuple(slots), strokes, kind="chain")


def _with_share_on_the_left(slot: Slot) -> Slot:
    middle = (slot.picture.top + slot.picture.bottom) / 2
    left = slot.picture.left
    top = middle - SHARE_HEIGHT - WIDEST / 2
    shares = tuple(Box(left - LINK, top, left, top + SHARE_HEIGHT) for _ in slot.shares)
    at = Box(left, slot.at.top, slot.picture.right, slot.at.bottom)
    return replace(slot, at=at, shares=shares)


def _way(
    parent: tuple[int, Slot], child: tuple[int, Slot], columns: int, bands: list[float], total: float
) -> Curve:
    (index, upper), (_, lower) = parent, child
    start = (upper.picture.right, (upper.picture.top + upper.picture.bottom) / 2)
    end = (lower.picture.left, (lower.picture.top + lower.picture.bottom) / 2)
    if (index + 1) % columns:
        return straight(start, end)
    band = bands[index // columns] + _BAND / 2
    far, near = total - _TURN / 2, _TURN / 2
    t = _TURN
    return joined(
        (
            straight(start, (far - t, start[1])),
            ((far - t, start[1]), (far, start[1]), (far, start[1]), (far, start[1] + t)),
            straight((far, start[1] + t), (far, band - t)),
            ((far, band - t), (far, band), (far, band), (far - t, band)),
            straight((far - t, band), (near + t, band)),
            ((near + t, band), (near, band), (near, band), (near, band + t)),
            straight((near, band + t), (near, end[1] - t)),
            ((near, end[1] - t), (near, end[1]), (near, end[1]), (near + t, end[1])),
            straight((near + t, end[1]), end),
        )
    )


def _narrowed(width: float) -> float:
    return min(width, WIDEST)
