"""A tree's rows in an order in which few lines cross, by the barycentre method (Sugiyama et al., 1981)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from msgspec.structs import replace

from catvis.drawing.figure import Edge, Tile, Tree

_SWEEPS = 8

_Rows = list[list[Tile]]


def untangled(tree: Tree) -> Tree:
    """The same tree, its rows sorted; where lines join rows that are no neighbours, they count for nothing."""
    rows = [list(row) for row in tree.rows]
    best, fewest = rows, crossings(rows, tree.edges)
    for sweep in range(_SWEEPS):
        rows = _swept(rows, tree.edges, downwards=sweep % 2 == 0)
        count = crossings(rows, tree.edges)
        if count < fewest:
            best, fewest = rows, count
    return replace(tree, rows=tuple(map(tuple, best)))


def crossings(rows: Sequence[Sequence[Tile]], edges: Sequence[Edge]) -> int:
    """How many pairs of lines between neighbouring rows cross."""
    place = {tile.key: (level, column) for level, row in enumerate(rows) for column, tile in enumerate(row)}
    ends = [(*place[edge.parent], *place[edge.child]) for edge in edges]
    between = [(level, a, b) for level, a, below, b in ends if below == level + 1]
    return sum(
        level == other and (a - c) * (b - d) < 0 for (level, a, b), (other, c, d) in combinations(between, 2)
    )


def _swept(rows: _Rows, edges: Sequence[Edge], *, downwards: bool) -> _Rows:
    """Every row in the order of the mean places of what its tiles are joined with in the row before."""
    order = rows if downwards else rows[::-1]
    done = [order[0]]
    for row in order[1:]:
        done.append(_sorted(row, done[-1], edges))
    return done if downwards else done[::-1]


def _sorted(row: Sequence[Tile], before: Sequence[Tile], edges: Sequence[Edge]) -> list[Tile]:
    """A row in the order of the mean places of those that each is joined with; else it keeps its own place."""
    places = {tile.key: column for column, tile in enumerate(before)}
    pairs = [(edge.parent, edge.child) for edge in edges]
    middles: dict[str, float] = {}
    for column, tile in enumerate(row):
        others = [
            above if below == tile.key else below for above, below in pairs if tile.key in (above, below)
        ]
        joined = [places[other] for other in others if other in places]
        middles[tile.key] = sum(joined) / len(joined) if joined else float(column)
    return sorted(row, key=lambda tile: middles[tile.key])
