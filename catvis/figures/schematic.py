"""``diagram: [5, 3, 4, 1]``: a small drawing of a fully connected network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict

from catvis.drawing.figure import Diagram, Drawing
from catvis.errors import ContentError
from catvis.figures.kind import CAPTION, Figure, Head
from catvis.figures.scene import Scene
from catvis.jobs.rounds import Asking
from catvis.written.keys import Key, number
from catvis.written.located import Located
from catvis.written.yaml_values import Value

MOST_LAYERS = 8

WIDTH = number(1, 16, "how many units a layer has")


def _sizes(value: Value) -> tuple[int, ...]:
    sizes = tuple(map(WIDTH.read, value.items("[5, 3, 4, 1]")))
    if not 2 <= len(sizes) <= MOST_LAYERS:
        message = f"a diagram has 2 to {MOST_LAYERS} layers, found {len(sizes)}"
        raise ContentError(message, where=value.place, hint="write diagram: [5, 3, 4, 1]")
    return sizes


SIZES = Key(
    _sizes,
    {"type": "array", "items": WIDTH.schema, "minItems": 2, "maxItems": MOST_LAYERS},
    "a small drawing of a fully connected network: its layers' widths, input first",
)


class DiagramFigure(Figure, kw_only=True):
    """Circles and lines; ``sizes`` are the layers' widths, input first."""

    keys = {"diagram": SIZES}
    beside = {"caption": CAPTION}
    has_network = False
    sizes: tuple[int, ...]

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read the widths."""
        return cls(**asdict(head), sizes=SIZES.read(values["diagram"]))

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """None."""
        return ()

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Nothing has to be asked for."""
        del scenes  # a schematic is about no network
        yield from ()
        layers = " to ".join(map(str, self.sizes))
        alt = f"A fully connected network with layers of {layers} units."
        return Diagram(self.name, alt, self.sizes, self.html_caption)
