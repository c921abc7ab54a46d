"""A collection as a store remembers it: one line of text, from which it is opened again."""

from __future__ import annotations

import json
from pathlib import Path

from catvis.exemplars.collection import Collection, FolderCollection
from catvis.exemplars.drawn import DrawnCollection


def collection_at(origin: str) -> Collection:
    """The collection that described itself so, see `Collection.origin`."""
    facts = json.loads(origin)
    if "drawn" in facts:
        return DrawnCollection(range(*facts["drawn"]))
    return FolderCollection(Path(facts["folder"]), reduced=facts["reduced"])
