"""``catvis children … --distinct``: the children that stand for the others, as a figure of a page has them."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from math import copysign

from catvis.errors import SilentUnitError
from catvis.interface.picture_look import PictureLook
from catvis.terms import Unit, UnitPath


def distinct(look: PictureLook, path: UnitPath, arguments: Namespace) -> str:
    """A few units of a layer over the network's collection, as a table or as JSON.

    Raises:
        CatvisError: the network has no collection, or it tells nothing of the path's end.
    """
    children = look.distinct(path, arguments.layer, arguments.top, edges=arguments.edges)
    weights = look.weights(path, arguments.layer, edges=arguments.edges)
    if not arguments.json:
        lines = [
            f"{unit!s:<14} share {copysign(weights.share(unit.index), weights.values[unit.index]):+.1%}  "
            f"stands for {', '.join(map(str, children.folded[unit])) or 'itself alone'}"
            for unit in children.units
        ]
        return "\n".join([*lines, children.sentence])
    found, drops = children.found, _drops(look, path.end, children.units)
    facts = {
        "explained": found.explained,
        "strongest": found.beside,
        "random": found.random,
        "spread": found.spread,
        "pictures": found.pictures,
        "children": [
            {
                "unit": str(unit),
                "weight": weights.values[unit.index],
                "share": weights.share(unit.index),
                "ablation": drop,
                "stands_for": [str(other) for other in children.folded[unit]],
            }
            for unit, drop in zip(children.units, drops, strict=True)
        ],
    }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def _drops(look: PictureLook, parent: Unit, children: Sequence[Unit]) -> Sequence[float | None]:
    """What silencing each child costs the parent; None of each where that does not fire here."""
    try:
        return look.ablations(parent, children)
    except SilentUnitError:
        return [None] * len(children)
