"""Attack: files of weights, stores and caches that are not what they say; each is one message, or not used."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from catvis.drawing.encode import decode
from catvis.errors import PictureError, StoreError, WeightsError
from catvis.exemplars.store import check_tables, open_store
from catvis.exemplars.store_writer import StoreWriter
from catvis.networks.weights.state_files import State, fill
from catvis.results import Picture as KeptPicture
from catvis.terms import Unit


@pytest.mark.parametrize("kind", [torch.bool, torch.uint8, torch.int32, torch.int64])
def test_whole_numbers_where_a_network_computes_with_fractions(kind: torch.dtype) -> None:
    module = nn.Linear(3, 2)
    state = State(weight=torch.ones(2, 3, dtype=kind), bias=torch.zeros(2))
    with pytest.raises(WeightsError, match=r"weight holds whole numbers \((bool|uint8|int32|int64)\)"):
        fill(module, state, Path("w.npz"), "it")


STORE = """
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE picture (id INTEGER PRIMARY KEY, name, file, start, size, digest, look);
CREATE TABLE cell (
    layer, unit, rank, activation REAL, picture, place, "top", "left", bottom, "right", crop, attribution);
CREATE TABLE candidates (layer, units, slots, activation, picture, place, content);
INSERT INTO picture VALUES (1, 'a.png', NULL, -1, 0, x'00', x'00');
INSERT INTO candidates VALUES ('conv1', 1, 1, x'00000000', x'', x'', x'');
"""
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
DAMAGE = {
    "an activation is a text": "UPDATE cell SET activation = 'x'",
    "an activation is infinite": "UPDATE cell SET activation = 9e999",
    "a crop is a text": "UPDATE cell SET crop = 'x'",
    "a crop has no place": 'UPDATE cell SET "left" = NULL',
    "a crop is as large as a country": "UPDATE cell SET bottom = 1 << 40",
    "a crop is the wrong way round": 'UPDATE cell SET "right" = -1',
    "a crop is no picture": "UPDATE cell SET crop = x'ff'",
    "a crop is larger than it says": 'UPDATE cell SET "right" = 8',
    "a name is a number": "UPDATE picture SET name = 3",
    "a fact is no text": "INSERT INTO fact VALUES ('method', x'00')",
    "a view that never ends": f"DROP TABLE fact; CREATE VIEW fact AS {ENDLESS} i AS key, 'b' AS value FROM n",
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON cell BEGIN DELETE FROM picture; END",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StoreWriter]:
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as connection:
        connection.executescript(STORE)
        crop = io.BytesIO()
        Image.new("RGB", (9, 9)).save(crop, "JPEG")
        row = ("conv1", 0, 0, 1.5, 1, 0, 0, 0, 9, 9, crop.getvalue(), crop.getvalue())
        connection.execute(f"INSERT INTO cell VALUES ({', '.join('?' * len(row))})", row)
        yield StoreWriter(tmp_path / "s.sqlite", connection)


def read(store: StoreWriter) -> None:
    check_tables(store)
    store.fact("method")
    store.cells(Unit("conv1", 0))


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_a_store_that_holds_what_it_cannot(store: StoreWriter, change: str) -> None:
    assert store.cells(Unit("conv1", 0))[0].box == (0, 0, 9, 9)
    store.connection.executescript(change)
    with pytest.raises(StoreError, match=r"s\.sqlite is damaged: .* in it "):
        read(store)


def test_candidates_that_are_cut_short(store: StoreWriter) -> None:
    with pytest.raises(StoreError, match="candidates are missing in it"):
        store.best("conv1")


def test_a_store_whose_damage_is_told_in_no_text(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(STORE)
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE", b"CREATE T\xff\xfeLE"))
    with pytest.raises(StoreError, match=r"s\.sqlite is damaged"), open_store(file, "0"):
        pass


@pytest.mark.parametrize("picture", [0, 4, -2, 1 << 40])
def test_candidates_of_no_picture(store: StoreWriter, picture: int) -> None:
    blobs = [
        np.array(number, kind).tobytes()
        for number, kind in ((1, "<f4"), (picture, "<i8"), (0, "<i4"), (0, "<i8"))
    ]
    store.connection.execute(
        "UPDATE candidates SET (activation, picture, place, content) = (?, ?, ?, ?)", blobs
    )
    with pytest.raises(StoreError, match="a candidate in it is of no picture"):
        store.best("conv1")


@pytest.mark.parametrize("picture", [1, 7])
def test_pictures_that_are_not_there(store: StoreWriter, picture: int) -> None:
    with pytest.raises(StoreError, match="pictures are missing in it"):
        store.looks(np.array([picture]))


def test_a_picture_that_was_kept_and_is_none() -> None:
    with pytest.raises(PictureError, match="a picture that was kept is damaged"):
        decode(KeptPicture(b"\xff\xd8\xff", "image/jpeg", 9, 9))
