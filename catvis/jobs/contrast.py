"""Tiles that are about two attributions: the control with random weights, and the difference of two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from msgspec.structs import replace

from catvis.jobs.attribution import TileJob, attributions_of
from catvis.jobs.base import Job, Subject, Work
from catvis.results import Controlled, Difference
from catvis.terms import UnitPath

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32

    from catvis.jobs.look import Look

    Array = Float32[np.ndarray, "3 height width"]


class ControlJob(Job[Controlled]):
    """The same tile from the network with random weights above its first layer (arXiv 1810.03292).

    Nothing but the weights is another: the path is carried down by the same rule and with the same signs. Where
    its first units do not fire with random weights, there is nothing to start from: it starts at the first that
    does, and the answer says so.
    """

    noun: ClassVar[str] = "controls"
    tile: TileJob
    seed: int = 0

    @property
    def bench(self) -> tuple[Subject, int]:
        """One random network serves all."""
        return self.tile.subject, self.seed

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Controlled]]:
        """Randomise the network and look at the same picture again."""
        from catvis.jobs.randomised import randomised

        look = work.look(jobs[0].tile.subject)
        random = look.by(randomised(look.network, jobs[0].seed))
        for job in jobs:
            ((_, signs, trained),) = attributions_of(look, [job.tile])
            units = job.tile.path.units
            firing = [number for number, unit in enumerate(units) if random.fires(UnitPath((unit,)))]
            start = firing[0] if firing else 0
            below = replace(job.tile, path=UnitPath(units[start:]))
            ((_, _, untrained),) = attributions_of(random, [below], {below: (1, *signs[start + 1 :])})
            shown = job.tile.drawn(untrained, look)
            yield job, Controlled(shown, _correlation(trained, untrained), start)


class DifferenceJob(Job[Difference]):
    """One attribution less another, each at its own scale; mid-grey is where they agree."""

    noun: ClassVar[str] = "differences"
    first: TileJob
    second: TileJob

    @property
    def bench(self) -> tuple[Subject, Subject]:
        """Both subjects."""
        return self.first.subject, self.second.subject

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Difference]]:
        """Take both attributions, and one from the other."""
        from catvis.drawing.display import display
        from catvis.drawing.encode import encode

        for job in jobs:
            sides = [_array(work.look(side.subject), side) for side in (job.first, job.second)]
            one, other = (array / (display(array).scale or 1.0) for array in sides)
            yield job, Difference(encode(display(one - other).pixels), _correlation(*sides))


def _array(look: Look, job: TileJob) -> Array:
    ((_, _, array),) = attributions_of(look, [job])
    return array


def _correlation(one: Array, other: Array) -> float | None:
    """Pearson's correlation of two attributions; None where one is constant."""
    import numpy as np

    if not np.ptp(one) or not np.ptp(other):
        return None
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
