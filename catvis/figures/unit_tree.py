"""``path: fc8_284→fc7_4032``: paths merged where they agree, the children of their ends, and the edges between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from msgspec.structs import asdict, replace

from catvis.drawing.figure import Drawing, Edge, Tile, Tree
from catvis.drawing.wording import percent, tree_alt
from catvis.edge_shares import step_signs
from catvis.errors import ContentError, NetworkError, Place
from catvis.figures.distinct_children import FoundDistinct, distinct_children, stands_for_words
from catvis.figures.kind import (
    TILE_KEYS,
    Figure,
    Head,
    check_has_children,
    check_paths,
    children_layer,
    end_layer,
)
from catvis.figures.options import OPTION_KEYS
from catvis.figures.path_spec import (
    CHILDREN,
    PATH,
    Children,
    ChosenChildren,
    DistinctChildren,
    PathSpec,
    StrongestChildren,
    paths,
)
from catvis.figures.scene import Scene
from catvis.figures.sufficient import CURVE, KEEP, ShownFamily, kept_chart, kept_words
from catvis.figures.tiles import Arrival, Shown, common_part, shown
from catvis.frozen import Frozen
from catvis.jobs.base import Job
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.rounds import Asking, ask, ask_all, together, want
from catvis.networks.known_layers import NetworkCard
from catvis.results import Box
from catvis.terms import Unit, UnitPath
from catvis.written.located import Mistakes, located
from catvis.written.yaml_values import Value

PATHS = paths("[fc8_284→fc7_4032]", "several paths as one tree, merged where they agree")


class _Below(Frozen):
    """The paths to the children of a path's end, or the path itself where it has none; and how they were found."""

    paths: list[UnitPath]
    distinct: FoundDistinct | None


