"""Which lower units made this one fire: a path's edge weights to a layer, and what silencing a unit costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.edge_shares import Weights
from catvis.jobs.base import Job, Subject, SubjectJob, Work
from catvis.terms import Edges, Unit, UnitPath


class EdgesJob(Job[Weights]):
    """The edge weights from the end of a path to a lower layer, all 0 where the path's first unit is silent."""

    noun: ClassVar[str] = "edge weights"
    subject: Subject
    path: UnitPath
    layer: str
    edges: Edges

    @property
    def bench(self) -> tuple[Subject, Edges]:
        """All of one rule are carried down in one sweep."""
        return self.subject, self.edges

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Weights]]:
        """Carry the paths' gradients to the layers."""
        look = work.look(jobs[0].subject)
        yield from zip(jobs, look.edges([(job.path, job.layer) for job in jobs], jobs[0].edges), strict=True)


class AblationJob(SubjectJob[float | None]):
    """What the upper unit loses when the lower one is silenced: the relative drop, None of one that is silent."""

    noun: ClassVar[str] = "ablations"
    parent: Unit
    child: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, float | None]]:
        """Run forward from every silenced layer."""
        from catvis.backward.edges import ablations

        look = work.look(jobs[0].subject)
        firing = [job for job in jobs if look.trace.peak(job.parent).activation != 0]
        yield from ((job, None) for job in set(jobs).difference(firing))
        drops = ablations(look.trace, [(job.parent, job.child) for job in firing], memory=look.memory)
        yield from zip(firing, drops, strict=True)
