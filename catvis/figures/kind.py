"""What every kind of figure is: read from ``paths.yaml``, checked against a network, then asked for and drawn.

A kind is frozen data in a file of its own. What it needs computed it yields as jobs while it is drawn
(`catvis.jobs.rounds`), so what it asks for and what it shows are said in one place.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, ClassVar, Self

from catvis.drawing.figure import Drawing, Row, Tile
from catvis.errors import ContentError, NetworkError, Place
from catvis.figures.options import OPTION_KEYS, Options
from catvis.figures.path_spec import (
    PATH,
    ChildAt,
    DistinctChildren,
    PathSpec,
    StrongestChildren,
    Top,
)
from catvis.figures.scene import Scene
from catvis.frozen import AbstractFrozen
from catvis.jobs.rounds import Asking
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Unit
from catvis.written.keys import Key, Schema, text
from catvis.written.located import Located, Mistakes, Written, located
from catvis.written.picture_files import PICTURE_EXAMPLE
from catvis.written.yaml_values import Value

NETWORK = text("squeezenet", "what explains the picture: menagerie, squeezenet, torchvision/resnet18 …")
PICTURE = text(PICTURE_EXAMPLE, "what is explained, relative to the post's folder")
CAPTION = text("What one sees", "what stands below the figure, where it is not made from the facts")

TILE_KEYS: Mapping[str, Key[Any]] = {
    "network": NETWORK,
    "picture": PICTURE,
    "caption": CAPTION,
    **{
        name: OPTION_KEYS[name]
        for name in ("rule", "display", "fit", "exemplars", "activation", "outline", "context")
    },
}
"""Keys that go with every figure of tiles."""

UNIT_OR_PATH: Schema = {"oneOf": [{"required": ["unit"]}, {"required": ["path"]}]}
"""Of a figure that `read_unit_or_path` reads."""


class Head(Options, Written, kw_only=True):
    """What figures of every kind have in common.

    Attributes:
        name: the file name, without its ending, by which the Markdown shows the figure.
        place: where the name stands.
        network: the figure's own or the post's; None where neither names one.
        picture: the figure's own or the post's, relative to the post's folder; None where neither names one.
        caption: the author's, or None for one that is made from the facts.
    """

    name: str
    place: Place
    network: Located[str] | None = None
    picture: Located[str] | None = None
    caption: str | None = None


class Figure(Head, AbstractFrozen, kw_only=True):
    """A figure as it was written.

    Where something stands in the file is no part of what it is: two figures that ask for the same are equal.

    Attributes:
        keys: those that decide that a figure is of this kind.
        beside: keys that may stand beside them.
        together: as a JSON Schema, what holds of several keys of the kind at once.
        has_network: whether there is anything of a network in it.
    """

    keys: ClassVar[Mapping[str, Key[Any]]]
    beside: ClassVar[Mapping[str, Key[Any]]]
    together: ClassVar[Schema] = {}
    has_network: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read a figure.

        Args:
            values: what is written, by key.
            head: what was read already.

        Raises:
            ContentError: the figure cannot be read.
        """

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """The pictures that the figure is about; None for one that is named nowhere."""
        return (self.picture,)

    def check(self, card: NetworkCard) -> None:
        """Check units, layers and paths against a network.

        Raises:
            ContentError: a layer that the network does not have, an index past a layer's width, a path that
                does not go down; all such mistakes are listed.
        """

    @abstractmethod
    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Compose the figure, asking for what it needs.

        Args:
            scenes: the network with each of `pictures`; with none where there is no picture.

        Raises:
            ContentError: what the figure asks for is not there, such as a unit that does not fire.
        """

    def draw_still(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Compose what is seen of the figure where no script of it runs: the whole, unless a kind says otherwise.

        Args:
            scenes: as for `draw`.

        Raises:
            ContentError: as of `draw`.
        """
        return self.draw(scenes)

    @property
    def html_caption(self) -> str | None:
        """The author's caption as HTML."""
        return None if self.caption is None else escape(self.caption)

    def row(self, tiles: Sequence[Tile]) -> Row:
        """The figure as tiles side by side, each once."""
        unique = list({tile.key: tile for tile in tiles}.values())
        return Row(self.name, " ".join(tile.alt for tile in unique), tuple(unique), self.html_caption)


def check_path(path: PathSpec, card: NetworkCard) -> None:
    """Check a path's units, selectors and layers.

    Raises:
        ContentError: a step names what the network does not have, or does not go down.
    """
    above: str | None = None
    for step, place in zip(path.steps, path.places, strict=True):
        with located(place, NetworkError):
            layer = card.top.name if isinstance(step, Top) else step.layer
            if isinstance(step, Unit):
                card.check_unit(step)
            elif isinstance(step, ChildAt):
                card.check_count(layer, step.rank)
            if above is not None:
                card.check_below(layer, above)
        above = layer


def check_paths(paths: Sequence[PathSpec], card: NetworkCard) -> None:
    """Check several paths, each once.

    Raises:
        ContentError: what is wrong with any of them.
    """
    mistakes = Mistakes()
    for path in dict.fromkeys(paths):
        with mistakes.noted():
            check_path(path, card)
    mistakes.raise_any()


def end_layer(path: PathSpec, card: NetworkCard) -> str:
    """The layer of a path's last step."""
    last = path.steps[-1]
    return card.top.name if isinstance(last, Top) else last.layer


def check_has_children(path: PathSpec, card: NetworkCard) -> None:
    """Refuse a path that ends in the lowest layer.

    Raises:
        ContentError: no layer is below its end.
    """
    end = end_layer(path, card)
    if not card.below(end):
        hint = f"no layer is below {end}"
        raise ContentError(f"{end} has no children", where=path.places[-1], hint=hint)


def children_layer(children: StrongestChildren | DistinctChildren, end: str, card: NetworkCard) -> str:
    """Where the children of a unit of a layer are: where they are said to be, or just below."""
    return children.layer.value if children.layer else card.below(end)[0]


def read_unit_or_path(values: Mapping[str, Value], whose: Value) -> PathSpec:
    """Read the one of ``unit`` and ``path`` that is written.

    Raises:
        ContentError: both are, or neither.
    """
    written = [values[name] for name in ("unit", "path") if name in values]
    if len(written) != 1:
        message = f"{whose.key.value!r} needs unit or path, found {'both' if written else 'neither'}"
        hint = "write unit: fc8_284, or path: fc8_284→fc7_4032"
        raise ContentError(message, where=whose.key.place, hint=hint)
    return PATH.read(written[0])
