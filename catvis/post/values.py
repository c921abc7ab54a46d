"""Computed values in the prose: ``{::value top.label /}``, ``{::value figures.NAME.children[0].share /}``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from catvis.drawing.figure import Diagram, Drawing, Tile, Tree
from catvis.drawing.wording import number, percent, share_text
from catvis.errors import ContentError, Place, nearest
from catvis.figures.scene import Scene
from catvis.jobs.responses import ScoresJob
from catvis.jobs.rounds import Asking, ask
from catvis.results import ranked_classes
from catvis.terms import Fit

_FORM = "top.label, or figures.NAME.children[0].unit"


def top_values(scene: Scene, fit: Fit, place: Place) -> Asking[Mapping[str, str]]:
    """What can be said of the strongest class.

    Args:
        scene: the post's network and picture.
        fit: how the picture gets the network's shape.
        place: where the prose asks for it.

    Raises:
        ContentError: the network has no classes.
    """
    top = yield from scene.top(fit, place)
    scores = yield from ask(ScoresJob(scene.subject(fit)))
    ((_, highest, probability),) = ranked_classes(scores, 1)
    return {
        "top.unit": str(top),
        "top.label": scene.card.label(top) or str(top),
        "top.probability": percent(probability),
        "top.score": number(highest),
    }


def figure_values(figure: Drawing) -> Mapping[str, str]:
    """What can be said of a figure's tiles and, in a tree, of the children of its lowest parent."""
    if isinstance(figure, Diagram):
        return {}
    start = f"figures.{figure.name}"
    values: dict[str, str] = {}
    for place, tile in enumerate(figure.tiles):
        values |= _tile_values(f"{start}.units[{place}]", tile)
    if isinstance(figure, Tree) and figure.edges:
        tiles = {tile.key: tile for tile in figure.tiles}
        parent = figure.edges[-1].parent
        for place, edge in enumerate(edge for edge in figure.edges if edge.parent == parent):
            name = f"{start}.children[{place}]"
            values |= _tile_values(name, tiles[edge.child])
            values[f"{name}.share"] = share_text(edge)
            if edge.ablation is not None:
                values[f"{name}.ablation"] = percent(edge.ablation)
    return values


def value_of(expression: str, values: Mapping[str, str], place: Place) -> str:
    """Find a value.

    Raises:
        ContentError: nothing is called so.
    """
    name = re.sub(r"\s", "", expression)
    if name not in values:
        hint = nearest(name, values) if values else f"write {_FORM}"
        raise ContentError(f"there is no value {expression!r}", where=place, hint=hint)
    return values[name]


def _tile_values(name: str, tile: Tile) -> Mapping[str, str]:
    return {f"{name}.unit": tile.title, f"{name}.label": tile.label or tile.title}
