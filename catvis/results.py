"""What jobs answer, as frozen data, and how it is kept as bytes. Nothing here knows how it was computed.

Kept answers are JSON for what is said, with the pictures' bytes behind it: nothing in them is ever executed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

from catvis.digests import data_digest, digest
from catvis.edge_shares import Weights
from catvis.frozen import Frozen

MediaType = Literal["image/jpeg"]

_SUFFIX: dict[MediaType, str] = {"image/jpeg": "jpg"}
_LENGTH_BYTES = 8


class Picture(Frozen):
    """An encoded picture; equal bytes have equal names, so what two figures show is stored once.

    Attributes:
        data: the file's bytes.
        media_type: what they are.
        width: columns of pixels in the file.
        height: rows of pixels in the file.
    """

    data: bytes
    media_type: MediaType
    width: int
    height: int

    @property
    def name(self) -> str:
        """The file name in the site: a digest of the content, and the suffix of its type."""
        return f"{data_digest(self.data)[:16]}.{_SUFFIX[self.media_type]}"


class Seen(Frozen):
    """A picture as a network gets it.

    Attributes:
        packed: its pixels without loss, for the explorer; see `catvis.drawing.encode.packed_pixels`.
        width: columns of pixels.
        height: rows of pixels.
    """

    packed: bytes
    width: int
    height: int


class Packed(Frozen):
    """A network as a page takes it along.

    Attributes:
        description: what JSON says of it; "" where it does not travel.
        script: its numbers, as a script that a page can load.
        refusal: why it does not travel; "" where it does.
    """

    description: str
    script: bytes
    refusal: str


class Box(Frozen):
    """A rectangle, from (left, top) up to but not including (right, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Distance from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Distance from top to bottom."""
        return self.bottom - self.top

    def overlaps(self, other: Box) -> bool:
        """Whether the two share an area; touching edges do not count."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Peak(Frozen):
    """A unit's strongest activation.

    Attributes:
        activation: in the network's own units.
        place: row and column in the unit's map, (0, 0) where it has none; of equal places the first.
        extent: the map's height and width, (1, 1) where it has none.
    """

    activation: float
    place: tuple[int, int]
    extent: tuple[int, int]


class Kept(Frozen):
    """What a unit keeps when only some units of a layer are not silenced.

    Attributes:
        whole: its activation with all of them.
        empty: its activation with none of them.
        left: its activation with the some.
        random: the mean part kept by so many units chosen at random.
        spread: the standard deviation of those parts.
    """

    whole: float
    empty: float
    left: float
    random: float
    spread: float

    @property
    def part(self) -> float:
        """The part that is kept: 0 is what is left without any, 1 the whole; there may be more.

        Papers on circuits call it faithfulness (arXiv 2403.19647, arXiv 2504.13151). 0 where the whole is not above
        the empty.
        """
        reach = self.whole - self.empty
        return (self.left - self.empty) / reach if reach > 0 else 0.0


def ranked_classes(scores: Sequence[float], count: int) -> list[tuple[int, float, float]]:
    """The strongest classes, of equal ones the first: index, score before softmax, and probability, 0 to 1."""
    highest = max(scores)
    parts = [math.exp(score - highest) for score in scores]
    total = sum(parts)
    ranked = sorted(range(len(scores)), key=lambda index: -scores[index])[:count]
    return [(index, scores[index], parts[index] / total) for index in ranked]


class KeptCurves(Frozen):
    """The part that a unit keeps over how many units of a layer are left, in three orders.

    Attributes:
        sizes: how many are left, from 0 to all.
        strongest: in the order of their edge weights, the largest first and inhibitory ones last.
        greedy: chosen for what they add to those before, or as many by edge weight where those are worth more.
        random: the mean of orders chosen at random.
        spread: the standard deviation of those.
        whole: the unit's activation with all of them.
        empty: its activation with none of them.
    """

    sizes: tuple[int, ...]
    strongest: tuple[float, ...]
    greedy: tuple[float, ...]
    random: tuple[float, ...]
    spread: tuple[float, ...]
    whole: float
    empty: float

    def area(self, parts: Sequence[float]) -> float:
        """The area under one of the curves, all units being 1 wide: arXiv 2504.13151 calls it CPR."""
        pairs = zip(pairwise(self.sizes), pairwise(parts), strict=True)
        return sum((b - a) * (low + high) / 2 for (a, b), (low, high) in pairs) / self.sizes[-1]


class Gathered(Frozen):
    """A network's collection, as `catvis.exemplars.origin` reads it, and of how many pictures it is."""

    origin: str
    pictures: int


class Strengths(Frozen):
    """How strongly the units of a layer fire on pictures of a collection.

    Attributes:
        names: of the pictures, in an order that means nothing.
        units: how many units there are.
        numbers: of each picture in turn one for each unit: the largest of its map, or its number; float32,
            little-endian.
    """

    names: tuple[str, ...]
    units: int
    numbers: bytes

    @property
    def name(self) -> str:
        """A digest of the content."""
        return digest(self.names, self.units, self.numbers)


class Pair(Frozen):
    """How two units fire beside each other, over many pictures.

    Attributes:
        correlation: of their strengths, −1 to 1; None where one of them never changes.
        both: on how many pictures both fire, which is to be above 0 and means nothing of class scores.
        first_alone: names of the pictures on which the first fires and the second does not.
        second_alone: names of those on which it is the other way round.
        pictures: how many were looked at.
    """

    correlation: float | None
    both: int
    first_alone: tuple[str, ...]
    second_alone: tuple[str, ...]
    pictures: int


class Distinct(Frozen):
    """A few units of a layer that tell what a unit above does, over many pictures.

    Parts of the variance are at most 1, and below 0 where the mean would tell more.

    Attributes:
        chosen: the units, the first chosen first.
        stands_for: for each of them the other units that go with it.
        explained: the part of the upper unit's variance that they explain, on pictures they were not chosen on.
        beside: the part that the units explain with which they are compared; None where there are none.
        random: the mean part that as many units chosen at random explain.
        spread: the standard deviation of those parts.
        pictures: how many were looked at: half to choose, half to judge.
    """

    chosen: tuple[int, ...]
    stands_for: tuple[tuple[int, ...], ...]
    explained: float
    beside: float | None
    random: float
    spread: float
    pictures: int


class DrawnPlaces(Frozen):
    """Where a lower unit counts for an upper one, and where it fires, over many pictures.

    Attributes:
        counts: what each place adds to the edge weight, drawn.
        fires: how strongly the lower unit fires at each place, drawn.
        counts_spread: how far what counts lies from its own middle: root mean square, in parts of the picture.
        fires_spread: the same of where it fires.
        cells: how many rows and columns of places are drawn.
        relative: whether the upper unit's own place lies in the middle; else they are the whole picture's.
        inhibitory: whether the lower unit holds the upper one down.
        above: how many pictures that excite the upper unit were looked at.
        below: how many that excite the lower one.
    """

    counts: Picture
    fires: Picture
    counts_spread: float
    fires_spread: float
    cells: tuple[int, int]
    relative: bool
    inhibitory: bool
    above: int
    below: int


class Pointed(Frozen):
    """On how many pictures that show a unit's part its attribution is strongest within the part."""

    hits: int
    tries: int


class Drawn(Frozen):
    """A picture that was made from an attribution.

    Attributes:
        picture: what is looked at.
        scale: the gradient's size that is shown as full contrast, above 0.
        clipped: part of the pixels that were clipped, 0 to 1.
        box: the region that holds 90 % of the energy, in parts of the picture's width and height.
    """

    picture: Picture
    scale: float
    clipped: float
    box: Box


class Attributed(Frozen):
    """A path's attribution.

    Attributes:
        drawn: the picture; None where nothing arrives, for instance from a unit that does not fire.
        signs: one for each unit of the path, −1 where the step to it is inhibitory.
    """

    drawn: Drawn | None
    signs: tuple[int, ...]


class Controlled(Frozen):
    """A path's attribution in a network with random weights.

    Attributes:
        drawn: the picture; None where nothing arrives.
        correlation: with the trained network's attribution, −1 to 1; None where one of them is constant.
        left_out: so many of the path's first units do not fire with random weights; it starts below them.
    """

    drawn: Drawn | None
    correlation: float | None
    left_out: int


class Difference(Frozen):
    """One attribution less another; ``correlation`` is −1 to 1, None where one of them is constant."""

    picture: Picture
    correlation: float | None


class Optimised(Frozen):
    """A picture that was found by optimisation, and the objective at every step."""

    picture: Picture
    curve: tuple[float, ...]


class Composite(Frozen):
    """A figure as one encoded picture, with its size in pixels."""

    data: bytes
    width: int
    height: int


class Exemplar(Frozen):
    """One crop that excites a unit, with the same crop of the unit's attribution.

    Attributes:
        crop: the part of the picture that the unit saw.
        attribution: the displayed attribution of the unit over that part.
        name: which picture of the collection it is of.
        activation: how strongly the unit fired there.
    """

    crop: Picture
    attribution: Picture
    name: str
    activation: float


class Exemplars(Frozen):
    """A unit's exemplars, strongest first; none, and why, where there is nothing to show."""

    cells: tuple[Exemplar, ...]
    missing: str | None = None


_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Weights, *vars().copy().values())
    if isinstance(kind, type) and issubclass(kind, Frozen)
}


