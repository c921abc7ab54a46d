"""A picture that excites a unit most, found by optimisation: from a blank one, or from one of the author's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.jobs.base import NetworkJob, SubjectJob, Work
from catvis.results import Optimised
from catvis.terms import Unit


class MaximizeJob(NetworkJob[Optimised]):
    """A picture that excites a unit.

    Attributes:
        unit: what to excite.
        steps: of the ascent.
        seed: of its random shifts.
    """

    noun: ClassVar[str] = "optimised pictures"
    unit: Unit
    steps: int
    seed: int

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Optimised]]:
        """Climb, one unit after the other."""
        from catvis.jobs.ascent import maximized

        for job in jobs:
            network = work.network(job.network)
            yield job, maximized(network, job.unit, job.steps, job.seed, work.progress)


class DreamJob(SubjectJob[Optimised]):
    """A picture changed so that it excites a unit, or all of a layer, more.

    Attributes:
        goal: the unit, or the layer.
        steps: of the ascent.
        octaves: how many sizes the picture is looked at in.
        seed: of the places where the network looks.
    """

    noun: ClassVar[str] = "dreams"
    goal: Unit | str
    steps: int
    octaves: int
    seed: int

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Optimised]]:
        """Dream, one goal after the other."""
        from catvis.jobs.dreaming import dreamt
        from catvis.networks.pictures import read_picture

        for job in jobs:
            network, picture = work.network(job.subject.network), read_picture(work.file(job.subject.picture))
            ways = (job.subject.fit, job.steps, job.octaves, job.seed)
            yield job, dreamt(network, job.goal, picture, *ways, work.progress)
