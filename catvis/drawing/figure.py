"""What a figure says, before anybody decides where things go: facts and pictures, no geometry.

Kinds of figures fill these in, `layout` gives them places, `svg` and `raster` draw them. A figure is a `Tree`
of units with edges between them (any depth; a unit reached from two parents stands once), a `Row` of tiles
side by side, or a `Diagram` of a small fully connected network.
"""

from __future__ import annotations

from collections import Counter

from catvis.frozen import Frozen
from catvis.results import Box, Picture


class ExemplarGrid(Frozen):
    """A unit's exemplars as two square grids of pictures, strongest first.

    Attributes:
        crops: what the unit saw.
        attributions: what it responded to in each.
        cells: each picture's name in its collection, and how strongly the unit fired there.
    """

    crops: Picture
    attributions: Picture
    cells: tuple[tuple[str, float], ...]


class Tile(Frozen):
    """One picture of a figure with what is written on it.

    Attributes:
        key: anchor within the post, letters, digits, ``.``, ``_`` and ``-``: see `anchor`.
        title: what the picture is of, nearly always the unit's name.
        picture: what is shown; None where there is nothing to show.
        alt: the picture in words, from the facts: see `describe`.
        label: what the unit stands for (a class, a part), where the network has a name for it.
        note: one more short line, such as the rule, or the correlation with a control.
        activation: how strongly the unit fires, written on the tile; None leaves it to the details.
        instead: what stands in the place of a picture where there is none, in few words.
        outline: a part that is outlined, in fractions of the tile's width and height: where most of the energy
            lies, or what the tiles below show.
        under: the picture that it is about, of which a page shows faintly what lies there; None for none.
        frame: the part of that picture that the tile shows, in fractions; all of it where None.
        exemplars: what else excites the unit.
        curve: an objective's course, first step first, drawn under the tile.
        details: facts in words, in the order of the details panel: ("Path", "fc6_1068→conv5_129"), …
        command: the command line that computes this tile again.
    """

    key: str
    title: str
    picture: Picture | None
    alt: str
    label: str | None = None
    note: str | None = None
    activation: float | None = None
    instead: str = "does not fire"
    outline: Box | None = None
    under: Picture | None = None
    frame: Box | None = None
    exemplars: ExemplarGrid | None = None
    curve: tuple[float, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    command: str | None = None


class Edge(Frozen):
    """How much a unit had to do with the unit above it.

    Attributes:
        parent: key of the upper tile.
        child: key of the lower tile.
        share: |weight| over the sum of |weight| in the child's layer, 0 … 1.
        inhibitory: the weight is negative: the child holds its parent down.
        ablation: relative change of the parent's activation without the child, -0.18 for 18 % less; None
            where it was not asked for.
    """

    parent: str
    child: str
    share: float
    inhibitory: bool = False
    ablation: float | None = None


class Line(Frozen):
    """A line of a chart.

    Attributes:
        name: what it shows, in few words.
        heights: one for each of the chart's places, as parts: 1 is 100 %.
        spread: how far it may lie from there, up and down, likewise; empty where nothing is known.
    """

    name: str
    heights: tuple[float, ...]
    spread: tuple[float, ...] = ()


class Chart(Frozen):
    """Lines over counted things; first ones lie further apart than later ones.

    Attributes:
        title: what the heights are.
        across: what is counted.
        places: counts, the smallest first.
        lines: up to three.
        alt: the chart in words.
    """

    title: str
    across: str
    places: tuple[int, ...]
    lines: tuple[Line, ...]
    alt: str

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.heights) != len(self.places) or len(line.spread) not in (0, len(self.places)):
                raise ValueError(f"{line.name}: a line has one height for each of its chart's places")


class Row(Frozen):
    """Tiles side by side: units, rules, a comparison, the input."""

    name: str
    alt: str
    tiles: tuple[Tile, ...]
    caption: str | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _check_keys(self.name, self.tiles)


class Tree(Frozen):
    """Units and the edges between them, from the top down.

    Attributes:
        name: the file name, without its suffix, that the Markdown refers to.
        alt: the figure in words.
        rows: tiles by layer, the highest layer first; within a row from left to right.
        edges: each from a tile to one in a row further down; several may end in one tile.
        caption: HTML that says what there is to see; None for no caption.
        facts: what the details of the whole figure say, such as the scale note.
        charts: what stands below the tiles.
        compact: tiles are small, and how much an edge carries is told by its width alone.
    """

    name: str
    alt: str
    rows: tuple[tuple[Tile, ...], ...]
    edges: tuple[Edge, ...]
    caption: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    charts: tuple[Chart, ...] = ()
    compact: bool = False

    def __post_init__(self) -> None:
        _check_keys(self.name, self.tiles)
        level = {tile.key: depth for depth, row in enumerate(self.rows) for tile in row}
        for edge in self.edges:
            if edge.parent not in level or edge.child not in level:
                raise ValueError(f"{self.name}: an edge joins {edge.parent} and {edge.child}: no such tiles")
            if level[edge.parent] >= level[edge.child]:
                raise ValueError(f"{self.name}: the edge {edge.parent} to {edge.child} does not go down")
        repeated = [pair for pair, n in Counter((e.parent, e.child) for e in self.edges).items() if n > 1]
        if repeated:
            raise ValueError(f"{self.name}: more than one edge joins {repeated[0]}")

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Every tile, row by row."""
        return tuple(tile for row in self.rows for tile in row)


class Diagram(Frozen):
    """A small drawing of a fully connected network, input on the left.

    Attributes:
        name: the file name, without its suffix, that the Markdown refers to.
        alt: the figure in words.
        sizes: how many units each layer has, the input first.
        caption: HTML that says what there is to see; None for no caption.
    """

    name: str
    alt: str
    sizes: tuple[int, ...]
    caption: str | None = None

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < 1:
            raise ValueError(f"{self.name}: a diagram has layers of at least one unit, not {self.sizes}")


Drawing = Row | Tree | Diagram


def anchor(*parts: str) -> str:
    """The anchor of a tile: ``fc6_1068-conv5_129`` of a path's units, with more parts where it needs them.

    What an address cannot hold as it is becomes a hyphen.
    """
    joined = "-".join(parts)
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in joined)


def _check_keys(name: str, tiles: tuple[Tile, ...]) -> None:
    if not tiles:
        raise ValueError(f"{name}: a figure has at least one tile")
    repeated = [key for key, count in Counter(tile.key for tile in tiles).items() if count > 1]
    if repeated:
        raise ValueError(f"{name}: more than one tile is called {repeated[0]}")
