"""How units fire over many pictures of a collection: what one picture cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.digests import digest
from catvis.jobs.base import AnswerJob, CollectionJob, NetworkJob, Work
from catvis.jobs.exemplar_grids import DRAWN_PICTURES, exemplar_store
from catvis.jobs.versions import version
from catvis.results import Distinct, Gathered, Pair, Strengths


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
        from catvis.exemplars.place import store_file
        from catvis.exemplars.store import open_store

        source = work.source(jobs[0].network)
        file = store_file(work.stores, source.name)
        found = None
        if file.is_file():
            with open_store(file, source.digest()) as store:
                found = Gathered(store.fact("origin") or "", store.pictures())
        elif source.has_world:
            found = Gathered(drawn_world(DRAWN_PICTURES).origin, DRAWN_PICTURES)
        yield from ((job, found) for job in jobs)


class StrengthsJob(CollectionJob[Strengths]):
    """How strongly the units of a layer fire on a sample of a collection's pictures.

    Attributes:
        layer: whose units.
    """

    noun: ClassVar[str] = "layers over a collection"
    layer: str

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Strengths]]:
        """Read what mining has noted of a sample of the collection.

        Raises:
            StoreError: the store is damaged, or the layer was not scanned.
        """
        from catvis.exemplars.sample import strengths
        from catvis.exemplars.store import open_store

        card = work.source(jobs[0].network).card()
        with open_store(exemplar_store(work, jobs[0].network), card.digest) as store:
            for job in jobs:
                yield job, strengths(store, card.layer(job.layer))


class DistinctJob(AnswerJob[Distinct | None]):
    """A few units of a layer that tell what a unit above does; None where nothing tells them apart.

    Attributes:
        units: of the layer to choose from.
        parents: of the layer of the unit above, on the same pictures.
        parent: its index.
        count: how many.
        beside: units of which as many are judged as well, such as the strongest on one picture.
    """

    noun: ClassVar[str] = "choices of distinct units"
    units: Strengths
    parents: Strengths
    parent: int
    count: int
    beside: tuple[int, ...]

    def key(self) -> str:
        """Strengths are known by their names, which are digests."""
        named = (self.units.name, self.parents.name, self.parent, self.count, self.beside)
        return digest("distinct", version(__name__), named)

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Distinct | None]]:
        """Choose on some pictures, and judge on the others; on all cores."""
        yield from zip(jobs, work.cores.map(_chosen, jobs), strict=True)


class PairJob(AnswerJob[Pair]):
    """How two units fire beside each other, each known by its layer's strengths and its index."""

    noun: ClassVar[str] = "pairs of units"
    first: Strengths
    first_unit: int
    second: Strengths
    second_unit: int

    def key(self) -> str:
        """Strengths are known by their names, which are digests."""
        named = (self.first.name, self.first_unit, self.second.name, self.second_unit)
        return digest("pair", version(__name__), named)

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Pair]]:
        """Count, on all cores."""
        yield from zip(jobs, work.cores.map(_counted, jobs), strict=True)


def _chosen(job: DistinctJob) -> Distinct | None:
    from catvis.exemplars.beside import table
    from catvis.exemplars.pursuit import distinct

    return distinct(table(job.units), table(job.parents)[:, job.parent], job.count, job.beside)


def _counted(job: PairJob) -> Pair:
    from catvis.exemplars.beside import pair

    return pair(job.first, job.first_unit, job.second, job.second_unit)
