"""From how units overlap with parts to their names.

A name counts where it beats 0.1 and beats the best unit of a network of random weights for that part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from catvis.menagerie.shipped.unit_names import NamedUnit
from catvis.menagerie.study.dissection import CENTRES, Overlaps
from catvis.menagerie.world.kinds import PARTS, part_name

ACCEPTED_IOU = 0.1


def named_units(found: Overlaps, random: Overlaps) -> dict[str, NamedUnit]:
    """The units whose best part counts: unit, such as ``conv5_17`` → part."""
    chance = np.max([iou.max(axis=0) for iou in random.iou.values()], axis=0)
    names: dict[str, NamedUnit] = {}
    for layer, iou in found.iou.items():
        for unit, row in enumerate(iou):
            counted = np.where(row > np.maximum(ACCEPTED_IOU, chance), row, 0.0)
            best = int(counted.argmax())
            if counted[best] > 0:
                names[f"{layer}_{unit}"] = NamedUnit(part_name(PARTS[best]), round(float(counted[best]), 5))
    return names


def counts(names: Mapping[str, NamedUnit]) -> str:
    """A table of named units by part and layer."""
    layers = [layer for layer in CENTRES if any(unit.startswith(f"{layer}_") for unit in names)]
    found = Counter((name.part, unit.rpartition("_")[0]) for unit, name in names.items())
    lines = [f"{'part':<10}" + "".join(f"{layer:>7}" for layer in layers)]
    for part in sorted({part for part, _ in found}):
        lines.append(f"{part:<10}" + "".join(f"{found[part, layer]:>7}" for layer in layers))
    total = Counter(layer for _, layer in found.elements())
    return "\n".join([*lines, f"{'all':<10}" + "".join(f"{total[layer]:>7}" for layer in layers)])
