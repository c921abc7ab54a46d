"""A tree computed ahead: what a page can answer whose network is too large to travel with it.

From one path down, layer by layer, to a depth, so many children of each unit, as long as the tiles fit a budget.
The answers are the jobs' own, so they are what a live network would say.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from catvis.edge_shares import Weights
from catvis.figures.options import Options
from catvis.figures.scene import Scene
from catvis.frozen import Frozen
from catvis.jobs.edge_weights import AblationJob
from catvis.jobs.responses import ResponsesJob, ScoresJob
from catvis.jobs.rounds import Asking, ask, ask_all, want
from catvis.networks.known_layers import NetworkCard
from catvis.results import Attributed, ranked_classes
from catvis.terms import Unit, UnitPath
from catvis.written.keys import Key, mapping
from catvis.written.keys import number as number_key
from catvis.written.located import Mistakes
from catvis.written.yaml_values import Value

_MEGABYTE = 1_000_000
_CLASSES = 10
_DIGITS = 5


class Bounds(Frozen):
    """How much is computed ahead of a picture.

    Attributes:
        depth: steps down from the start.
        top: children of each unit.
        megabytes: of tiles; what would take more is left out, the lowest first.
    """

    depth: int = 3
    top: int = 5
    megabytes: int = 2


BOUND_KEYS: Mapping[str, Key[int]] = {
    "depth": number_key(1, 8, f"steps down from the start ({Bounds.depth})"),
    "top": number_key(1, 20, f"children of each unit ({Bounds.top})"),
    "megabytes": number_key(1, 50, f"of tiles for each picture ({Bounds.megabytes})"),
}


def _bounds(value: Value) -> Bounds:
    mistakes = Mistakes()
    values = value.mapping(mistakes, BOUND_KEYS)
    found = {}
    for name, one in values.items():
        with mistakes.noted():
            found[name] = BOUND_KEYS[name].read(one)
    mistakes.raise_any()
    return Bounds(**found)


BOUNDS = Key(_bounds, mapping(BOUND_KEYS), "how much is computed ahead")


def baked_answers(scene: Scene, start: UnitPath, layer: str, options: Options, bounds: Bounds) -> Asking[str]:
    """What can be asked of a picture, answered ahead, as JSON.

    ``classes`` are ``[unit, score, probability]``; ``responses`` by layer each unit's; ``families`` by path the
    layer of its children, how many have a weight, and the strongest as ``[unit, weight, share, effect]``;
    ``tiles`` by path the base64 of a JPEG, or null where nothing arrives.

    Args:
        scene: the network and the picture.
        start: the path that everything is below of.
        layer: of the first children; from there on it is always the next one.
        options: of the figure.
        bounds: how much.
    """
    subject = scene.subject(options.fit)
    layers = [ResponsesJob(subject, each.name) for each in scene.card.layers]
    scores = [] if scene.card.top.spatial else [ScoresJob(subject)]
    yield from want(*layers, *scores)
    responses = yield from ask_all(layers)
    tiles = yield from _tiles(scene, list(start.starts), options)
    families: dict[str, Any] = {}
    room = bounds.megabytes * _MEGABYTE - sum(map(_bytes, tiles.values()))
    generation = [start]
    for depth in range(bounds.depth):
        found = yield from _families(scene, generation, layer if depth == 0 else None, options, bounds.top)
        paths = {parent: [parent.then(child) for child, *_ in rows] for parent, (_, _, rows) in found.items()}
        drawn = yield from _tiles(scene, [path for below in paths.values() for path in below], options)
        generation = []
        for parent, below in paths.items():
            room -= sum(_bytes(drawn[path]) for path in below)
            if room < 0:
                break
            families[str(parent)] = _plain(*found[parent])
            tiles |= {path: drawn[path] for path in below}
            generation += [path for path in below if scene.card.below(path.end.layer)]
        if room < 0:
            break
    return json.dumps(
        {
            "classes": (yield from _classes(scene, scores)),
            "responses": {
                job.layer: [_rounded(one) for one in found]
                for job, found in zip(layers, responses, strict=True)
            },
            "families": families,
            "tiles": {str(path): _tile(found) for path, found in tiles.items()},
        },
        separators=(",", ":"),
    )


def card_facts(card: NetworkCard) -> dict[str, Any]:
    """What an explorer has to know of a network to name its parts: layers bottom up, labels, measured names."""
    return {
        "layers": [
            {"name": each.name, "kind": "conv" if each.spatial else "fc", "units": each.units}
            for each in card.layers
        ],
        "labels": list(card.labels),
        "names": dict(card.parts),
    }


_Row = tuple[Unit, float, float, float | None]
_Family = tuple[str, int, list[_Row]]


def _families(
    scene: Scene, parents: Sequence[UnitPath], layer: str | None, options: Options, top: int
) -> Asking[dict[UnitPath, _Family]]:
    """Of every path the layer of its children, how many there are, and the strongest."""
    jobs = {
        parent: scene.edges_job(parent, layer or scene.card.below(parent.end.layer)[0], options)
        for parent in parents
    }
    weights = dict(zip(jobs, (yield from ask_all(list(jobs.values()))), strict=True))
    units = {
        parent: [Unit(job.layer, index) for index in weights[parent].strongest(top)]
        for parent, job in jobs.items()
    }
    subject = scene.subject(options.fit)
    ablations = [AblationJob(subject, parent.end, unit) for parent, below in units.items() for unit in below]
    drops = iter((yield from ask_all(ablations)))

    def row(unit: Unit, found: Weights) -> _Row:
        return unit, found.values[unit.index], found.share(unit.index), next(drops)

    return {
        parent: (
            job.layer,
            sum(value != 0 for value in weights[parent].values),
            [row(unit, weights[parent]) for unit in units[parent]],
        )
        for parent, job in jobs.items()
    }


def _tiles(scene: Scene, paths: Sequence[UnitPath], options: Options) -> Asking[dict[UnitPath, Attributed]]:
    found = yield from ask_all([scene.tile_job(path, options) for path in paths])
    return dict(zip(paths, found, strict=True))


def _classes(scene: Scene, jobs: Sequence[ScoresJob]) -> Asking[list[list[Any]]]:
    if not jobs:
        return []
    scores = yield from ask(jobs[0])
    return [
        [str(Unit(scene.card.top.name, index)), score, _rounded(probability)]
        for index, score, probability in ranked_classes(scores, _CLASSES)
    ]


def _plain(layer: str, total: int, rows: Sequence[_Row]) -> dict[str, Any]:
    children = [
        [str(unit), weight, _rounded(share), None if drop is None else _rounded(-drop)]
        for unit, weight, share, drop in rows
    ]
    return {"layer": layer, "total": total, "children": children}


def _tile(found: Attributed) -> str | None:
    return None if found.drawn is None else b64encode(found.drawn.picture.data).decode()


def _bytes(found: Attributed) -> int:
    """What a tile takes in a page: four letters for three bytes."""
    return 0 if found.drawn is None else len(found.drawn.picture.data) * 4 // 3


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