def to_bytes(answer: object) -> bytes:
    """Write an answer: one of this module's results, a number, or a tuple of such."""
    pictures: list[bytes] = []
    text = json.dumps(_plain(answer, pictures), ensure_ascii=False).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + b"".join(pictures)


def from_bytes(stored: bytes) -> Any:
    """Read what `to_bytes` wrote."""
    start = _LENGTH_BYTES + int.from_bytes(stored[:_LENGTH_BYTES], "little")
    return _answer(json.loads(stored[_LENGTH_BYTES:start]), memoryview(stored)[start:])


def _plain(value: object, pictures: list[bytes]) -> object:
    if isinstance(value, bytes):
        start = sum(map(len, pictures))
        pictures.append(value)
        return {"bytes": [start, start + len(value)]}
    if isinstance(value, tuple):
        return [_plain(item, pictures) for item in value]
    if isinstance(value, Frozen):
        fields = {name: _plain(getattr(value, name), pictures) for name in value.__struct_fields__}
        return {"kind": type(value).__name__, "fields": fields}
    return value


def _answer(plain: Any, pictures: memoryview) -> Any:
    if isinstance(plain, list):
        return tuple(_answer(item, pictures) for item in plain)
    if isinstance(plain, dict) and "bytes" in plain:
        start, stop = plain["bytes"]
        return bytes(pictures[start:stop])
    if isinstance(plain, dict):
        fields = {name: _answer(value, pictures) for name, value in plain["fields"].items()}
        return _KINDS[plain["kind"]](**fields)
    return plain
