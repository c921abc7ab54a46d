"""Trees: paths merged where they agree, the children of their ends, and the edges between."""

from __future__ import annotations

from dataclasses import dataclass

from catvis.composition.scene import Scene
from catvis.composition.tiles import Arrival, make_tile, tile_jobs, written_caption
from catvis.drawing.figure import Edge, Tile, Tree
from catvis.drawing.wording import percent, tree_alt
from catvis.plan import AblationJob, Job, Peak
from catvis.post.figures import Options, StrongestChildren, TreeFigure
from catvis.terms import Unit, UnitPath


@dataclass(frozen=True)
class _Branch:
    """A step of some path: the unit, how it is reached, and its edge to the unit above."""

    parent: UnitPath
    unit: Unit

    @property
    def path(self) -> UnitPath:
        return self.parent.then(self.unit)


def tree(scene: Scene, figure: TreeFigure) -> Tree:
    """Compose a tree.

    A unit that is reached from two parents stands once; its tile is that of the path named first.

    Raises:
        ContentError: a path starts at a unit that does not fire, or a layer has too few children.
        UnansweredError: something is still to be computed.
    """
    paths = [scene.resolve(spec, figure) for spec in figure.paths]
    for path, spec in zip(paths, figure.paths, strict=True):
        scene.require_firing(path.units[0], spec.place, figure.fit)
    full = [whole for path in paths for whole in _with_children(scene, figure, path)]
    shown: dict[Unit, UnitPath] = {}
    branches: dict[tuple[Unit, Unit], _Branch] = {}
    for path in full:
        for length in range(1, len(path.units) + 1):
            shown.setdefault(path.units[length - 1], UnitPath(path.units[:length]))
        for length in range(1, len(path.units)):
            branch = _Branch(UnitPath(path.units[:length]), path.units[length])
            branches.setdefault((branch.parent.end, branch.unit), branch)
    peaks = scene.peaks(list(shown), figure.fit)
    scene.ask.want(
        [job for unit, path in shown.items() for job in tile_jobs(scene, path, figure, peaks[unit])]
        + _ablation_jobs(scene, figure, branches, peaks)
    )
    arrivals = {pair: _arrival(scene, figure, branch, peaks) for pair, branch in branches.items()}
    tiles = {
        unit: make_tile(scene, path, figure, peaks[unit], arrival=_first_arrival(arrivals, unit))
        for unit, path in shown.items()
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
    rows = _rows(scene, tiles)
    every = [tile for row in rows for tile in row]
    return Tree(
        name=figure.name,
        alt=tree_alt(every, edges, every) or every[0].alt,
        rows=rows,
        edges=edges,
        caption=written_caption(figure) or _caption(figure, paths, arrivals),
        facts=_facts(scene, figure),
    )


def _with_children(scene: Scene, figure: TreeFigure, path: UnitPath) -> list[UnitPath]:
    chosen = figure.children
    if chosen is None:
        return [path]
    if isinstance(chosen, StrongestChildren):
        level = scene.card.level(path.end.layer)
        layer = chosen.layer.value if chosen.layer else scene.card.layers[level - 1].name
        weights = scene.weights(path, layer, figure.edges, figure.fit)
        units = [Unit(layer, index) for index in weights.strongest(chosen.count)]
    else:
        units = [unit.value for unit in chosen.units]
    return [path.then(unit) for unit in units] or [path]


def _ablation_jobs(
    scene: Scene, figure: Options, branches: dict[tuple[Unit, Unit], _Branch], peaks: dict[Unit, Peak]
) -> list[Job]:
    if not figure.ablation:
        return []
    return [
        AblationJob(scene.subject(figure.fit), parent, child)
        for parent, child in branches
        if peaks[parent].activation != 0
    ]


def _arrival(scene: Scene, figure: Options, branch: _Branch, peaks: dict[Unit, Peak]) -> Arrival:
    weights = scene.weights(branch.parent, branch.unit.layer, figure.edges, figure.fit)
    drop = None
    if figure.ablation and peaks[branch.parent.end].activation != 0:
        drop = scene.ask.ask(AblationJob(scene.subject(figure.fit), branch.parent.end, branch.unit), float)
    return Arrival(
        parent=branch.parent.end,
        share=weights.share(branch.unit.index),
        inhibitory=scene.signs(branch.path, figure)[-1] < 0,
        drop=drop,
    )


def _first_arrival(arrivals: dict[tuple[Unit, Unit], Arrival], unit: Unit) -> Arrival | None:
    return next((arrival for (_, child), arrival in arrivals.items() if child == unit), None)


def _rows(scene: Scene, tiles: dict[Unit, Tile]) -> tuple[tuple[Tile, ...], ...]:
    by_layer: dict[str, list[Tile]] = {}
    for unit, tile in tiles.items():
        by_layer.setdefault(unit.layer, []).append(tile)
    return tuple(tuple(by_layer[layer]) for layer in sorted(by_layer, key=scene.card.level, reverse=True))


def _caption(
    figure: TreeFigure, paths: list[UnitPath], arrivals: dict[tuple[Unit, Unit], Arrival]
) -> str | None:
    """What there is to see, from the facts, where the author says nothing."""
    if figure.children is None or len(paths) != 1:
        return None
    end = paths[0].end
    shares = [arrival.share for (parent, _), arrival in arrivals.items() if parent == end]
    if not shares:
        return None
    chosen = "strongest " if isinstance(figure.children, StrongestChildren) else ""
    layer = next(child.layer for parent, child in arrivals if parent == end)
    count = f"The {len(shares)} {chosen}units" if len(shares) > 1 else f"The {chosen}unit"
    verb = "carry" if len(shares) > 1 else "carries"
    return f"{count} of {layer} below {end} {verb} {percent(sum(shares))} of its edge weight."


def _facts(scene: Scene, figure: Options) -> tuple[tuple[str, str], ...]:
    carried = "the derivative" if figure.edges == "gradient" else "guided backpropagation"
    return (
        ("Network", scene.card.name),
        ("Picture", scene.picture_name),
        ("Edges", f"mean of activation times gradient, carried by {carried}; shares are of the whole layer"),
        ("Scale", "each tile has its own scale; compare units by their shares, not by their contrast"),
    )
