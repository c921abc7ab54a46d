"""What a scan does to a store: keep blocks of pictures, choose cells, fill in their crops, each in one transaction.

Whatever interrupts a scan, the store holds whole blocks only, and readers see the state after the last one.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, UInt64

from catvis.exemplars.findings import Findings
from catvis.exemplars.store import Store, plainly
from catvis.exemplars.topk import NOTHING, Best
from catvis.terms import Unit


@dataclass(frozen=True)
class Wanted:
    """A cell that has no crop yet."""

    unit: Unit
    rank: int
    picture: str
    digest: bytes
    place: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What identifies the cell in the store."""
        return self.unit.layer, self.unit.index, self.rank


@dataclass(frozen=True)
class Illustrated:
    """A cell with its crop.

    Attributes:
        cell: which one.
        box: top, left, bottom, right in what the network sees of the picture.
        crop: the part of the picture, WebP.
        attribution: the unit's displayed attribution over the same part, encoded.
    """

    cell: Wanted
    box: tuple[int, int, int, int]
    crop: bytes
    attribution: bytes


class WritableStore(Store):
    """A store that a scan goes on with; see `catvis.exemplars.writing`."""

    def names(self) -> dict[str, int]:
        """The scanned pictures' identifiers by name."""
        with plainly(self.file):
            return dict(self.connection.execute("SELECT name, id FROM picture"))

    def best(self, layer: str) -> Best | None:
        """A layer's candidates, pictures by identifier; None before its first block."""
        with plainly(self.file):
            row = self.connection.execute(
                "SELECT units, slots, activation, picture, place, content FROM candidates WHERE layer = ?",
                (layer,),
            ).fetchone()
        if row is None:
            return None
        shape = (row[0], row[1])
        arrays = [
            np.frombuffer(blob, kind).reshape(shape)
            for blob, kind in zip(row[2:], ("<f4", "<i8", "<i4", "<i8"), strict=True)
        ]
        return Best(*arrays)

    def looks(self, pictures: Int64[np.ndarray, " some"]) -> UInt64[np.ndarray, "some 4"]:
        """The fingerprints of some pictures, by identifier."""
        found = np.zeros((len(pictures), 4), np.uint64)
        with plainly(self.file):
            for row, picture in enumerate(pictures.tolist()):
                (look,) = self.connection.execute(
                    "SELECT look FROM picture WHERE id = ?", (picture,)
                ).fetchone()
                found[row] = np.frombuffer(look, "<u8")
        return found

    def wanted(self, units: Collection[Unit] | None = None) -> list[Wanted]:
        """The cells without crops, in the order of the pictures' names; of some units only, where given."""
        with plainly(self.file):
            rows = self.connection.execute(
                "SELECT layer, unit, rank, name, digest, place FROM cell"
                " JOIN picture ON picture.id = cell.picture WHERE crop IS NULL"
                " ORDER BY name, layer, unit"
            ).fetchall()
        asked = None if units is None else set(units)
        every = (Wanted(Unit(row[0], row[1]), *row[2:]) for row in rows)
        return [cell for cell in every if asked is None or cell.unit in asked]

    def keep(self, found: Findings, names: Sequence[str], identifiers: Int64[np.ndarray, " numbers"]) -> None:
        """Keep scanned blocks in one transaction.

        Args:
            found: the new pictures, and the candidates of every layer with these pictures in.
            names: the name of every picture number.
            identifiers: the identifier of every picture number; those of the new ones are filled in.
        """
        with self._transaction() as connection:
            (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM picture").fetchone()
            for identifier, (number, digest, look) in enumerate(found.pictures, last + 1):
                row = (identifier, names[number], digest, look)
                connection.execute("INSERT INTO picture VALUES (?, ?, ?, ?)", row)
                connection.execute("DELETE FROM unreadable WHERE name = ?", (names[number],))
                identifiers[number] = identifier
            connection.executemany(
                "INSERT OR REPLACE INTO unreadable VALUES (?, ?)",
                [(names[number], reason) for number, reason in found.unreadable],
            )
            connection.execute("INSERT OR REPLACE INTO fact VALUES ('finished', 'no')")
            for layer, best in found.best.items():
                named = best.renumbered(identifiers)
                connection.execute(
                    "INSERT OR REPLACE INTO candidates VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        layer,
                        named.units,
                        named.slots,
                        named.activation.astype("<f4").tobytes(),
                        named.picture.astype("<i8").tobytes(),
                        named.place.astype("<i4").tobytes(),
                        named.content.astype("<i8").tobytes(),
                    ),
                )

    def choose(self, layer: str, best: Best, chosen: Int64[np.ndarray, "units cells"]) -> None:
        """Make a layer's cells out of its candidates; cells that were there before keep their crops.

        Args:
            layer: the layer.
            best: its candidates, pictures by identifier.
            chosen: which slots of each unit, strongest first; `NOTHING` where there are no more.
        """
        with self._transaction() as connection:
            connection.execute(
                "CREATE TEMP TABLE before AS SELECT * FROM cell WHERE layer = ? AND crop IS NOT NULL",
                (layer,),
            )
            connection.execute("DELETE FROM cell WHERE layer = ?", (layer,))
            units, ranks = np.nonzero(chosen != NOTHING)
            slots = chosen[units, ranks]
            connection.executemany(
                "INSERT INTO cell (layer, unit, rank, activation, picture, place) VALUES (?, ?, ?, ?, ?, ?)",
                zip(
                    [layer] * len(units),
                    units.tolist(),
                    ranks.tolist(),
                    best.activation[units, slots].tolist(),
                    best.picture[units, slots].tolist(),
                    best.place[units, slots].tolist(),
                    strict=True,
                ),
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
        """Keep the crops and attributions of some cells in one transaction."""
        with self._transaction() as connection:
            connection.executemany(
                'UPDATE cell SET "top" = ?, "left" = ?, bottom = ?, "right" = ?, crop = ?, attribution = ?'
                " WHERE layer = ? AND unit = ? AND rank = ?",
                (
                    (
                        *done.box,
                        done.crop,
                        done.attribution,
                        done.cell.unit.layer,
                        done.cell.unit.index,
                        done.cell.rank,
                    )
                    for done in cells
                ),
            )

    def give_up(self, cells: Iterable[Wanted]) -> None:
        """Note that some cells cannot be drawn, so that nobody tries again."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE cell SET crop = x'' WHERE layer = ? AND unit = ? AND rank = ?",
                (cell.key for cell in cells),
            )

    def begin(self, facts: Mapping[str, str]) -> None:
        """Note what the store is made with."""
        with self._transaction() as connection:
            connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())

    def finish(self, facts: Mapping[str, str]) -> None:
        """Note that every listed picture was scanned and every cell chosen, with more facts about it."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO fact VALUES (?, ?)", [*facts.items(), ("finished", "yes")]
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with plainly(self.file):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.rollback()
                raise
            self.connection.commit()
