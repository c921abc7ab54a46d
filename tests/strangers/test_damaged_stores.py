"""Fault: a store of exemplars is damaged; a build says which one, and its old site stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catvis.errors import StoreError
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.mine import mine
from catvis.exemplars.place import store_file
from catvis.progress import Reporter
from catvis.site.build import Request, build_site
from tests.small_world import SmallSource, World, paths, picture


@pytest.fixture
def store(world: World) -> Path:
    """A store from which a site was built."""
    pictures = world.folder / "pictures"
    pictures.mkdir()
    for number in range(4):
        picture(number).save(pictures / f"{number}.png")
    file = store_file(world.settings.cache, "small")
    network = SmallSource("small", (world.folder / "weights" / "small.txt",)).load()
    mine(network, FolderCollection(pictures), file, workers=0)
    world.write_post(paths("units: [conv2_1], exemplars: true"))
    build(world)
    assert "cv-grid" in page(world)
    return file


def build(world: World) -> None:
    build_site(world.settings, Request(), Reporter(quiet=True))


def page(world: World) -> str:
    return (world.settings.site / "a" / "index.html").read_text(encoding="utf-8")


def untabled(jpeg: bytes) -> bytes:
    """A JPEG that says what it is, and lacks the tables that it takes to read on."""
    start, kept = 2, [jpeg[:2]]
    while jpeg[start + 1] != 0xDA:  # where the pixels begin
        end = start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")
        kept.append(b"" if jpeg[start + 1] == 0xDB else jpeg[start:end])
        start = end
    return b"".join([*kept, jpeg[start:]])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("crop = x'00'", "small\\.sqlite is damaged: a crop in it is no picture"),
        (
            "attribution = substr(attribution, 1, 200)",
            "a store in .*exemplars is damaged: a crop in it",
        ),
        ("attribution = 'words'", "small\\.sqlite is damaged: a value in it is of the wrong type"),
        ("bottom = NULL", "small\\.sqlite is damaged: a value in it is of the wrong type"),
        ("crop = x'ffd8ff0000ffd9'", "small\\.sqlite is damaged: a crop in it is no picture"),
        ("crop = untabled(crop)", "a store in .*exemplars is damaged: a crop in it is no picture"),
    ],
)
def test_a_crop_that_is_none(world: World, store: Path, damage: str, message: str) -> None:
    before = page(world)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.create_function("untabled", 1, untabled)
        connection.execute(f"UPDATE cell SET {damage} WHERE crop IS NOT NULL")
    with pytest.raises(StoreError, match=rf"(?s){message}.*delete it and mine again"):
        build(world)
    assert page(world) == before


def test_a_store_that_is_cut_short(world: World, store: Path) -> None:
    before = page(world)
    store.write_bytes(store.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"small\.sqlite (is damaged|cannot be used)"):
        build(world)
    assert page(world) == before
