"""A picture that excites a unit most, found by optimisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from catvis.jobs.base import NetworkJob, Work
from catvis.results import Optimised
from catvis.terms import Unit


@dataclass(frozen=True)
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
