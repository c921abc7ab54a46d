"""What has to be computed: jobs, each named by all that its result depends on, and their answers.

A figure is composed by a plain function that asks for results. What is not answered yet is noted, all of it is
computed together, and the function is called again. So a plan is never written down twice: it is what the
figures ask for, each job once, however many figures need it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from catvis.terms import Display, Edges, Fit, Rule, Unit, UnitPath

METHOD = 2
"""Raised whenever a job of the same name would give another result."""


@dataclass(frozen=True)
class Subject:
    """A network on a picture, both by digest.

    Attributes:
        network: digest of the network: weights, architecture and preprocessing.
        picture: digest of the picture file's bytes.
        fit: how a picture of another shape gets the network's.
    """

    network: str
    picture: str
    fit: Fit = "crop"


@dataclass(frozen=True)
class ScoresJob:
    """The class scores before softmax; answered by a tuple of numbers."""

    subject: Subject


@dataclass(frozen=True)
class PeakJob:
    """How strongly a unit fires, and where; answered by a `Peak`."""

    subject: Subject
    unit: Unit


@dataclass(frozen=True)
class EdgesJob:
    """The edge weights from the end of a path to a lower layer; answered by `Weights`."""

    subject: Subject
    path: UnitPath
    layer: str
    edges: Edges


@dataclass(frozen=True)
class AblationJob:
    """What the upper unit loses when the lower one is silenced; answered by the relative drop."""

    subject: Subject
    parent: Unit
    child: Unit


@dataclass(frozen=True)
class InputJob:
    """The picture as the network sees it; answered by a `Drawn`."""

    subject: Subject


@dataclass(frozen=True)
class TileJob:
    """The attribution of a path, drawn; answered by a `Drawn`.

    Attributes:
        subject: the network and the picture.
        path: units from the top down.
        signs: one for each unit, −1 where the step to it is inhibitory.
        rule: what a ReLU does on the way back.
        display: how the attribution becomes pixels.
    """

    subject: Subject
    path: UnitPath
    signs: tuple[int, ...]
    rule: Rule
    display: Display


@dataclass(frozen=True)
class ControlJob:
    """The same tile from a network whose layers above the first are random; answered by a `Compared`."""

    tile: TileJob
    seed: int = 0


@dataclass(frozen=True)
class DifferenceJob:
    """One attribution less another, each at its own scale; answered by a `Compared`."""

    first: TileJob
    second: TileJob


@dataclass(frozen=True)
class MaximizeJob:
    """A picture that excites a unit, found by optimisation; answered by an `Optimised`."""

    network: str
    unit: Unit
    steps: int
    seed: int


@dataclass(frozen=True)
class ExemplarsJob:
    """What else excites a unit, from the network's collection; answered by `Exemplars`."""

    network: str
    unit: Unit


Job = (
    ScoresJob
    | PeakJob
    | EdgesJob
    | AblationJob
    | InputJob
    | TileJob
    | ControlJob
    | DifferenceJob
    | MaximizeJob
    | ExemplarsJob
)


@dataclass(frozen=True)
class Peak:
    """A unit's strongest activation.

    Attributes:
        activation: in the network's own units.
        place: row and column in the unit's map, (0, 0) where it has none.
        extent: the map's height and width, (1, 1) where it has none.
    """

    activation: float
    place: tuple[int, int]
    extent: tuple[int, int]


@dataclass(frozen=True)
class Weights:
    """Edge weights to every unit of a layer."""

    values: tuple[float, ...]

    def share(self, index: int) -> float:
        """|weight| over the sum of |weight| in the layer, 0 to 1."""
        total = sum(map(abs, self.values))
        return abs(self.values[index]) / total if total else 0.0

    def strongest(self, count: int) -> list[int]:
        """Indices of the largest |weight|, ties by index; units of weight 0 are left out."""
        order = sorted(range(len(self.values)), key=lambda index: (-abs(self.values[index]), index))
        return [index for index in order[:count] if self.values[index] != 0]


@dataclass(frozen=True)
class Drawn:
    """A picture that was made from an attribution or from the input.

    Attributes:
        data: the encoded picture.
        media_type: what the bytes are.
        width: columns of pixels.
        height: rows of pixels.
        scale: the gradient's size that is shown as full contrast, 0 where nothing arrived.
        clipped: part of the pixels that were clipped, 0 to 1.
        box: left, top, right, bottom of the region that holds 90 % of the energy, 0 to 1; None for none.
    """

    data: bytes
    media_type: Literal["image/webp", "image/png"]
    width: int
    height: int
    scale: float = 0.0
    clipped: float = 0.0
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Compared:
    """A picture beside another; ``correlation`` is that of the two attributions, −1 to 1, None without one."""

    drawn: Drawn
    correlation: float | None


@dataclass(frozen=True)
class Optimised:
    """A picture that was found by optimisation, and the objective at every step."""

    drawn: Drawn
    curve: tuple[float, ...]


@dataclass(frozen=True)
class ExemplarCell:
    """One exemplar: the crop, its attribution, the picture's name and how strongly the unit fired on it."""

    crop: Drawn
    attribution: Drawn
    name: str
    activation: float


@dataclass(frozen=True)
class Exemplars:
    """A unit's exemplars, strongest first; none, and why, where no collection was mined."""

    cells: tuple[ExemplarCell, ...]
    missing: str | None = None


def step_signs(weights: Sequence[float]) -> tuple[int, ...]:
    """Which steps of a path are drawn from −g: −1 where a unit works against the one above it, else +1.

    Args:
        weights: the edge weight of every step. A weight's sign is towards the path's first unit; towards the
            parent it is that sign times the parent's own.

    Returns:
        One sign for each unit, the first unit's +1 included.
    """
    signs, above = [1], 1
    for weight in weights:
        here = above if weight == 0 else 1 if weight > 0 else -1
        signs.append(here * above)
        above = here
    return tuple(signs)


Answer = tuple[float, ...] | Peak | Weights | float | Drawn | Compared | Optimised | Exemplars
T = TypeVar("T")


class UnansweredError(Exception):
    """A figure cannot be composed yet: jobs that it asks for have no answer."""


class Answers:
    """Results so far; remembers what was asked for in vain."""

    def __init__(self, known: Mapping[Job, Answer]) -> None:
        self._known = known
        self.missing: dict[Job, None] = {}

    def ask(self, job: Job, kind: type[T]) -> T:
        """One answer.

        Raises:
            UnansweredError: it is not there yet.
        """
        return self.ask_all([job], kind)[0]

    def ask_all(self, jobs: Sequence[Job], kind: type[T]) -> list[T]:
        """Several answers at once, so that what is missing is computed together.

        Raises:
            UnansweredError: some are not there yet.
        """
        self.want(jobs)
        answers: list[Any] = [self._known[job] for job in jobs]
        for answer in answers:
            if not isinstance(answer, kind):
                raise TypeError(f"expected {kind.__name__}, got {type(answer).__name__}")
        return answers

    def want(self, jobs: Sequence[Job]) -> None:
        """Make sure that jobs of any kinds are answered before going on.

        Raises:
            UnansweredError: some are not there yet.
        """
        missing = [job for job in jobs if job not in self._known]
        if missing:
            self.missing.update(dict.fromkeys(missing))
            raise UnansweredError
