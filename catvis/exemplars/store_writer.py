"""A store as a scan writes it: keep blocks of pictures, choose cells, fill in their crops, each in one transaction.

One process writes at a time. Whatever interrupts it, the store holds whole blocks only, and readers see the state
after the last one. A store that was made with something else is refused by name.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64, UInt64

from catvis.errors import StoreError, shown_path
from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.findings import Findings
from catvis.exemplars.store import METHOD, Kinds, Store, check, check_tables, plainly
from catvis.exemplars.topk import NOTHING, Best
from catvis.frozen import Frozen
from catvis.terms import RULE_NAMES, Rule, Unit

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS picture (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, file BLOB, start INTEGER NOT NULL, size INTEGER NOT NULL,
    digest BLOB NOT NULL, look BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS unreadable (name TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS candidates (
    layer TEXT PRIMARY KEY, units INTEGER NOT NULL, slots INTEGER NOT NULL,
    activation BLOB NOT NULL, picture BLOB NOT NULL, place BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS strength (
    layer TEXT NOT NULL, picture INTEGER NOT NULL REFERENCES picture (id), units BLOB NOT NULL,
    PRIMARY KEY (layer, picture)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cell (
    layer TEXT NOT NULL, unit INTEGER NOT NULL, rank INTEGER NOT NULL,
    activation REAL NOT NULL, picture INTEGER NOT NULL REFERENCES picture (id), place INTEGER NOT NULL,
    "top" INTEGER, "left" INTEGER, bottom INTEGER, "right" INTEGER, crop BLOB, attribution BLOB,
    PRIMARY KEY (layer, unit, rank));
"""
_KINDS = ("<f4", "<i8", "<i4", "<i8")
"""How the arrays of `Best` are kept."""
_ENTRY: Kinds = (str, (bytes, type(None)), int, int)
"""Of what type the columns are that say where a picture lies."""


class StoreKey(Frozen):
    """What a store was made with.

    Attributes:
        network: the network's digest.
        name: the network's name, for messages.
        collection: the pictures.
        layers: the scanned layers, lowest first.
        slots: how many candidates are kept for a unit.
        rule: what a ReLU does on the way back to a crop's attribution.
    """

    network: str
    name: str
    collection: Collection
    layers: tuple[str, ...]
    slots: int
    rule: Rule

    def facts(self) -> dict[str, str]:
        """As the store writes them."""
        return {
            "method": METHOD,
            "network": self.network,
            "name": self.name,
            "collection": self.collection.title,
            "origin": self.collection.origin,
            "layers": " ".join(self.layers),
            "number of candidates": str(self.slots),
            "rule": self.rule,
        }


