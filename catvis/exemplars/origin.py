"""A collection as a store remembers it: one line of text, from which it is opened again."""

from __future__ import annotations

import json
from pathlib import Path

from catvis.errors import StoreError
from catvis.exemplars.collection import Collection, FolderCollection
from catvis.exemplars.drawn import DrawnCollection


def collection_at(origin: str) -> Collection:
    """The collection that described itself so, see `Collection.origin`."""
    facts = json.loads(origin)
    if "drawn" in facts:
        return DrawnCollection(range(*facts["drawn"]))
    return FolderCollection(Path(facts["folder"]), reduced=facts["reduced"])


def collection_there(origin: str) -> Collection:
    """The collection that described itself so, with its pictures.

    Raises:
        StoreError: they are not where they were.
    """
    collection = collection_at(origin)
    if not collection.is_there:
        raise StoreError(f"there are no pictures in {collection.title}", hint="put them back, or mine others")
    return collection
