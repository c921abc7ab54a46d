"""A tree in rows, parents above their children.

Lines run in bands between the rows, and past a row that they skip in a column of their own; they leave a
parent side by side, as wide as their shares, and end above the figures of their share. So no line can meet
a label. In a compact tree there are no such figures: the lines end side by side above their child.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from catvis.drawing.curves import Curve, falling, joined, straight, stroke_width
from catvis.drawing.figure import Edge, Tile, Tree
from catvis.drawing.layout import GAP, SHARE_HEIGHT, SHARE_WIDTH, Layout, Slot, Stroke, upright
from catvis.drawing.wording import head_lines
from catvis.frozen import Frozen
from catvis.results import Box

_CHANNEL = 12.0
_FAN = 0.8
_APART = 5.0


class _Sizes(Frozen):
    """Lengths in CSS pixels.

    Attributes:
        band: between rows.
        largest: side of a tile.
        smallest: side of a tile that is worth looking at.
        gap: between tiles.
        share: width of the figure at the end of a line.
    """

    band: float = 68.0
    largest: float = 188.0
    smallest: float = 104.0
    gap: float = GAP
    share: float = SHARE_WIDTH


_USUAL = _Sizes()
_COMPACT = _Sizes(band=40.0, largest=80.0, smallest=52.0, gap=14.0, share=0.0)


class _Item(Frozen):
    """What takes a place in a row.

    Attributes:
        tile: the tile; None for the column through which an edge passes a row that it skips.
        arriving: the edges that end here, or pass.
    """

    tile: Tile | None
    arriving: tuple[Edge, ...]
    sizes: _Sizes

    def width(self, side: float) -> float:
        return _CHANNEL if self.tile is None else max(side, len(self.arriving) * self.sizes.share)


_Rows = list[list[_Item]]
_Stop = tuple[int, str]


def layered(tree: Tree, width: float) -> Layout | None:
    """Place a tree's rows in a width; None where no tile worth looking at would fit."""
    sizes = _COMPACT if tree.compact else _USUAL
    rows = _with_channels(tree, sizes)
    side = sizes.largest
    while max(_row_width(row, side) for row in rows) > width:
        side -= 1
        if side < sizes.smallest:
            return None
    total = max(_row_width(row, side) for row in rows)
    middles = _middles(rows, side, total)
    slots: dict[str, Slot] = {}
    bands: list[tuple[float, float]] = []
    y = 0.0
    for level, row in enumerate(rows):
        room = SHARE_HEIGHT if sizes.share and any(item.tile and item.arriving for item in row) else 0.0
        head = max(len(head_lines(item.tile)) for item in row if item.tile)
        for item in row:
            if item.tile:
                x = middles[level, item.tile.key]
                column = Box(x - side / 2, y, x + side / 2, y)
                edges = _in_order(item.arriving, level, middles) if sizes.share else ()
                room_beside = min(column.left, total - column.right) >= side + GAP
                flanked = len(row) == 1 and room_beside
                slots[item.tile.key] = upright(item.tile, edges, column, room, head, flanked=flanked)
        bottom = max(slots[item.tile.key].at.bottom for item in row if item.tile)
        bands.append((y, bottom))
        y = bottom + sizes.band
    strokes = [_descent(edge, tree, middles, bands, slots) for edge in tree.edges]
    strokes.sort(key=lambda stroke: -stroke.width)
    ordered = tuple(slots[tile.key] for tile in tree.tiles)
    return Layout(total, bands[-1][1], ordered, tuple(strokes))


def _with_channels(tree: Tree, sizes: _Sizes) -> _Rows:
    level = {tile.key: depth for depth, row in enumerate(tree.rows) for tile in row}
    rows: _Rows = []
    for depth, row in enumerate(tree.rows):
        items = [_Item(tile, tuple(e for e in tree.edges if e.child == tile.key), sizes) for tile in row]
        passing = [edge for edge in tree.edges if level[edge.parent] < depth < level[edge.child]]
        rows.append(items + [_Item(None, (edge,), sizes) for edge in passing])
    return rows


def _row_width(row: list[_Item], side: float) -> float:
    return sum(item.width(side) for item in row) + row[0].sizes.gap * (len(row) - 1)


def _stop(level: int, item: _Item) -> _Stop:
    return level, item.tile.key if item.tile else _passage(item.arriving[0])


def _passage(edge: Edge) -> str:
    return f"{edge.parent} {edge.child}"


