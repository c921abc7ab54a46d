"""How much of a unit some units of a lower layer keep, all others being silenced: ablation the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.jobs.base import SubjectJob, Work
from catvis.results import Kept, KeptCurves
from catvis.terms import Edges, Unit, UnitPath


class KeptJob(SubjectJob[Kept]):
    """What a unit keeps when these units of a layer are left, and of as many at random."""

    noun: ClassVar[str] = "kept parts"
    parent: Unit
    layer: str
    units: tuple[int, ...]

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Kept]]:
        """Silence the others, and run on from there."""
        from catvis.backward.sufficiency import Sufficiency

        look = work.look(jobs[0].subject)
        for job in jobs:
            path = UnitPath((job.parent,))
            yield job, Sufficiency(look.trace, path, job.layer, memory=look.memory).kept(job.units)


class KeptCurvesJob(SubjectJob[KeptCurves]):
    """What a path's last unit keeps when more and more units of a layer are left, in three orders.

    One of them is that of the path's edge weights.
    """

    noun: ClassVar[str] = "curves of kept parts"
    path: UnitPath
    layer: str
    edges: Edges

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, KeptCurves]]:
        """Add unit to unit, and run on from each set."""
        from catvis.backward.sufficiency import Sufficiency

        look = work.look(jobs[0].subject)
        for job in jobs:
            found = Sufficiency(look.trace, job.path, job.layer, job.edges, memory=look.memory)
            yield job, found.curves()
