"""Where on the picture a unit above takes another one from: over many pictures, since one has it only somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.errors import StoreError, shown_path
from catvis.jobs.base import CollectionJob, NetworkJob, Work
from catvis.jobs.exemplar_grids import exemplar_store
from catvis.results import DrawnPlaces
from catvis.terms import Unit


class StrongestPicturesJob(NetworkJob[tuple[str, ...]]):
    """The names of the pictures that excite a unit most, strongest first; mining again may change them."""

    noun: ClassVar[str] = "names of exemplars"
    is_slow: ClassVar[bool] = True
    is_kept: ClassVar[bool] = False
    unit: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, tuple[str, ...]]]:
        """Ask the store.

        Raises:
            StoreError: the store is damaged, unfinished, lacks a layer, or was made with other weights.
        """
        from catvis.exemplars.store import open_store

        file = exemplar_store(work, jobs[0].network)
        with open_store(file, work.source(jobs[0].network).digest()) as store:
            store.require_scanned((job.unit for job in jobs), "delete it and mine again, without --layers")
            if not store.is_finished:
                raise StoreError(
                    f"{shown_path(file)} is not finished: mining was interrupted, or goes on",
                    hint="mine again as before, or wait",
                )
            names = [tuple(store.names_of(job.unit)) for job in jobs]
        yield from zip(jobs, names, strict=True)


class PlacesJob(CollectionJob[DrawnPlaces | None]):
    """Where a lower unit counts for an upper one, over the pictures that excite the upper one most.

    None where there are no such pictures, or nothing arrives on them.

    Attributes:
        parent: the upper unit.
        child: the lower unit; it has a map.
        above: names of the pictures that excite the upper unit most.
        below: names of those that excite the lower one.
    """

    noun: ClassVar[str] = "places of units"
    parent: Unit
    child: Unit
    above: tuple[str, ...]
    below: tuple[str, ...]

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, DrawnPlaces | None]]:
        """Look at both units' exemplars again, and add up.

        Raises:
            StoreError: the collection's pictures are gone.
        """
        from catvis.drawing.density import density
        from catvis.drawing.encode import encode
        from catvis.exemplars.decode import read_named
        from catvis.exemplars.origin import collection_there
        from catvis.exemplars.whereabouts import whereabouts

        network, collection = work.network(jobs[0].network), collection_there(jobs[0].gathered.origin)
        every = sorted({name for job in jobs for name in (*job.above, *job.below)})
        pictures = read_named(collection, network.preprocessing, every)
        for job in jobs:
            above, below = (
                [pictures[name] for name in names if name in pictures] for names in (job.above, job.below)
            )
            found = whereabouts(network, job.parent, job.child, above, below)
            if found is None:
                yield job, None
                continue
            side = min(network.card.size)
            size = (side, side) if found.is_relative else network.card.size
            rows, columns = found.counts.shape
            yield (
                job,
                DrawnPlaces(
                    counts=encode(density(found.counts, size)),
                    fires=encode(density(found.fires, size)),
                    counts_spread=found.spread(found.counts),
                    fires_spread=found.spread(found.fires),
                    cells=(rows, columns),
                    relative=found.is_relative,
                    inhibitory=found.inhibitory,
                    above=len(above),
                    below=len(below),
                ),
            )
