"""Which units stand for each other over many pictures, and which fire together: what one picture cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from catvis.jobs.base import Job, NetworkJob, Work
from catvis.jobs.exemplar_grids import DRAWN_PICTURES
from catvis.results import Distinct, Gathered, Pair
from catvis.terms import Unit


@dataclass(frozen=True)
class GatheredJob(NetworkJob[Gathered | None]):
    """A network's collection: that which was mined, or the embedded network's own; None where there is none."""

    noun: ClassVar[str] = "collections"
    is_kept: ClassVar[bool] = False

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Gathered | None]]:
        """Ask the store for its collection.

        Raises:
            StoreError: the store is damaged, or was made with other weights.
        """
        from catvis.exemplars.drawn import drawn_world
        from catvis.exemplars.store import open_store, store_file

        source = work.source(jobs[0].network)
        file = store_file(work.stores, source.name)
        found = None
        if file.is_file():
            with open_store(file, source.digest()) as store:
                found = Gathered(store.fact("origin") or "", store.pictures())
        elif source.has_world:
            found = Gathered(drawn_world(DRAWN_PICTURES).origin, DRAWN_PICTURES)
        yield from ((job, found) for job in jobs)


@dataclass(frozen=True)
class DistinctJob(Job[Distinct | None]):
    """A few units of a layer that tell what a unit above does; None of one that does the same on all pictures.

    Attributes:
        network: digest of the network.
        gathered: over which collection.
        parent: the unit above.
        layer: to choose from.
        count: how many.
        beside: units that are judged as well, such as the strongest on one picture.
    """

    noun: ClassVar[str] = "choices of distinct units"
    is_slow: ClassVar[bool] = True
    network: str
    gathered: Gathered
    parent: Unit
    layer: str
    count: int
    beside: tuple[int, ...]

    @property
    def bench(self) -> tuple[str, Gathered]:
        """One look through the collection serves all."""
        return self.network, self.gathered

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Distinct | None]]:
        """Look through a sample of the collection, and choose.

        Raises:
            StoreError: the collection's pictures are gone.
        """
        from catvis.exemplars.origin import collection_at
        from catvis.exemplars.pursuit import distinct
        from catvis.exemplars.strengths import strengths

        network, collection = work.network(jobs[0].network), collection_at(jobs[0].gathered.origin)
        wanted = {name for job in jobs for name in (job.layer, job.parent.layer)}
        layers = [layer for layer in network.card.widths if layer in wanted]
        found = strengths(network, collection, layers, progress=work.progress).layers
        for job in jobs:
            units, parents = (found[name].astype("float64") for name in (job.layer, job.parent.layer))
            yield job, distinct(units, parents[:, job.parent.index], job.count, job.beside)


@dataclass(frozen=True)
class PairJob(Job[Pair]):
    """How two units fire beside each other over a collection."""

    noun: ClassVar[str] = "pairs of units"
    is_slow: ClassVar[bool] = True
    network: str
    gathered: Gathered
    first: Unit
    second: Unit

    @property
    def bench(self) -> tuple[str, Gathered]:
        """One look through the collection serves all."""
        return self.network, self.gathered

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Pair]]:
        """Look through a sample of the collection, and count.

        Raises:
            StoreError: the collection's pictures are gone.
        """
        import numpy as np

        from catvis.exemplars.origin import collection_at
        from catvis.exemplars.strengths import strengths

        network, collection = work.network(jobs[0].network), collection_at(jobs[0].gathered.origin)
        layers = list({unit.layer for job in jobs for unit in (job.first, job.second)})
        names, found = strengths(network, collection, layers, progress=work.progress)
        for job in jobs:
            one, other = (found[unit.layer][:, unit.index] for unit in (job.first, job.second))
            moves = np.ptp(one) > 0 and np.ptp(other) > 0
            yield (
                job,
                Pair(
                    correlation=float(np.corrcoef(one, other)[0, 1]) if moves else None,
                    both=int(((one > 0) & (other > 0)).sum()),
                    first_alone=tuple(names[at] for at in np.flatnonzero((one > 0) & (other <= 0))),
                    second_alone=tuple(names[at] for at in np.flatnonzero((one <= 0) & (other > 0))),
                    pictures=len(names),
                ),
            )
