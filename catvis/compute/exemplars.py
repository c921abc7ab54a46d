"""Exemplar grids: read from the network's store; for the embedded network the store is made when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from catvis.drawing.display import display
from catvis.drawing.encode import encode
from catvis.exemplars.store import METHOD, Cell, open_store, store_file
from catvis.networks.source import NetworkSource
from catvis.plan import Drawn, ExemplarCell, Exemplars, ExemplarsJob
from catvis.settings import Settings
from catvis.terms import Unit

if TYPE_CHECKING:
    from catvis.networks.network import Network

DRAWN_PICTURES = 768
"""So many pictures of the drawn world are searched for the embedded network's exemplars."""


def exemplars(
    source: NetworkSource,
    load: Callable[[], Network],
    jobs: Sequence[ExemplarsJob],
    settings: Settings,
    *,
    quiet: bool,
) -> Iterator[tuple[ExemplarsJob, Exemplars]]:
    """Find the exemplars of units.

    Args:
        source: the network.
        load: opens it; called only where crops are still to be made.
        jobs: the units.
        settings: where stores are kept.
        quiet: show no progress.

    Raises:
        StoreError: the store is damaged or was made with other weights.
    """
    file = store_file(settings.cache, source.name)
    if source.has_world and not file.is_file():
        file = _drawn_store(source, load, [job.unit for job in jobs], settings, quiet)
    if not file.is_file():
        missing = f"none yet: python -m catvis mine {source.name} FOLDER"
        yield from ((job, Exemplars((), missing)) for job in jobs)
        return
    with open_store(file, source.digest()) as store:
        for job in jobs:
            cells = tuple(_cell(cell) for cell in store.cells(job.unit))
            yield job, Exemplars(cells, None if cells else "it fires on no picture of the collection")


def drawn_crop(attribution: Float[np.ndarray, "3 height width"]) -> bytes:
    """An attribution's window as an encoded picture."""
    return encode(display(attribution).pixels).data


def _drawn_store(
    source: NetworkSource, load: Callable[[], Network], units: Sequence[Unit], settings: Settings, quiet: bool
) -> Path:
    """The store over the drawn world, with the crops of these units in it."""
    file = store_file(settings.cache, f"{source.name}-{source.digest()[:12]}-{METHOD.replace(' ', '-')}")
    if file.is_file():
        with open_store(file, source.digest()) as store:
            if store.covers(units):
                return file
    from catvis.exemplars.drawn import drawn_world
    from catvis.exemplars.mine import mine

    mine(load(), drawn_world(DRAWN_PICTURES), file, draw=drawn_crop, units=units, quiet=quiet)
    return file


def _cell(cell: Cell) -> ExemplarCell:
    size = (cell.width, cell.height)
    return ExemplarCell(
        Drawn(cell.crop, "image/webp", *size),
        Drawn(cell.attribution, "image/webp", *size),
        cell.name,
        cell.activation,
    )
