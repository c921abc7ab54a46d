"""What ``paths.yaml`` asks for, as frozen data: figures, examples and claims.

The vocabulary between reading a post and planning its computations. Nothing here knows a network: whether
layers and units exist is checked in `figure_checks`. Where something stands in the file is no part of what it
is: two figures that ask for the same are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from catvis.errors import Place
from catvis.terms import Display, Edges, Fit, Rule, Unit, UnitPath
from catvis.written.located import Located

USUAL_CHILDREN = 5
USUAL_STEPS = 512


@dataclass(frozen=True)
class Top:
    """The selector ``top``: the network's strongest class on the picture."""

    def __str__(self) -> str:
        return "top"


@dataclass(frozen=True)
class ChildAt:
    """The selector ``fc7:top2``: in layer fc7, the second strongest child of the path before it.

    Attributes:
        layer: the layer to choose from.
        rank: 1 is the strongest child.
    """

    layer: str
    rank: int

    def __str__(self) -> str:
        return f"{self.layer}:top{self.rank}"


Step: TypeAlias = Unit | Top | ChildAt


@dataclass(frozen=True)
class PathSpec:
    """A path as it was written: units, or selectors that a network and a picture turn into units.

    Attributes:
        steps: from the top down, at least one; `Top` comes first or not at all, `ChildAt` never first.
        text: the path in its one spelling, with ``→``.
        place: where it begins.
        places: where each step stands.
    """

    steps: tuple[Step, ...]
    text: str
    place: Place = field(compare=False)
    places: tuple[Place, ...] = field(compare=False)

    @property
    def units(self) -> UnitPath | None:
        """The path itself if every step is a unit, None if a selector is among them."""
        units = tuple(step for step in self.steps if isinstance(step, Unit))
        return UnitPath(units) if len(units) == len(self.steps) else None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How tiles and edges are computed and drawn; a post sets it, and each figure may differ.

    Attributes:
        rule: what a ReLU does to the gradient on the way back, in tiles.
        edges: what a ReLU does to the gradient on the way back, in edge weights.
        display: how an attribution becomes pixels.
        fit: how a picture of another shape gets the network's.
        exemplars: a grid of exemplars under each tile.
        activation: each unit's activation on its tile.
        ablation: at each edge, what silencing the child costs the parent.
        outline: an outline of the region that holds most of the attribution's energy.
        control: the same tile from a network with random weights beside each.
    """

    rule: Rule = "guided"
    edges: Edges = "gradient"
    display: Display = "robust"
    fit: Fit = "crop"
    exemplars: bool = False
    activation: bool = False
    ablation: bool = False
    outline: bool = False
    control: bool = False


@dataclass(frozen=True, kw_only=True)
class FigureHead(Options):
    """What figures of every kind have in common.

    Attributes:
        name: the file name, without its ending, by which the Markdown shows the figure.
        place: where the name stands.
        network: the figure's own or the post's; None where neither names one.
        picture: the figure's own or the post's, relative to the post's folder; None where neither names one.
        caption: the author's, or None for one that is made from the facts.
    """

    name: str
    place: Place = field(compare=False)
    network: Located[str] | None = None
    picture: Located[str] | None = None
    caption: str | None = None


@dataclass(frozen=True, kw_only=True)
class UnitsFigure(FigureHead):
    """A row of tiles: units, or the ends of paths (``units: [conv1_4, conv1_65]``)."""

    units: tuple[PathSpec, ...]


@dataclass(frozen=True)
class StrongestChildren:
    """Children chosen by edge weight: ``conv5``, ``{layer: conv5, top: 3}``, or ``3`` of the layer below.

    Attributes:
        layer: where they are; None for the layer just below the end of the path.
        count: how many, at least 1.
    """

    layer: Located[str] | None
    count: int


@dataclass(frozen=True)
class ChosenChildren:
    """Children chosen by hand (``children: [conv5_129, conv5_247]``), in the author's order."""

    units: tuple[Located[Unit], ...]


Children: TypeAlias = StrongestChildren | ChosenChildren


@dataclass(frozen=True, kw_only=True)
class TreeFigure(FigureHead):
    """Paths from the top down, merged where they agree, and the children of the end of each.

    Attributes:
        paths: at least one.
        children: of the end of every path; None for none.
    """

    paths: tuple[PathSpec, ...]
    children: Children | None = None


@dataclass(frozen=True, kw_only=True)
class RulesFigure(FigureHead):
    """One unit, or the end of one path, by several rules side by side; `Options.rule` is not used."""

    unit: PathSpec
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True)
class DiagramFigure(FigureHead):
    """A small drawing of a fully connected network; ``sizes`` are its layers' widths, input first."""

    sizes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PictureFigure(FigureHead):
    """The picture as the network sees it (``show: picture``): cropped or warped to the network's shape."""


@dataclass(frozen=True, kw_only=True)
class MaximizeFigure(FigureHead):
    """A picture that excites a unit most, found by optimisation from a blank one.

    Attributes:
        unit: what to excite.
        steps: of the optimisation, at least 256.
        seed: of its random shifts.
    """

    unit: Located[Unit]
    steps: int = USUAL_STEPS
    seed: int = 0


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a path on a picture (None: no picture is named anywhere)."""

    path: PathSpec
    picture: Located[str] | None


@dataclass(frozen=True, kw_only=True)
class CompareFigure(FigureHead):
    """Two sides and their difference: two units on one picture, or one unit on two pictures."""

    sides: tuple[Side, Side]


Figure: TypeAlias = (
    UnitsFigure | TreeFigure | RulesFigure | DiagramFigure | PictureFigure | MaximizeFigure | CompareFigure
)


@dataclass(frozen=True)
class TopClaim:
    """The prose relies on this unit being the strongest class (``- top: fc8_284``)."""

    unit: Located[Unit]
    place: Place = field(compare=False)


@dataclass(frozen=True)
class ChildClaim:
    """The prose relies on the last unit being a usual child of the path (``- child: fc6_1068→conv5_129``)."""

    parent: PathSpec
    child: Located[Unit]
    place: Place = field(compare=False)


Claim: TypeAlias = TopClaim | ChildClaim


@dataclass(frozen=True)
class PathsFile:
    """One ``paths.yaml``, read and checked as far as that goes without a network.

    Attributes:
        network: the post's, if it names one.
        picture: the post's, relative to its folder, if it names one.
        defaults: the post's options, which figures already carry.
        figures: in the file's order, their names distinct.
        examples: one tree for each path of ``paths:``, named after it.
        claims: what the build has to check about the prose; on the post's network and picture.
        file: where it was read.
    """

    network: Located[str] | None
    picture: Located[str] | None
    defaults: Options
    figures: tuple[Figure, ...]
    examples: tuple[TreeFigure, ...]
    claims: tuple[Claim, ...]
    file: Path
