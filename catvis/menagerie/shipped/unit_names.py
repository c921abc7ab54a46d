"""Names of units in a file: which part a unit was measured to look at, and how well it fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from catvis.frozen import Frozen


class NamedUnit(Frozen):
    """A unit that looks at a part.

    Attributes:
        part: the part's name.
        iou: intersection over union of the unit's thresholded maps with the part's masks, 0 to 1.
    """

    part: str
    iou: float


def write_names(names: Mapping[str, NamedUnit], file: Path) -> None:
    """Write unit names as JSON: unit, such as ``conv5_17`` → part and IoU."""
    rows = [f'  "{unit}": {json.dumps({"part": name.part, "iou": name.iou})}' for unit, name in names.items()]
    file.write_text("{\n" + ",\n".join(rows) + "\n}\n")


def read_names(file: Path) -> dict[str, NamedUnit]:
    """What `write_names` wrote; nothing where it has not written yet."""
    if not file.exists():
        return {}
    return {
        unit: NamedUnit(entry["part"], entry["iou"]) for unit, entry in json.loads(file.read_text()).items()
    }
