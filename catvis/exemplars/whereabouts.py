"""Where a unit above takes another one from: what each place adds to their edge weight, over several pictures.

A weight is a mean over places, which hides where they are. Here the places are kept: relative to the upper unit's
own place where it has a map, and else on the whole picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64, UInt8

from catvis.backward.sweep import Route, readings
from catvis.backward.trace import Trace
from catvis.exemplars.scan.forward import prepared
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath

Grid = Float64[np.ndarray, "rows columns"]
Pixels = UInt8[np.ndarray, "height width 3"]


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """How much of an edge lies where, in cells of the lower unit's map.

    Attributes:
        counts: what each cell adds to the edge weight, in the direction of the whole; at least 0.
        fires: how strongly the lower unit fires in each cell; at least 0.
        extent: rows and columns of the lower unit's map.
        is_relative: whether the upper unit's place lies in the middle; else the cells are the whole picture's.
        inhibitory: whether the whole is below 0.
    """

    counts: Grid
    fires: Grid
    extent: tuple[int, int]
    is_relative: bool
    inhibitory: bool

    def spread(self, grid: Grid) -> float:
        """How far one of the two lies from its own middle: root mean square, in parts of the picture's sides."""
        total = float(grid.sum())
        if not total:
            return 0.0
        sides = zip(np.indices(grid.shape), self.extent, strict=True)
        places = np.array([cells / length for cells, length in sides])
        middle = (places * grid).sum((1, 2), keepdims=True) / total
        return float(np.sqrt((np.square(places - middle).sum(0) * grid).sum() / total))


def whereabouts(
    network: Network, parent: Unit, child: Unit, above: Sequence[Pixels], below: Sequence[Pixels]
) -> Whereabouts | None:
    """Add up over pictures what each place of a lower unit's map is worth to an upper unit.

    Args:
        network: the network.
        parent: the upper unit.
        child: the lower unit, which has a map.
        above: pictures that excite the upper unit, as the network sees them.
        below: pictures that excite the lower unit.

    Returns:
        Cells around the upper unit's place, in the middle, as far as it looks, where it has a map; it fires there
        on the same pictures. Those of the whole picture where it has none; there it fires on its own pictures,
        wherever that is. None where nothing arrives.

    Raises:
        NetworkError: a unit does not exist, or the lower one does not lie below.
    """
    found = [one for one in (_terms(network, parent, child, seen) for seen in above) if one]
    if not any(terms.any() for terms, _ in found):
        return None
    terms, looked_at = (np.array(grids) for grids in zip(*found, strict=True))
    inhibitory = bool(terms.sum() < 0)
    counts = np.maximum(-terms if inhibitory else terms, 0).sum(0)
    shape = network.graph.nodes[network.card.layer(child.layer).node].shape
    extent, is_relative = (shape[1], shape[2]), network.card.layer(parent.layer).spatial
    if is_relative:
        counts, fires = _within_reach(counts, looked_at.sum(0))
    else:
        own = (Trace(network, prepared(network.preprocessing, seen[None]), child.layer) for seen in below)
        fires = sum((_fires(trace, child) for trace in own), np.zeros(extent))
    return Whereabouts(counts, fires, extent, is_relative, inhibitory)


def _fires(trace: Trace, unit: Unit) -> Grid:
    """How strongly a unit fires at each place."""
    grid: Grid = trace.of(unit.layer)[0, unit.index].clamp(min=0).double().cpu().numpy()
    return grid


def _terms(network: Network, parent: Unit, child: Unit, seen: Pixels) -> tuple[Grid, Grid] | None:
    """On one picture, what each place adds to the edge weight, and how strongly the lower unit fires in those."""
    trace = Trace(network, prepared(network.preprocessing, seen[None]), parent.layer)
    if trace.is_silent(parent):
        return None
    with torch.inference_mode():
        found = dict(readings(trace, [(Route(UnitPath((parent,))), child.layer)], by_place=True))
    if not found:
        return None
    terms = found[0][child.index].double().cpu().numpy()
    fires = np.where(terms != 0, _fires(trace, child), 0.0)
    if not network.card.layer(parent.layer).spatial:
        return terms, fires
    peak = trace.peak(parent)
    row, column = (
        int((place + 0.5) / size * cells)
        for place, size, cells in zip(peak.place, peak.extent, terms.shape, strict=True)
    )
    return _around(terms, row, column), _around(fires, row, column)


def _around(grid: Grid, row: int, column: int) -> Grid:
    """A grid in a larger one in whose middle a place of it lies; 0 where there is nothing of it."""
    high, wide = grid.shape
    larger = np.zeros((2 * high - 1, 2 * wide - 1))
    larger[high - 1 - row : 2 * high - 1 - row, wide - 1 - column : 2 * wide - 1 - column] = grid
    return larger


def _within_reach(counts: Grid, fires: Grid) -> tuple[Grid, Grid]:
    """Both as far from the middle as there is anything in the one or the other, and at least one cell."""
    middle = np.array(counts.shape) // 2
    reach = max(1, int(np.abs(np.argwhere(fires + counts) - middle).max()))
    rows, columns = (slice(max(0, at - reach), at + reach + 1) for at in middle)
    return counts[rows, columns], fires[rows, columns]
