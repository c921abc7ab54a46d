"""What else excites a unit, from the network's mined collection; the embedded network's is mined when needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from catvis.digests import digest
from catvis.errors import PictureError, StoreError, shown_path
from catvis.jobs.base import AnswerJob, NetworkJob, Work
from catvis.jobs.versions import version
from catvis.program import command
from catvis.results import Exemplar, Exemplars, Picture
from catvis.terms import Unit

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from jaxtyping import Float

    from catvis.exemplars.store import Cell, Store
    from catvis.progress import Progress

DRAWN_PICTURES = 768
"""So many pictures of the drawn world are searched for the embedded network's exemplars."""


class ExemplarsJob(NetworkJob[Exemplars]):
    """A unit's exemplars; they are kept in a store of their own, which grows when more is mined."""

    noun: ClassVar[str] = "exemplar grids"
    is_slow: ClassVar[bool] = True
    is_kept: ClassVar[bool] = False
    unit: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Exemplars]]:
        """Read the store; cut first what it lacks.

        Raises:
            StoreError: the store is damaged, or was made with other weights; or its pictures are gone.
        """
        from catvis.exemplars.store import open_store

        source, units = work.source(jobs[0].network), [job.unit for job in jobs]
        file = exemplar_store(work, jobs[0].network)
        if not file.is_file():
            missing = f"none yet: {command(f'mine {source.name} FOLDER')}"
            yield from ((job, Exemplars((), missing)) for job in jobs)
            return
        with open_store(file, source.digest()) as store:
            is_lacking = store.lacks(units)
        if is_lacking:
            from catvis.exemplars.crops import cut_crops

            load = partial(work.network, jobs[0].network)
            cut_crops(load, source.digest(), file, units, draw=drawn_crop, progress=work.progress)
        with open_store(file, source.digest()) as store:
            for job in jobs:
                yield job, _exemplars(store, job.unit)


class MosaicJob(AnswerJob[Picture]):
    """Small pictures as one square grid, first in the top left."""

    noun: ClassVar[str] = "grids of pictures"
    pictures: tuple[Picture, ...]

    def key(self) -> str:
        """Pictures are known by their names, which are digests."""
        names = [picture.name for picture in self.pictures]
        return digest("mosaic", version("catvis.drawing.encode"), names)

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Picture]]:
        """Lay out and encode, on all cores.

        Raises:
            StoreError: a picture is none, so that the store that it is of is damaged.
        """
        from catvis.drawing.encode import mosaic
        from catvis.exemplars.place import store_file

        try:
            yield from zip(jobs, work.cores.map(mosaic, [job.pictures for job in jobs]), strict=True)
        except PictureError as error:
            folder = shown_path(store_file(work.stores, "any").parent)
            raise StoreError(
                f"a store in {folder} is damaged: a crop in it is no picture", hint="delete it and mine again"
            ) from error


def drawn_crop(attribution: Float[np.ndarray, "3 height width"]) -> bytes:
    """An attribution's window as an encoded picture."""
    from catvis.drawing.display import display
    from catvis.drawing.encode import encode

    return encode(display(attribution).pixels).data


def exemplar_store(work: Work, network: str) -> Path:
    """A network's store, if there is one; the embedded network's is mined when it is first asked for."""
    from catvis.exemplars.place import store_file

    source = work.source(network)
    file = store_file(work.stores, source.name)
    return drawn_store(work, network, work.progress) if source.has_world and not file.is_file() else file


def drawn_store(work: Work, network: str, progress: Progress) -> Path:
    """The store over the drawn world, mined when it is first asked for."""
    from catvis.exemplars.place import store_file
    from catvis.exemplars.store import METHOD, open_store

    source = work.source(network)
    name = f"{source.name}-{source.digest()[:12]}-{METHOD.replace(' ', '-')}"
    file = store_file(work.stores, name)
    if file.is_file():
        with open_store(file, source.digest()) as store:
            if store.is_finished:
                return file
    from catvis.exemplars.drawn import drawn_world
    from catvis.exemplars.mine import mine

    mine(work.network(network), drawn_world(DRAWN_PICTURES), file, progress=progress)
    return file


def _exemplars(store: Store, unit: Unit) -> Exemplars:
    cells = tuple(map(_exemplar, store.cells(unit)))
    if unit.layer not in store.layers:
        return Exemplars((), f"{unit.layer} was not scanned")
    return Exemplars(cells, None if cells else "it fires on no picture of the collection")


def _exemplar(cell: Cell) -> Exemplar:
    crop, attribution = (Picture(data, "image/jpeg", *cell.size) for data in (cell.crop, cell.attribution))
    return Exemplar(crop, attribution, cell.name, cell.activation)
