"""How units fire over many pictures of a collection: what one picture cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from catvis.jobs.base import Job, NetworkJob, Work
from catvis.jobs.exemplar_grids import DRAWN_PICTURES
from catvis.results import Gathered, Strengths


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
class StrengthsJob(Job[Strengths]):
    """How strongly the units of a layer fire on a sample of a collection's pictures.

    Attributes:
        network: digest of the network.
        gathered: over which collection.
        layer: whose units.
    """

    noun: ClassVar[str] = "layers over a collection"
    is_slow: ClassVar[bool] = True
    network: str
    gathered: Gathered
    layer: str

    @property
    def bench(self) -> tuple[str, Gathered]:
        """One look through the collection serves all."""
        return self.network, self.gathered

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Strengths]]:
        """Look through a sample of the collection.

        Raises:
            StoreError: the collection's pictures are gone.
        """
        from catvis.exemplars.origin import collection_there
        from catvis.exemplars.strengths import strengths

        network, collection = work.network(jobs[0].network), collection_there(jobs[0].gathered.origin)
        names, layers = strengths(network, collection, [job.layer for job in jobs], progress=work.progress)
        for job in jobs:
            found = layers[job.layer]
            yield job, Strengths(names, found.shape[1], found.astype("<f4").tobytes())
