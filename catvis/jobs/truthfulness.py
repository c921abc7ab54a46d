"""How far figures can be trusted: do edges agree with ablation, do named units point at their parts?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.jobs.base import NetworkJob, SubjectJob, Work
from catvis.jobs.exemplar_grids import drawn_store
from catvis.results import Pointed
from catvis.terms import Edges, Unit

_PICTURES = 4
"""On so many pictures, those that excite it most, a unit is asked to point."""


class AgreementJob(SubjectJob[float | None]):
    """The rank correlation of edge weights with what silencing costs; None where there is none to speak of."""

    noun: ClassVar[str] = "comparisons with ablation"
    parent: Unit
    layer: str
    edges: Edges

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, float | None]]:
        """Silence every unit that has an edge, and compare."""
        from catvis.backward.edges import agreement

        look = work.look(jobs[0].subject)
        for job in jobs:
            if look.trace.peak(job.parent).activation == 0:
                yield job, None
            else:
                yield job, agreement(look.trace, job.parent, job.layer, job.edges, memory=look.memory)


class PointingJob(NetworkJob[Pointed | None]):
    """Whether a unit points at the part that it is named after, in the pictures that excite it most.

    The pointing game of Zhang et al. (arXiv 1608.00507), where masks are known: in the drawn world. None for a
    unit without such a name, and for any other network.
    """

    noun: ClassVar[str] = "pointing games"
    is_slow: ClassVar[bool] = True
    unit: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Pointed | None]]:
        """Draw the pictures again, with their masks, and look where each attribution is strongest."""
        source = work.source(jobs[0].network)
        named = [job for job in jobs if source.has_world and str(job.unit) in source.card().parts]
        yield from ((job, None) for job in jobs if job not in named)
        if not named:
            return
        from catvis.exemplars.drawn import drawn_again
        from catvis.exemplars.pointed import pointed
        from catvis.exemplars.store import open_store

        network, parts = work.network(jobs[0].network), source.card().parts
        with open_store(drawn_store(work, jobs[0].network, work.progress), source.digest()) as store:
            names = {job: store.names_of(job.unit)[:_PICTURES] for job in named}
        every = sorted({name for some in names.values() for name in some})
        drawings = dict(zip(every, work.cores.map(drawn_again, every), strict=True))
        for job in named:
            yield (
                job,
                pointed(network, job.unit, parts[str(job.unit)], [drawings[name] for name in names[job]]),
            )