def _origin(edge: Edge, level: int, middles: dict[_Stop, float]) -> float:
    """Where an edge comes from in the row above: its channel there, or else its parent."""
    above = (level - 1, _passage(edge))
    return middles[above] if above in middles else middles[level - 1, edge.parent]


def _middles(rows: _Rows, side: float, total: float) -> dict[_Stop, float]:
    """Each item's middle: below its parents as far as there is room, in the order of its parents."""
    middles: dict[_Stop, float] = {}
    for level, row in enumerate(rows):
        wanted = []
        for item in row:
            origins = [_origin(edge, level, middles) for edge in item.arriving]
            wanted.append((sum(origins) / len(origins) if origins else total / 2, item))
        wanted.sort(key=lambda pair: pair[0])
        row[:] = [item for _, item in wanted]
        steps = [(a.width(side) + b.width(side)) / 2 + a.sizes.gap for a, b in pairwise(row)]
        offsets = list(accumulate(steps, initial=row[0].width(side) / 2))
        spare = total - _row_width(row, side)
        slack = _level([x - offset for (x, _), offset in zip(wanted, offsets, strict=True)])
        for item, offset, shift in zip(row, offsets, slack, strict=True):
            middles[_stop(level, item)] = offset + min(max(shift, 0.0), spare)
    return middles


def _level(values: list[float]) -> list[float]:
    """The closest non-decreasing sequence in the sense of least squares (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for value in values:
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (right, m), (left, n) = pools.pop(), pools.pop()
            pools.append(((left * n + right * m) / (n + m), n + m))
    return [mean for mean, count in pools for _ in range(count)]


def _descent(
    edge: Edge,
    tree: Tree,
    middles: dict[_Stop, float],
    bands: list[tuple[float, float]],
    slots: dict[str, Slot],
) -> Stroke:
    """An edge's line: out of its parent, through its channels, down to the figures of its share."""
    level = {tile.key: depth for depth, row in enumerate(tree.rows) for tile in row}
    parent, child = slots[edge.parent], slots[edge.child]
    x = _departure(edge, tree, level[edge.parent], middles, parent)
    y = bands[level[edge.parent]][1]
    curves: list[Curve] = [straight((x, parent.at.bottom), (x, y))] if parent.at.bottom < y else []
    for depth in range(level[edge.parent] + 1, level[edge.child]):
        top, bottom = bands[depth]
        channel = middles[depth, _passage(edge)]
        curves += [falling((x, y), (channel, top)), straight((channel, top), (channel, bottom))]
        x, y = channel, bottom
    curves.append(falling((x, y), _arrival(edge, tree, level[edge.child], middles, child)))
    return Stroke(joined(curves), stroke_width(edge, tree.edges), edge)


def _arrival(
    edge: Edge, tree: Tree, level: int, middles: dict[_Stop, float], child: Slot
) -> tuple[float, float]:
    """Where an edge ends: above the figure of its share, or side by side with the others above its child."""
    if child.shares:
        share = child.shares[child.arriving.index(edge)]
        return (share.left + share.right) / 2, share.top
    arriving = _in_order([e for e in tree.edges if e.child == edge.child], level, middles)
    apart = _FAN * child.picture.width / (len(arriving) + 1)
    middle = (child.picture.left + child.picture.right) / 2
    return middle + (arriving.index(edge) - (len(arriving) - 1) / 2) * apart, child.at.top


def _in_order(edges: Sequence[Edge], level: int, middles: dict[_Stop, float]) -> tuple[Edge, ...]:
    """Edges that end in one tile, in the order in which they come from above."""
    return tuple(sorted(edges, key=lambda edge: _origin(edge, level, middles)))


def _departure(edge: Edge, tree: Tree, level: int, middles: dict[_Stop, float], parent: Slot) -> float:
    """Where an edge leaves its parent: side by side with the others, in the order in which they fan out."""

    def target(other: Edge) -> float:
        below = (level + 1, _passage(other))
        return middles[below] if below in middles else middles[level + 1, other.child]

    leaving = sorted((e for e in tree.edges if e.parent == edge.parent), key=target)
    widths = [stroke_width(other, tree.edges) + _APART for other in leaving]
    squeeze = min(1.0, _FAN * parent.picture.width / sum(widths))
    index = leaving.index(edge)
    before = sum(widths[:index]) + widths[index] / 2 - sum(widths) / 2
    return (parent.picture.left + parent.picture.right) / 2 + before * squeeze
