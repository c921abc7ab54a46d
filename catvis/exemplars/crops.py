"""Cells without crops → the part of the picture that the unit sees, and the unit's attribution over it.

A scan keeps places only: what nobody looks at is never cut. Each picture is opened once more and goes forward
once, and the attributions of all its cells come down the network in one sweep, each in its own window.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Several
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from PIL import Image

from catvis.backward.sweep import Attribution, Route, attributions
from catvis.backward.trace import Trace
from catvis.errors import StoreError, shown_path
from catvis.exemplars.collection import Collection
from catvis.exemplars.decode import Mark, read_into
from catvis.exemplars.origin import collection_at
from catvis.exemplars.receptive import Region, seen_region
from catvis.exemplars.scan.forward import prepared
from catvis.exemplars.scan.local import torch_threads
from catvis.exemplars.store import open_store
from catvis.exemplars.store_writer import Illustrated, Wanted, writing
from catvis.networks.network import Network
from catvis.progress import Progress, steps, unseen
from catvis.terms import Rule, Unit, UnitPath

Draw = Callable[[Float[np.ndarray, "3 height width"]], bytes]
"""From an attribution to an encoded picture."""

_QUALITY = 80


def cut_crops(
    load: Callable[[], Network],
    digest: str,
    file: Path,
    units: Several[Unit],
    *,
    draw: Draw,
    workers: int | None = None,
    progress: Progress = unseen,
) -> int:
    """Cut the crops that exemplars of some units still lack, and keep them in the store.

    Args:
        load: opens the network that was scanned with; called only where a crop is missing.
        digest: the network's.
        file: the store.
        units: whose crops.
        draw: makes an encoded picture of a crop's attribution.
        workers: how many pictures are worked on at once; one for every core by default.
        progress: is told how many crops are cut.

    Returns:
        How many were cut; a picture that is gone or has changed since the scan has none, and is not asked again.

    Raises:
        StoreError: there is no store, or it is damaged or locked, or its collection is not where it was.
    """
    with open_store(file, digest) as store:
        if not store.lacks(units):
            return 0
    with writing(file, digest) as writer:
        wanted = writer.wanted(units)
        collection = collection_at(writer.fact("origin") or "")
        if not collection.is_there:
            raise StoreError(
                f"{shown_path(file)} lacks crops, and its pictures are no longer in {collection.title}",
                hint="put them back there, or delete the store and mine again",
            )
        network, rule = load(), writer.rule
        by_picture = [list(cells) for _, cells in groupby(wanted, key=lambda cell: cell.entry)]
        work = partial(_illustrated, network, collection, rule, draw)
        at_once = max(1, len(os.sched_getaffinity(0)) if workers is None else workers)
        cut = 0
        advance = steps(progress, "crops cut", len(wanted))
        with torch_threads(at_once if network.device == "cpu" else 1) as threads:
            for cells, done in zip(by_picture, threads.map(work, by_picture), strict=True):
                writer.illustrate(done) if done else writer.give_up(cells)
                cut += len(done)
                advance(len(cells))
    return cut


def _illustrated(
    network: Network, collection: Collection, rule: Rule, draw: Draw, cells: Sequence[Wanted]
) -> list[Illustrated]:
    """In a thread: the cells of one picture; none where it is gone or has changed."""
    seen = np.empty((*network.preprocessing.size, 3), np.uint8)
    mark = read_into(seen, collection, network.preprocessing, cells[0].entry)
    if not isinstance(mark, Mark) or mark.digest != cells[0].digest:
        return []
    return list(_cut(network, seen, rule, draw, cells))


def _cut(
    network: Network,
    seen: UInt8[np.ndarray, "height width 3"],
    rule: Rule,
    draw: Draw,
    cells: Sequence[Wanted],
) -> Iterator[Illustrated]:
    top = max((cell.unit.layer for cell in cells), key=network.card.level)
    trace = Trace(network, prepared(network.preprocessing, seen[None]), top)
    places = [_place(network, cell) for cell in cells]
    routes = [Route(UnitPath((cell.unit,)), place=place) for cell, place in zip(cells, places, strict=True)]
    for number, attribution in attributions(trace, routes, rule):
        unit = cells[number].unit
        node = network.card.layer(unit.layer).node
        region = seen_region(network.graph, node, unit.index, places[number] or (0, 0))
        if region.is_empty:
            region = Region(0, 0, *network.card.size)
        crop = seen[region.top : region.bottom, region.left : region.right]
        yield Illustrated(cells[number], region, encoded(crop), draw(part(attribution, region)))


def _place(network: Network, cell: Wanted) -> tuple[int, int] | None:
    layer = network.card.layer(cell.unit.layer)
    if not layer.spatial:
        return None
    _, height, width = network.graph.nodes[layer.node].shape
    if not 0 <= cell.place < height * width:
        raise StoreError(
            f"the store of the exemplars is damaged: {cell.unit} has no place {cell.place}",
            hint="delete it and mine again",
        )
    return divmod(cell.place, width)


def part(attribution: Attribution, region: Region) -> Float[np.ndarray, "3 height width"]:
    """A region of an attribution; zero outside the window that it is known in."""
    (top, left), (high, wide) = attribution.corner, attribution.values.shape[1:]
    across = (left - region.left, region.right - left - wide)
    down = (top - region.top, region.bottom - top - high)
    return F.pad(attribution.values, (*across, *down)).cpu().numpy()


def encoded(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """A crop as JPEG, which is how most photographs come."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