class Wanted(NamedTuple):
    """A cell that has no crop yet."""

    unit: Unit
    rank: int
    entry: Entry
    digest: bytes
    place: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What identifies the cell in the store."""
        return self.unit.layer, self.unit.index, self.rank


class Illustrated(NamedTuple):
    """A cell with its crop.

    Attributes:
        cell: which one.
        box: top, left, bottom, right in what the network sees of the picture.
        crop: the part of the picture, JPEG.
        attribution: the unit's displayed attribution over the same part, encoded.
    """

    cell: Wanted
    box: tuple[int, int, int, int]
    crop: bytes
    attribution: bytes


class StoreWriter(Store):
    """A store that a scan goes on with; see `writing`."""

    def names(self) -> dict[str, int]:
        """The scanned pictures' identifiers by name."""
        return dict(self.rows((str, int), "SELECT name, id FROM picture"))

    def best(self, layer: str) -> Best | None:
        """A layer's candidates, pictures by identifier; None before its first block."""
        row = self.row(
            (int, int, bytes, bytes, bytes, bytes),
            "SELECT units, slots, activation, picture, place, content FROM candidates WHERE layer = ?",
            layer,
        )
        if row is None:
            return None
        units, slots, *blobs = row
        sizes = [units * slots * np.dtype(kind).itemsize for kind in _KINDS]
        if min(units, slots) < 0 or [len(blob) for blob in blobs] != sizes:
            raise self.damaged("candidates are missing in it")
        best = Best(
            *(
                np.frombuffer(blob, kind).reshape(units, slots)
                for blob, kind in zip(blobs, _KINDS, strict=True)
            )
        )
        if not np.isin(best.picture[best.filled], list(self.names().values())).all():
            raise self.damaged("a candidate in it is of no picture")
        return best

    def looks(self, pictures: Int64[np.ndarray, " some"]) -> UInt64[np.ndarray, "some 4"]:
        """The fingerprints of some pictures, by identifier."""
        query = "SELECT look FROM picture WHERE id = ? AND length(look) = 32"
        rows = [self.row((bytes,), query, picture) for picture in pictures.tolist()]
        if not all(rows):
            raise self.damaged("pictures are missing in it")
        return np.frombuffer(b"".join(row[0] for row in rows if row), "<u8").reshape(-1, 4)

    def entries(self, pictures: Iterable[int]) -> dict[int, Entry]:
        """Where pictures lie, by identifier."""
        rows = {
            picture: self.row(_ENTRY, "SELECT name, file, start, size FROM picture WHERE id = ?", picture)
            for picture in pictures
        }
        return {picture: _entry(*row) for picture, row in rows.items() if row}

    def wanted(self, units: Iterable[Unit]) -> list[Wanted]:
        """The cells of some units that have no crops yet, those of one picture after another."""
        query = (
            "SELECT rank, digest, place, name, file, start, size FROM cell"
            " JOIN picture ON picture.id = cell.picture WHERE layer = ? AND unit = ? AND crop IS NULL"
        )
        found = []
        for unit in units:
            rows = self.rows((int, bytes, int, *_ENTRY), query, unit.layer, unit.index)
            found += [
                Wanted(unit, rank, _entry(*entry), digest, place) for rank, digest, place, *entry in rows
            ]
        return sorted(found, key=lambda cell: (cell.entry.name, cell.key))

    @property
    def rule(self) -> Rule:
        """What a ReLU does on the way back to a crop's attribution.

        Raises:
            StoreError: the store names none.
        """
        written = self.fact("rule")
        for rule in RULE_NAMES:
            if rule == written:
                return rule
        raise StoreError(
            f"{shown_path(self.file)} is damaged: it names the rule {written!r}",
            hint="delete it and mine again",
        )

    def keep(
        self, found: Findings, entries: Mapping[int, Entry], identifiers: Int64[np.ndarray, " numbers"]
    ) -> None:
        """Keep scanned blocks in one transaction.

        Args:
            found: the new pictures, and the candidates of every layer with these pictures in.
            entries: of the new pictures, by number.
            identifiers: the identifier of every picture number; those of the new ones are filled in.
        """
        with self._transaction() as connection:
            (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM picture").fetchone()
            for identifier, (number, mark) in enumerate(found.pictures, last + 1):
                name, file, *span = entries[number]
                # A file of its own is named once; and any bytes may name a file.
                row = (name, None if file == name else os.fsencode(file), *span, *mark)
                connection.execute("INSERT INTO picture VALUES (?, ?, ?, ?, ?, ?, ?)", (identifier, *row))
                connection.execute("DELETE FROM unreadable WHERE name = ?", (name,))
                identifiers[number] = identifier
            connection.executemany(
                "INSERT OR REPLACE INTO unreadable VALUES (?, ?)",
                [(entries[number].name, reason) for number, reason in found.unreadable],
            )
            connection.executemany(
                "INSERT INTO strength VALUES (?, ?, ?)",
                (
                    (layer, int(identifiers[number]), units.astype("<f4").tobytes())
                    for number, layers in found.strengths.items()
                    for layer, units in layers.items()
                ),
            )
            connection.execute("INSERT OR REPLACE INTO fact VALUES ('finished', 'no')")
            for layer, best in found.best.items():
                named = zip(best.renumbered(identifiers), _KINDS, strict=True)
                connection.execute(
                    "INSERT OR REPLACE INTO candidates VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (layer, *best.picture.shape, *(array.astype(kind).tobytes() for array, kind in named)),
                )

    def narrow(self, pictures: Int64[np.ndarray, " some"]) -> None:
        """Forget how strongly units fire on all but some pictures: with others added, the sample has moved."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM strength WHERE picture NOT IN (SELECT value FROM json_each(?))",
                (json.dumps(pictures.tolist()),),
            )

    def choose(self, layer: str, best: Best, chosen: Int64[np.ndarray, "units cells"]) -> None:
        """Make a layer's cells out of its candidates; cells that were there before keep their crops.

        Args:
            layer: the layer.
            best: its candidates, pictures by identifier.
            chosen: which slots of each unit, strongest first; `NOTHING` where there are no more.
        """
        units, ranks = np.nonzero(chosen != NOTHING)
        slots = units, chosen[units, ranks]
        columns = (units, ranks, best.activation[slots], best.picture[slots], best.place[slots])
        with self._transaction() as connection:
            connection.execute(
                "CREATE TEMP TABLE before AS SELECT * FROM cell WHERE layer = ? AND crop IS NOT NULL",
                (layer,),
            )
            connection.execute("DELETE FROM cell WHERE layer = ?", (layer,))
            connection.executemany(
                "INSERT INTO cell (layer, unit, rank, activation, picture, place) VALUES (?, ?, ?, ?, ?, ?)",
                ((layer, *row) for row in zip(*(column.tolist() for column in columns), strict=True)),
            )
            connection.execute("CREATE INDEX temp.by_picture ON before (unit, picture, place)")
            connection.execute(
                'UPDATE cell SET "top" = b."top", "left" = b."left", bottom = b.bottom, "right" = b."right",'
                " crop = b.crop, attribution = b.attribution FROM temp.before AS b WHERE cell.layer = ?"
                " AND b.unit = cell.unit AND b.picture = cell.picture AND b.place = cell.place",
                (layer,),
            )
            connection.execute("DROP TABLE temp.before")

    def illustrate(self, cells: Iterable[Illustrated]) -> None:
        """Keep the crops and attributions of some cells."""
        with self._transaction() as connection:
            connection.executemany(
                'UPDATE cell SET "top" = ?, "left" = ?, bottom = ?, "right" = ?, crop = ?, attribution = ?'
                " WHERE layer = ? AND unit = ? AND rank = ?",
                ((*done.box, done.crop, done.attribution, *done.cell.key) for done in cells),
            )

    def give_up(self, cells: Iterable[Wanted]) -> None:
        """Note that some cells cannot be drawn, so that nobody tries again."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE cell SET crop = x'' WHERE layer = ? AND unit = ? AND rank = ?",
                (cell.key for cell in cells),
            )

    def note(self, facts: Mapping[str, str]) -> None:
        """Note how the store is made, and how far it is."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", facts.items())

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with plainly(self.file), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection


@contextlib.contextmanager
def writing(file: Path, network: str, key: StoreKey | None = None) -> Iterator[StoreWriter]:
    """Open a store to go on with it.

    Args:
        file: the store.
        network: digest of the network that it must have been made with.
        key: where given, it must have been made with all of this, and is made where there is none.

    Raises:
        StoreError: it is damaged, another process writes it, or it was made with something else.
    """
    with _alone(file):
        with plainly(file):
            connection = sqlite3.connect(file, isolation_level=None, timeout=30)
        with contextlib.closing(connection):
            store = StoreWriter(file, connection)
            check_tables(store)
            with plainly(file):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_SCHEMA)
            if key and store.fact("method") is None:
                store.note(key.facts())
            check(store, network)
            if key:
                _check_key(store, key)
            try:
                yield store
            finally:
                _leave_one_file(connection)


def _leave_one_file(connection: sqlite3.Connection) -> None:
    """At rest a store is one file: readers of one that is written ahead would leave two more beside it."""
    with contextlib.suppress(sqlite3.OperationalError):  # somebody reads it just now
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA journal_mode = DELETE")


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the store's lock; the system gives it back however the process ends."""
    if file.is_dir():
        raise StoreError(f"{shown_path(file)} is a folder", hint="name a file with --store")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("a")
    except OSError as error:
        raise StoreError(f"{shown_path(file)} cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(
                f"{shown_path(file)} is being written by another process",
                hint="wait until it is done, or name another store with --store",
            ) from None
        yield


def _entry(name: str, file: bytes | None, start: int, size: int) -> Entry:
    return Entry(name, name if file is None else os.fsdecode(file), start, size)


def _check_key(store: StoreWriter, key: StoreKey) -> None:
    for name, wanted in key.facts().items():
        found = store.fact(name)
        if found != wanted and name != "name":
            raise StoreError(
                f"{shown_path(store.file)} was made with another {name}: {found}, not {wanted}",
                hint="name another store with --store",
            )
