"""A tree where there is no room for rows: a list, children indented below their parent, text to the right.

A trunk runs down from each parent at its children's left, with a tick to each of them as wide as its share.
A unit with several parents stands below the last of them; edges from the others arrive in lanes left of
everything.
"""

from __future__ import annotations

from catvis.drawing.curves import THINNEST, joined, straight, stroke_width
from catvis.drawing.figure import Edge, Tree
from catvis.drawing.layout import GAP, GRID_GAP, TEXT_GAP, Layout, Slot, Stroke, beside

_SMALLEST = 112.0
_LARGEST = 160.0
_TEXT = 96.0
_ROOMY_TEXT = 150.0
_INDENT = 28.0
_TRUNK = 10.0
_LANE = 12.0
_LANES = 48.0


def outline(tree: Tree, width: float) -> Layout:
    """List a tree's tiles in a column of so many CSS pixels."""
    arriving = {tile.key: tuple(e for e in tree.edges if e.child == tile.key) for tile in tree.tiles}
    listed = _listed(tree)
    home = {key: edge for key, _, edge in listed if edge}
    strays = [edge for edge in tree.edges if home[edge.child] is not edge]
    lane = min(_LANE, _LANES / len(strays)) if strays else 0.0
    gutter = lane * len(strays)
    deepest = max(depth for _, depth, _ in listed)
    indent = min(_INDENT, (width - gutter - _SMALLEST - TEXT_GAP - _TEXT) / deepest) if deepest else 0.0
    spare = width - gutter - deepest * indent - TEXT_GAP - _ROOMY_TEXT
    side = min(_LARGEST, max(_SMALLEST, spare // 1))
    grid = (width - gutter - deepest * indent - GRID_GAP) / 2
    tiles = {tile.key: tile for tile in tree.tiles}
    slots: dict[str, Slot] = {}
    y = 0.0
    for key, depth, _ in listed:
        slots[key] = beside(tiles[key], arriving[key], (gutter + depth * indent, y), side, width, grid)
        y = slots[key].at.bottom + GAP
    inset = min(_TRUNK, indent / 2)
    strokes = _trunks(home, slots, inset)
    for edge in home.values():
        x, end = slots[edge.parent].picture.left + inset, slots[edge.child].picture
        middle = (end.top + end.bottom) / 2
        tick = straight((x, middle), (end.left, middle))
        strokes.append(Stroke(tick, stroke_width(edge, tree.edges), edge))
    for number, edge in enumerate(strays):
        start, end = slots[edge.parent].picture, slots[edge.child].picture
        strokes.append(
            _detour(edge, tree, start.left, end.left, gutter - (number + 0.75) * lane, lane, slots)
        )
    return Layout(width, y - GAP, tuple(slots.values()), tuple(strokes), kind="list")


def _listed(tree: Tree) -> list[tuple[str, int, Edge | None]]:
    """Keys in reading order, parents first, with their depth and the edge that they hang from."""
    waiting = {tile.key: sum(edge.child == tile.key for edge in tree.edges) for tile in tree.tiles}
    listed: list[tuple[str, int, Edge | None]] = []

    def visit(key: str, depth: int, edge: Edge | None) -> None:
        listed.append((key, depth, edge))
        for below in sorted((e for e in tree.edges if e.parent == key), key=lambda e: order[e.child]):
            waiting[below.child] -= 1
            if waiting[below.child] == 0:
                visit(below.child, depth + 1, below)

    order = {tile.key: index for index, tile in enumerate(tree.tiles)}
    for root in [key for key, count in waiting.items() if count == 0]:
        visit(root, 0, None)
    return listed


def _trunks(home: dict[str, Edge], slots: dict[str, Slot], inset: float) -> list[Stroke]:
    last: dict[str, float] = {}
    for edge in home.values():
        picture = slots[edge.child].picture
        last[edge.parent] = max(last.get(edge.parent, 0.0), (picture.top + picture.bottom) / 2)
    return [
        Stroke(
            straight(
                (slots[key].picture.left + inset, slots[key].at.bottom),
                (slots[key].picture.left + inset, bottom),
            ),
            THINNEST,
            None,
        )
        for key, bottom in last.items()
    ]


def _detour(
    edge: Edge, tree: Tree, leave: float, arrive: float, x: float, lane: float, slots: dict[str, Slot]
) -> Stroke:
    """From a parent's left side out into a lane, down, and in at the child's left side."""
    start, end = slots[edge.parent].picture, slots[edge.child].picture
    upper, lower = start.top + 0.75 * start.height, end.top + 0.25 * end.height
    corner = lane / 2
    points = joined(
        (
            straight((leave, upper), (x + corner, upper)),
            ((x + corner, upper), (x, upper), (x, upper), (x, upper + corner)),
            straight((x, upper + corner), (x, lower - corner)),
            ((x, lower - corner), (x, lower), (x, lower), (x + corner, lower)),
            straight((x + corner, lower), (arrive, lower)),
        )
    )
    return Stroke(points, min(stroke_width(edge, tree.edges), lane / 2), edge)
