"""What one forward pass tells: the class scores, how strongly a unit fires, and the picture that was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.jobs.base import SubjectJob, Work
from catvis.results import Peak, Picture, Seen
from catvis.terms import Unit


class ScoresJob(SubjectJob[tuple[float, ...]]):
    """The class scores before softmax."""

    noun: ClassVar[str] = "classifications"

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, tuple[float, ...]]]:
        """Read the last layer."""
        for job in jobs:
            look = work.look(job.subject)
            yield job, tuple(look.trace.of(look.network.card.top.name).flatten().tolist())


class PeakJob(SubjectJob[Peak]):
    """How strongly a unit fires, and where."""

    noun: ClassVar[str] = "activations"
    unit: Unit

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Peak]]:
        """Read the units' maps."""
        for job in jobs:
            yield job, work.look(job.subject).trace.peak(job.unit)


class ResponsesJob(SubjectJob[tuple[float, ...]]):
    """How strongly every unit of a layer fires: of a map its maximum."""

    noun: ClassVar[str] = "layers' responses"
    layer: str

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, tuple[float, ...]]]:
        """Read the layers' maps."""
        for job in jobs:
            look = work.look(job.subject)
            units = range(look.network.card.layer(job.layer).units)
            yield job, tuple(look.trace.peak(Unit(job.layer, index)).activation for index in units)


class InputJob(SubjectJob[Picture]):
    """The picture as the network sees it."""

    noun: ClassVar[str] = "inputs"

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Picture]]:
        """Encode what preprocessing leaves of the picture."""
        from catvis.drawing.encode import encode

        for job in jobs:
            yield job, encode(work.look(job.subject).seen)


class SeenJob(SubjectJob[Seen]):
    """The picture's pixels as the network gets them, before scaling: what a network elsewhere looks at."""

    noun: ClassVar[str] = "inputs as pixels"

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Seen]]:
        """Read what preprocessing leaves of the picture."""
        from catvis.drawing.encode import packed_pixels

        for job in jobs:
            seen = work.look(job.subject).seen
            yield job, Seen(packed_pixels(seen), seen.shape[1], seen.shape[0])
