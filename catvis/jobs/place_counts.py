"""Where on the picture a unit above takes another one from: over many pictures, since one has it only somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from catvis.jobs.base import CollectionJob, Work
from catvis.jobs.exemplar_grids import exemplar_store
from catvis.results import DrawnPlaces
from catvis.terms import Unit


@dataclass(frozen=True)
class PlacesJob(CollectionJob[DrawnPlaces | None]):
    """Where a lower unit counts for an upper one, over the pictures that excite the upper one most.

    None where there are no such pictures, or nothing arrives on them.

    Attributes:
        parent: the upper unit.
        child: the lower unit; it has a map.
    """

    noun: ClassVar[str] = "places of units"
    parent: Unit
    child: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, DrawnPlaces | None]]:
        """Look at both units' exemplars again, and add up.

        Raises:
            StoreError: the store is damaged, or the collection's pictures are gone.
        """
        from catvis.drawing.density import density
        from catvis.drawing.encode import encode
        from catvis.exemplars.decode import read_named
        from catvis.exemplars.origin import collection_there
        from catvis.exemplars.store import open_store
        from catvis.exemplars.whereabouts import whereabouts

        digest = jobs[0].network
        network, collection = work.network(digest), collection_there(jobs[0].gathered.origin)
        with open_store(exemplar_store(work, digest), work.source(digest).digest()) as store:
            names = {unit: store.names_of(unit) for job in jobs for unit in (job.parent, job.child)}
        every = sorted({name for some in names.values() for name in some})
        pictures = read_named(collection, network.preprocessing, every)
        seen = {unit: [pictures[name] for name in some if name in pictures] for unit, some in names.items()}
        for job in jobs:
            found = whereabouts(network, job.parent, job.child, seen[job.parent], seen[job.child])
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
                    above=len(seen[job.parent]),
                    below=len(seen[job.child]),
                ),
            )
