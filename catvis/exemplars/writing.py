"""Opening a store to go on with it: its tables, its lock, and the key that says what it was made with.

One process writes at a time. A store that was made with something else is refused by name.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from catvis.errors import StoreError, shown_path
from catvis.exemplars.store import METHOD, check, plainly
from catvis.exemplars.writable import WritableStore
from catvis.terms import Rule

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS picture (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, look BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS unreadable (name TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS candidates (
    layer TEXT PRIMARY KEY, units INTEGER NOT NULL, slots INTEGER NOT NULL,
    activation BLOB NOT NULL, picture BLOB NOT NULL, place BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cell (
    layer TEXT NOT NULL, unit INTEGER NOT NULL, rank INTEGER NOT NULL,
    activation REAL NOT NULL, picture INTEGER NOT NULL REFERENCES picture (id), place INTEGER NOT NULL,
    "top" INTEGER, "left" INTEGER, bottom INTEGER, "right" INTEGER, crop BLOB, attribution BLOB,
    PRIMARY KEY (layer, unit, rank));
CREATE INDEX IF NOT EXISTS cell_without_crop ON cell (picture) WHERE crop IS NULL;
"""


@dataclass(frozen=True)
class StoreKey:
    """What a store was made with.

    Attributes:
        network: the network's digest.
        name: the network's name, for messages.
        collection: the collection's title.
        layers: the scanned layers, lowest first.
        slots: how many candidates are kept for a unit.
        rule: what a ReLU does on the way back to a crop's attribution.
    """

    network: str
    name: str
    collection: str
    layers: tuple[str, ...]
    slots: int
    rule: Rule

    def facts(self) -> dict[str, str]:
        """As the store writes them."""
        return {
            "method": METHOD,
            "network": self.network,
            "name": self.name,
            "collection": self.collection,
            "layers": " ".join(self.layers),
            "number of candidates": str(self.slots),
            "rule": self.rule,
        }


@contextlib.contextmanager
def writing(file: Path, key: StoreKey) -> Iterator[WritableStore]:
    """Open a store to go on with it; make it where there is none.

    Raises:
        StoreError: it is damaged, another process writes it, or it was made with something else.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("a")
    except OSError as error:
        raise StoreError(f"{shown_path(file)} cannot be written: {error.strerror}") from error
    with lock, _alone(lock, file):
        with plainly(file):
            connection = sqlite3.connect(file, isolation_level=None, timeout=30)
        with contextlib.closing(connection):
            store = WritableStore(file, connection)
            with plainly(file):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_SCHEMA)
            if store.fact("method") is None:
                store.begin(key.facts())
            check(store, key.network)
            _check_key(store, key)
            yield store


@contextlib.contextmanager
def _alone(lock: IO[str], file: Path) -> Iterator[None]:
    """Hold the lock; the system gives it back however the process ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StoreError(
            f"{shown_path(file)} is being written by another process",
            hint="wait until it is done, or name another store with --store",
        ) from None
    yield


def _check_key(store: WritableStore, key: StoreKey) -> None:
    for name, wanted in key.facts().items():
        found = store.fact(name)
        if found != wanted and name != "name":
            raise StoreError(
                f"{shown_path(store.file)} was made with another {name}: {found}, not {wanted}",
                hint="name another store with --store",
            )
