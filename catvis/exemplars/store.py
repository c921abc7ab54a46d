"""A store of exemplars as the build reads it: one SQLite file per network and collection, opened read-only.

A store names the network and the method that it was made with, and is refused under any other. It may come from
somebody else: nothing in it is believed before its type is known. What it is made of stands in
`catvis.exemplars.store_writer`.
"""

from __future__ import annotations

import contextlib
import io
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from catvis.errors import StoreError, shown_path
from catvis.frozen import Frozen
from catvis.program import command
from catvis.terms import Unit

_LONGEST_NAME = 40
_BOX = 1 << 12
"""Pixels that no side of a crop reaches: four times the largest picture that a network sees."""
Kinds: TypeAlias = Sequence[type | tuple[type, ...]]
METHOD = "exemplars 4"
"""Raised whenever the same pictures would give other cells, or a store has another form."""
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")
"""What SQLite calls a full disk: the second where what readers and writers share finds no room."""


class Cell(Frozen):
    """One exemplar of a unit, with its pictures encoded.

    Attributes:
        rank: 0 for the strongest.
        activation: how strongly the unit fires there.
        name: the picture's name in its collection.
        box: left, top, right, bottom of the crop in what the network sees of the picture.
        crop: the part of the picture that the unit sees, JPEG.
        attribution: the unit's displayed attribution over the same part, encoded.
    """

    rank: int
    activation: float
    name: str
    box: tuple[int, int, int, int]
    crop: bytes
    attribution: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of pixels of both pictures."""
        left, top, right, bottom = self.box
        return right - left, bottom - top


class Store:
    """An open store; see `open_store`."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file = file
        self.connection = connection

    def rows(self, kinds: Kinds, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query gives.

        Args:
            kinds: the type of each column; SQLite itself keeps anything in any of them.
            query: with a question mark for each of the values.
            values: for it.

        Raises:
            StoreError: the store cannot be read, or a value is of another type.
        """
        with plainly(self.file):
            found = self.connection.execute(query, values).fetchall()
        for row in found:
            if not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True)):
                raise self.damaged("a value in it is of the wrong type")
        return found

    def row(self, kinds: Kinds, query: str, *values: object) -> tuple[Any, ...] | None:
        """The first row that a query gives, if it gives any; as `rows`."""
        return next(iter(self.rows(kinds, f"{query} LIMIT 1", *values)), None)

    def damaged(self, why: str) -> StoreError:
        """What is raised where the store holds what it cannot hold."""
        return StoreError(f"{shown_path(self.file)} is damaged: {why}", hint="delete it and mine again")

    def fact(self, key: str) -> str | None:
        """What the store says about how it was made."""
        row = self.row((str,), "SELECT value FROM fact WHERE key = ?", key)
        return None if row is None else str(row[0])

    def cells(self, unit: Unit) -> list[Cell]:
        """A unit's exemplars that have crops, strongest first; none for a unit that never fired."""
        rows = self.rows(
            (int, float, str, int, int, int, int, bytes, bytes),
            'SELECT rank, activation, name, "left", "top", "right", bottom, crop, attribution'
            " FROM cell JOIN picture ON picture.id = cell.picture"
            " WHERE layer = ? AND unit = ? AND length(crop) > 0 ORDER BY rank",
            unit.layer,
            unit.index,
        )
        return [self._cell(*row) for row in rows]

    def _cell(
        self,
        rank: int,
        activation: float,
        name: str,
        left: int,
        top: int,
        right: int,
        bottom: int,
        crop: bytes,
        attribution: bytes,
    ) -> Cell:
        if not (0 <= left < right < _BOX and 0 <= top < bottom < _BOX):
            raise self.damaged("a crop in it has no size")
        if not math.isfinite(activation):
            raise self.damaged("an activation in it is no number")
        if not _is_jpeg(crop, (right - left, bottom - top)):
            raise self.damaged("a crop in it is no picture of its size")
        return Cell(rank, activation, name, (left, top, right, bottom), crop, attribution)

    def names_of(self, unit: Unit) -> list[str]:
        """The names of the pictures that excite a unit most, strongest first, whether cut or not."""
        rows = self.rows(
            (str,),
            "SELECT name FROM cell JOIN picture ON picture.id = cell.picture"
            " WHERE layer = ? AND unit = ? ORDER BY rank",
            unit.layer,
            unit.index,
        )
        return [name for (name,) in rows]

    def strengths(self, layer: str) -> dict[str, bytes]:
        """How strongly the units of a layer fire on pictures of the sample, by the picture's name.

        Of each picture in turn one number for each unit, the largest of its map, or its number; float32,
        little-endian.

        Raises:
            StoreError: the layer was not scanned.
        """
        self.require_scanned([Unit(layer, 0)])
        query = (
            "SELECT name, units FROM strength JOIN picture ON picture.id = strength.picture WHERE layer = ?"
        )
        return dict(self.rows((str, bytes), query, layer))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that were scanned, lowest first."""
        return tuple((self.fact("layers") or "").split())

    def require_scanned(self, units: Iterable[Unit], hint: str = "") -> None:
        """Refuse units of layers that were not scanned.

        Args:
            units: whose exemplars are wanted.
            hint: what to do about it, where that is not to mine into a store of its own.

        Raises:
            StoreError: there is one.
        """
        missing = dict.fromkeys(unit.layer for unit in units if unit.layer not in self.layers)
        if missing:
            raise StoreError(
                f"{shown_path(self.file)} holds nothing of {', '.join(missing)}:"
                f" {', '.join(self.layers)} {'was' if len(self.layers) == 1 else 'were'} scanned",
                hint=hint or f"mine into a store of its own: --layers {' '.join(missing)} --store FILE",
            )

    @property
    def is_finished(self) -> bool:
        """Whether a scan got to its end, and every unit's cells were chosen."""
        return self.fact("finished") == "yes"

    def lacks(self, units: Iterable[Unit]) -> bool:
        """Whether cells of these units have no crops yet."""
        uncut = "SELECT 1 FROM cell WHERE layer = ? AND unit = ? AND crop IS NULL"
        return any(self.row((int,), uncut, unit.layer, unit.index) for unit in units)

    def pictures(self) -> int:
        """How many pictures were scanned."""
        row = self.row((int,), "SELECT count(*) FROM picture")
        return int(row[0]) if row else 0

    def unreadable(self) -> list[tuple[str, str]]:
        """Pictures that could not be read, by name, each with the reason."""
        rows = self.rows((str, str), "SELECT name, reason FROM unreadable ORDER BY name")
        return [(name, reason) for name, reason in rows]


@contextlib.contextmanager
def open_store(file: Path, network: str) -> Iterator[Store]:
    """Open a store for reading.

    Args:
        file: the store.
        network: digest of the network that it must have been made with.

    Raises:
        StoreError: there is none, or it is damaged or made with other weights or by another method.
    """
    if not file.is_file():
        raise StoreError(
            f"there is no store {shown_path(file)}", hint=f"{command('mine NETWORK FOLDER')} makes one"
        )
    with contextlib.closing(_readable(file)) as connection:
        store = Store(file, connection)
        check_tables(store)
        check(store, network)
        yield store


def _readable(file: Path) -> sqlite3.Connection:
    where = file.absolute().as_uri()
    with plainly(file):
        try:
            return _answering(f"{where}?mode=ro")
        except sqlite3.OperationalError:
            # A folder that may not be written cannot hold SQLite's shared memory; nobody writes there either.
            if file.with_name(f"{file.name}-wal").exists():
                raise
            return _answering(f"{where}?mode=ro&immutable=1")


def _answering(address: str) -> sqlite3.Connection:
    """A connection by which a store can be read; closed again where it cannot."""
    connection = sqlite3.connect(address, uri=True, timeout=30)
    try:
        connection.execute("SELECT 1 FROM fact").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()
        raise
    return connection


def check_tables(store: Store) -> None:
    """Refuse a store that holds more than tables: a view may never end, and a trigger acts when something is kept.

    Raises:
        StoreError: it does, or is damaged.
    """
    more = "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
    found = store.row((str,), more)
    if found:
        raise store.damaged(f"{found[0][:_LONGEST_NAME]!r} in it is no table")


def check(store: Store, network: str) -> None:
    """Refuse a store of another method or network.

    Raises:
        StoreError: it was made by another version, or with other weights.
    """
    shown = shown_path(store.file)
    if store.fact("method") != METHOD:
        raise StoreError(
            f"{shown} was made by another version of catvis ({store.fact('method')}, not {METHOD})",
            hint="delete it and mine again",
        )
    if store.fact("network") != network:
        raise StoreError(
            f"{shown} was made with other weights of {store.fact('name')}",
            hint="mine again into a store of its own, or name the right one with --store",
        )


def _is_jpeg(data: bytes, size: tuple[int, int]) -> bool:
    """Whether a picture begins as one of a size, by its head alone."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as opened:
            return opened.size == size
    except Exception:  # decoders fail in many ways
        return False


@contextlib.contextmanager
def plainly(file: Path) -> Iterator[None]:
    """SQLite's errors as messages for people."""
    shown = shown_path(file)
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if getattr(error, "sqlite_errorname", None) in _NO_ROOM:  # some of Python's own have no name
            raise StoreError(
                f"no space is left for {shown}", hint="make room and mine again: nothing is lost"
            ) from error
        if "locked" in text:
            raise StoreError(f"{shown} is locked by another process", hint="wait until it is done") from error
        raise StoreError(f"{shown} cannot be used: {text}") from error
    except (
        sqlite3.Error,
        OverflowError,
        UnicodeDecodeError,
    ) as error:  # the last of what SQLite says of damage
        raise StoreError(f"{shown} is damaged: {error}", hint="delete it and mine again") from error
