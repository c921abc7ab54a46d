"""``graph: top``: the network on this picture, as the units on the strongest paths down from one unit.

Each unit stands once. How strongly a path reaches a unit is the product of the shares on its way; of every layer
those units are shown that are reached most strongly, all paths together. A layer is reached from the nearest ones
above it that lead to it: what lies in branches side by side does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict, replace

from catvis.drawing.crossings import untangled
from catvis.drawing.figure import Drawing, Tree
from catvis.figures.kind import TILE_KEYS, Figure, Head, check_has_children, check_path
from catvis.figures.options import OPTION_KEYS
from catvis.figures.path_spec import PATH, PathSpec, path_of
from catvis.figures.scene import Scene
from catvis.figures.unit_tree import TreeFigure
from catvis.frozen import Frozen
from catvis.jobs.rounds import Asking, ask_all
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Unit, UnitPath
from catvis.written.keys import number
from catvis.written.located import Located
from catvis.written.yaml_values import Value

USUAL_EACH = 4
_PARENTS = 2
"""So many lines end in a unit at most."""

GRAPH = replace(
    PATH, about="the network on this picture: the strongest paths down from this unit, each unit once"
)
EACH = number(1, 6, f"how many units of a layer ({USUAL_EACH})")


class _Reached(Frozen):
    """A unit on the strongest paths.

    Attributes:
        path: the strongest way to it.
        strength: of all ways together; those of all units of a layer make 1 at most for each branch above.
        ways: how strongly each unit above reaches it.
    """

    path: UnitPath
    strength: float
    ways: Mapping[UnitPath, float]


class _Row(Frozen):
    """The shown units of a layer.

    Attributes:
        units: the strongest first.
        above: the layers of all rows that lead to it.
    """

    units: Sequence[_Reached]
    above: frozenset[str]


class GraphFigure(Figure, kw_only=True):
    """The strongest paths from a unit down to the lowest layer.

    Attributes:
        path: where they start: at its end.
        each: how many units of a layer at most.
    """

    keys = {"graph": GRAPH}
    beside = {
        **{name: TILE_KEYS[name] for name in TILE_KEYS if name not in ("exemplars", "activation")},
        "edges": OPTION_KEYS["edges"],
        "each": EACH,
    }
    path: PathSpec
    each: int = USUAL_EACH

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read where to start, and how many to show."""
        each = EACH.read(values["each"]) if "each" in values else USUAL_EACH
        return cls(**asdict(head), path=GRAPH.read(values["graph"]), each=each)

    def check(self, card: NetworkCard) -> None:
        """There have to be layers below the start."""
        check_path(self.path, card)
        check_has_children(self.path, card)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Go down layer by layer, then draw all ways as one tree whose tiles are small."""
        scene, place = scenes[0], self.path.places[-1]
        start = yield from scene.resolve(self.path, self)
        yield from scene.require_firing(start.units[0], self.path.place, self.fit)
        rows, ways = {start.end.layer: _Row([_Reached(start, 1.0, {})], frozenset())}, list[UnitPath]()
        for layer in scene.card.below(start.end.layer):
            row = yield from self._below(scene, rows, layer)
            if row.units:
                rows[layer] = row
            ways += [
                parent.then(one.path.end) for one in row.units for parent in _strongest(one.ways, _PARENTS)
            ]
        specs = tuple(path_of(tuple(Located(unit, place) for unit in path.units)) for path in ways or [start])
        options = {name: value for name, value in asdict(self).items() if name not in ("path", "each")}
        bare = dict.fromkeys(("exemplars", "activation", "ablation", "crop"), False)
        tree = yield from TreeFigure(**{**options, **bare}, paths=specs).draw(scenes)
        if not isinstance(tree, Tree):
            raise TypeError(f"{self.name}: paths are drawn as a tree")
        caption = (
            f"The strongest paths from {start.end} down to {ways[-1].end.layer}: of each layer the units that are "
            f"reached most strongly, {self.each} at most, "
            f"each with the edges that reach it most, {_PARENTS} at most."
            if ways
            else None
        )
        return untangled(replace(tree, compact=True, facts=(), caption=self.html_caption or caption))

    def _below(self, scene: Scene, rows: Mapping[str, _Row], layer: str) -> Asking[_Row]:
        """The units of a layer that the rows above reach most strongly; none where no row leads to it."""
        ways: dict[int, dict[UnitPath, float]] = {}
        above = frozenset[str]()
        for upper, row in reversed([*rows.items()]):
            if upper in above:
                continue
            found = yield from ask_all([scene.edges_job(one.path, layer, self) for one in row.units])
            for one, weights in zip(row.units, found, strict=True):
                for index in range(len(weights.values)):
                    if share := weights.share(index):
                        ways.setdefault(index, {})[one.path] = one.strength * share
            if any(any(weights.values) for weights in found):
                above |= {upper, *row.above}
        strongest = sorted(ways, key=lambda index: (-sum(ways[index].values()), index))[: self.each]
        return _Row(
            [
                _Reached(
                    _strongest(ways[index], 1)[0].then(Unit(layer, index)),
                    sum(ways[index].values()),
                    ways[index],
                )
                for index in strongest
            ],
            above,
        )


def _strongest(ways: Mapping[UnitPath, float], count: int) -> list[UnitPath]:
    return sorted(ways, key=lambda path: (-ways[path], path))[:count]