class TreeFigure(Figure, kw_only=True):
    """Paths from the top down, and the children of the end of each.

    Attributes:
        paths: at least one.
        children: of the end of every path; None for none.
        keep: say what the children keep of their parent, all others of their layer being silenced.
        curve: draw what more and more units of their layer keep.
    """

    keys = {
        "paths": PATHS,
        "path": replace(PATH, about="a path from the top down, with the edges between its units"),
    }
    beside = {
        **TILE_KEYS,
        "children": CHILDREN,
        "edges": OPTION_KEYS["edges"],
        "ablation": OPTION_KEYS["ablation"],
        "crop": OPTION_KEYS["crop"],
        "keep": KEEP,
        "curve": CURVE,
    }
    together = {"dependencies": {"keep": ["children"], "curve": ["children"]}}
    paths: tuple[PathSpec, ...]
    children: Children | None = None
    keep: bool = False
    curve: bool = False

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read one path or several, and how their children are chosen."""
        found = PATHS.read(values["paths"]) if "paths" in values else (PATH.read(values["path"]),)
        children = CHILDREN.read(values["children"]) if "children" in values else None
        asked = {name: cls.beside[name].read(values[name]) for name in ("keep", "curve") if name in values}
        for name in asked if children is None else ():
            message = f"{name!r} is about children, and the figure has none"
            raise ContentError(message, where=values[name].key.place, hint="write children: conv5 beside it")
        if any(asked.values()) and isinstance(children, ChosenChildren):
            _check_one_layer(children)
        return cls(**asdict(head), paths=found, children=children, **asked)

    def check(self, card: NetworkCard) -> None:
        """Paths have to go down, and children have to lie below them."""
        check_paths(self.paths, card)
        mistakes = Mistakes()
        for path in self.paths if self.children else ():
            with mistakes.noted():
                self._check_children(path, card)
        mistakes.raise_any()

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for everything on the written paths at once, then for their children.

        A unit that is reached from two parents stands once; its tile is that of the path named first.
        """
        scene = scenes[0]
        ends = yield from self._ends(scene)
        yield from want(*self._jobs(scene, ends), *self._children_jobs(scene, ends))
        for path, spec in zip(ends, self.paths, strict=True):
            yield from scene.require_firing(path.units[0], spec.place, self.fit)
        below = yield from self._below(scene, ends)
        whole = [path for one in below for path in one.paths]
        yield from want(*self._jobs(scene, whole))
        tiled: dict[Unit, UnitPath] = {}
        edges: dict[tuple[Unit, Unit], UnitPath] = {}
        for start in (start for path in whole for start in path.starts):
            tiled.setdefault(start.end, start)
            if len(start.units) > 1:
                edges.setdefault((start.units[-2], start.end), start)
        found = yield from self._tiles(scene, list(tiled.values()))
        arrivals = yield from together(self._arrival(scene, path) for path in edges.values())
        answers = dict(zip(tiled, found, strict=True)), dict(zip(edges, arrivals, strict=True))
        distinct = [one.distinct for one in below if one.distinct]
        drawn = self._tree(scene, ends, *answers, distinct)
        families = self._families(scene, ends, below)
        said = [one.sentence for one in distinct]
        said += yield from self._said_of(scene, families)
        charts = (yield from together(kept_chart(scene, one, self) for one in families)) if self.curve else []
        said += [chart.alt for chart in charts]
        caption = self.html_caption or " ".join(filter(None, (drawn.caption, *said))) or None
        return replace(drawn, caption=caption, charts=tuple(charts))

    def families(self, scene: Scene) -> Asking[list[ShownFamily]]:
        """Every parent with the children that the figure shows, those of each layer apart, each once."""
        ends = yield from self._ends(scene)
        return self._families(scene, ends, (yield from self._below(scene, ends)))

    def _ends(self, scene: Scene) -> Asking[list[UnitPath]]:
        """The written paths, their selectors turned into units."""
        return (yield from together(scene.resolve(spec, self) for spec in self.paths))

    def _below(self, scene: Scene, ends: Sequence[UnitPath]) -> Asking[list[_Below]]:
        """What is below the end of each."""
        places = [spec.places[-1] for spec in self.paths]
        found = (self._with_children(scene, path, place) for path, place in zip(ends, places, strict=True))
        return (yield from together(found))

    def _families(self, scene: Scene, ends: Sequence[UnitPath], below: Sequence[_Below]) -> list[ShownFamily]:
        found: dict[tuple[Unit, tuple[Unit, ...]], ShownFamily] = {}
        for end, spec, reached in zip(ends, self.paths, below, strict=True):
            by_layer: dict[str, list[Unit]] = {}
            for path in reached.paths:
                if path != end:
                    by_layer.setdefault(path.end.layer, []).append(path.end)
            for layer, children in by_layer.items():
                indices = tuple(child.index for child in children)
                width = scene.card.layer(layer).units
                family = ShownFamily(end, layer, indices, width, spec.places[-1])
                found.setdefault((end.end, tuple(children)), family)
        return list(found.values())

    def _tiles(self, scene: Scene, paths: Sequence[UnitPath]) -> Asking[list[Shown]]:
        """The tiles of paths; where the figure crops them, all but the topmost, those of a layer in one frame."""
        frames: dict[str, Box | None] = {}
        if self.crop:
            below = dict.fromkeys(path.end.layer for path in paths)
            below.pop(max(below, key=scene.card.level))
            rows = [[(path, None) for path in paths if path.end.layer == layer] for layer in below]
            found = yield from together(common_part(scene, row, self) for row in rows)
            frames = dict(zip(below, found, strict=True))
        return (
            yield from together(shown(scene, path, self, frame=frames.get(path.end.layer)) for path in paths)
        )

    def _check_children(self, path: PathSpec, card: NetworkCard) -> None:
        chosen, end = self.children, end_layer(path, card)
        if isinstance(chosen, ChosenChildren):
            for unit in chosen.units:
                with located(unit.place, NetworkError):
                    card.check_unit(unit.value)
                    card.check_below(unit.value.layer, end)
        elif chosen is not None and chosen.layer is not None:
            layer, place = chosen.layer.value, chosen.layer.place
            of_unit, _, index = layer.rpartition("_")
            if layer not in card.widths and of_unit in card.widths and index.isdecimal():
                hint = f"children chosen by hand are a list: [{layer}]"
                raise ContentError(f"{layer} is a unit and not a layer", where=place, hint=hint)
            with located(place, NetworkError):
                card.check_count(layer, chosen.count)
                card.check_below(layer, end)
        elif chosen is not None:
            check_has_children(path, card)
            with located(path.places[-1], NetworkError):
                card.check_count(card.below(end)[0], chosen.count)

    def _jobs(self, scene: Scene, paths: Sequence[UnitPath]) -> Iterator[Job[Any]]:
        """All that tiles and edges on written-out paths need."""
        for path in paths:
            for start in path.starts:
                yield scene.tile_job(start, self)
                yield scene.peak_job(start.end, self.fit)
            for above, unit in path.steps:
                yield scene.edges_job(above, unit.layer, self)
                if self.ablation:
                    yield AblationJob(scene.subject(self.fit), above.end, unit)

    def _children_jobs(self, scene: Scene, paths: Sequence[UnitPath]) -> Iterator[EdgesJob]:
        """What chooses the children, where they are chosen by strength."""
        if isinstance(self.children, StrongestChildren):
            for path in paths:
                yield scene.edges_job(path, children_layer(self.children, path.end.layer, scene.card), self)

    def _with_children(self, scene: Scene, path: UnitPath, place: Place) -> Asking[_Below]:
        """What is below a path's end, as the figure asks for it."""
        units: list[Unit] = []
        distinct = None
        match self.children:
            case ChosenChildren(chosen):
                units = [unit.value for unit in chosen]
            case StrongestChildren(count=count) as asked:
                layer = children_layer(asked, path.end.layer, scene.card)
                weights = yield from ask(scene.edges_job(path, layer, self))
                units = [Unit(layer, index) for index in weights.strongest(count)]
            case DistinctChildren(count=count) as asked:
                layer = children_layer(asked, path.end.layer, scene.card)
                distinct = yield from distinct_children(scene, path, layer, count, self, place)
                units = distinct.units
        return _Below([path.then(unit) for unit in units] or [path], distinct)

    def _arrival(self, scene: Scene, path: UnitPath) -> Asking[Arrival]:
        """The edge by which a path's last unit is reached."""
        weights = yield from ask_all([scene.edges_job(above, unit.layer, self) for above, unit in path.steps])
        values = [found.values[unit.index] for found, unit in zip(weights, path.units[1:], strict=True)]
        parent = path.units[-2]
        drop = None
        if self.ablation:
            drop = yield from ask(AblationJob(scene.subject(self.fit), parent, path.end))
        return Arrival(parent, weights[-1].share(path.end.index), step_signs(values)[-1] < 0, drop)

    def _tree(
        self,
        scene: Scene,
        ends: Sequence[UnitPath],
        found: Mapping[Unit, Shown],
        arrivals: Mapping[tuple[Unit, Unit], Arrival],
        distinct: Sequence[FoundDistinct],
    ) -> Tree:
        first = {unit: arrival for (_, unit), arrival in reversed([*arrivals.items()])}
        below = {parent: found[child].job.frame for parent, child in reversed([*arrivals])}
        folded = {unit: others for one in distinct for unit, others in one.folded.items()}
        tiles = {
            unit: _folding(one.tile(arrival=first.get(unit), marked=below.get(unit)), folded.get(unit))
            for unit, one in found.items()
        }
        edges = tuple(
            Edge(
                tiles[parent].key,
                tiles[child].key,
                arrival.share,
                arrival.inhibitory,
                None if arrival.drop is None else -arrival.drop,
            )
            for (parent, child), arrival in arrivals.items()
        )
        layers = sorted({unit.layer for unit in tiles}, key=scene.card.level, reverse=True)
        rows = tuple(tuple(tile for unit, tile in tiles.items() if unit.layer == layer) for layer in layers)
        every = [tile for row in rows for tile in row]
        return Tree(
            name=self.name,
            alt=tree_alt(every, edges, every) or every[0].alt,
            rows=rows,
            edges=edges,
            caption=self.html_caption or self._fact_caption(ends, arrivals),
            facts=self._facts(scene),
        )

    def _fact_caption(
        self, ends: Sequence[UnitPath], arrivals: Mapping[tuple[Unit, Unit], Arrival]
    ) -> str | None:
        """What there is to see, where the author says nothing."""
        if self.children is None or len(ends) != 1:
            return None
        end = ends[0].end
        shares: dict[str, list[float]] = {}
        for (parent, child), arrival in arrivals.items():
            if parent == end:
                shares.setdefault(child.layer, []).append(arrival.share)
        chosen = {StrongestChildren: "strongest ", DistinctChildren: "distinct "}.get(type(self.children), "")
        sentences = []
        for layer, below in shares.items():
            count = f"The {len(below)} {chosen}units" if len(below) > 1 else f"The {chosen}unit"
            verb = "carry" if len(below) > 1 else "carries"
            sum_of_shares = percent(sum(below))
            sentences.append(f"{count} of {layer} below {end} {verb} {sum_of_shares} of its edge weight.")
        return " ".join(sentences) or None

    def _said_of(self, scene: Scene, families: Sequence[ShownFamily]) -> Asking[list[str]]:
        """What the children of each parent keep, a sentence each."""
        if not self.keep:
            return []
        return (yield from together(kept_words(scene, family, self.fit) for family in families))

    def _facts(self, scene: Scene) -> tuple[tuple[str, str], ...]:
        carried = "the derivative" if self.edges == "gradient" else "guided backpropagation"
        return (
            ("Network", scene.card.name),
            ("Picture", scene.picture_name),
            (
                "Edges",
                f"mean of activation times gradient, carried by {carried}; shares are of the whole layer",
            ),
            ("Contrast", "each tile has its own: compare units by their shares"),
        )


def _check_one_layer(children: ChosenChildren) -> None:
    first = children.units[0].value.layer
    for unit in children.units:
        if unit.value.layer != first:
            message = f"{unit.value} is not of {first}: keep and curve are about children of one layer"
            raise ContentError(message, where=unit.place, hint="make a figure of its own for each layer")


def _folding(tile: Tile, others: Sequence[Unit] | None) -> Tile:
    """A tile that says which other units its own stands for; as it is where that was not asked."""
    if others is None:
        return tile
    names = ", ".join(map(str, others)) or "no other unit"
    return replace(tile, note=stands_for_words(len(others)), details=(*tile.details, ("Stands for", names)))
