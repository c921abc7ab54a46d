"""Cells without crops → the part of the picture that the unit sees, and the unit's attribution over it.

The pictures are opened once more, each once, and the attributions of all cells of a batch of pictures go
down the network in one sweep, each in its own window.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from catvis.backward.sweep import Attribution, Route, attributions
from catvis.backward.trace import Trace
from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import PictureBlock
from catvis.exemplars.receptive import Region, seen_region
from catvis.exemplars.scan.feed import decoded
from catvis.exemplars.scan.forward import prepared
from catvis.exemplars.store_writer import Illustrated, Wanted
from catvis.networks.network import Network
from catvis.terms import Rule, UnitPath

Draw = Callable[[Float[np.ndarray, "3 height width"]], bytes]
"""From an attribution to an encoded picture."""

_PICTURES = 8
_QUALITY = 80


def illustrated(
    network: Network,
    collection: Collection,
    wanted: Sequence[Wanted],
    entries: dict[str, Entry],
    *,
    rule: Rule,
    draw: Draw,
    workers: int,
) -> Iterator[list[Illustrated]]:
    """Cut and draw cells.

    Args:
        network: the network that was scanned with.
        collection: where the pictures are.
        wanted: the cells, those of one picture after another.
        entries: the collection's entries by name.
        rule: what a ReLU does on the way back.
        draw: makes a picture of an attribution.
        workers: how many processes decode.

    Yields:
        The cells of a few pictures at a time; a cell whose picture is gone or has changed has no crop.
    """
    by_picture = [(name, list(cells)) for name, cells in groupby(wanted, key=lambda cell: cell.picture)]
    there = [(name, cells) for name, cells in by_picture if name in entries]
    starts = range(0, len(there), _PICTURES)
    batches = [there[start : start + _PICTURES] for start in starts]
    blocks = ([(row, entries[name]) for row, (name, _) in enumerate(batch)] for batch in batches)
    feed = decoded(collection, network.preprocessing, blocks, workers, largest=_PICTURES)
    # Encoders let go of the interpreter's lock: threads are enough to keep every core at it.
    with ThreadPoolExecutor(max(1, workers)) as encoders:
        for batch, block in zip(batches, feed, strict=True):
            cells = [
                (row, cell)
                for row, number in enumerate(block.numbers)
                for cell in batch[number][1]
                if cell.digest == block.marks[row].digest
            ]
            if cells:
                yield list(encoders.map(partial(_illustrated, draw), _cut(network, block, cells, rule)))


class _Cut(NamedTuple):
    """A cell as arrays."""

    cell: Wanted
    region: Region
    crop: UInt8[np.ndarray, "height width 3"]
    attribution: Float[np.ndarray, "3 height width"]


def _illustrated(draw: Draw, cut: _Cut) -> Illustrated:
    return Illustrated(cut.cell, cut.region, encoded(cut.crop), draw(cut.attribution))


def _cut(
    network: Network, block: PictureBlock, cells: Sequence[tuple[int, Wanted]], rule: Rule
) -> Iterator[_Cut]:
    top = max((cell.unit.layer for _, cell in cells), key=network.card.level)
    trace = Trace(network, prepared(network.preprocessing, block.pixels), top)
    places = [_place(network, cell) for _, cell in cells]
    routes = [
        Route(UnitPath((cell.unit,)), picture=row, place=place)
        for (row, cell), place in zip(cells, places, strict=True)
    ]
    for number, attribution in attributions(trace, routes, rule):
        row, cell = cells[number]
        node = network.card.layer(cell.unit.layer).node
        region = seen_region(network.graph, node, cell.unit.index, places[number] or (0, 0))
        if region.is_empty:
            region = Region(0, 0, *network.card.size)
        crop = block.pixels[row, region.top : region.bottom, region.left : region.right]
        yield _Cut(cell, region, crop, part(attribution, region))


def _place(network: Network, cell: Wanted) -> tuple[int, int] | None:
    layer = network.card.layer(cell.unit.layer)
    if not layer.spatial:
        return None
    row, column = divmod(cell.place, network.graph.nodes[layer.node].shape[2])
    return row, column


def part(attribution: Attribution, region: Region) -> Float[np.ndarray, "3 height width"]:
    """A region of an attribution."""
    whole = attribution.whole()[:, region.top : region.bottom, region.left : region.right]
    return whole.cpu().numpy()


def encoded(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """A crop as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY, method=4)
    return buffer.getvalue()
