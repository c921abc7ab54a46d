"""Whatever lies in a folder or in a store's place: one clear message, or a counted skip."""

from __future__ import annotations

import io
import os
import resource
import struct
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from catvis.commands.mining import described
from catvis.errors import CatvisError, PictureError, StoreError
from catvis.exemplars.collection import Entry, FolderCollection, Skipped
from catvis.exemplars.mine import Summary, mine
from catvis.exemplars.store import open_store
from catvis.networks.network import Network
from catvis.terms import Unit
from tests.exemplars.conftest import random_picture, small_network
from tests.exemplars.test_mine import content, cut, mined

Folder = Callable[[int], Path]


def _jpeg(seed: int = 1) -> bytes:
    buffer = io.BytesIO()
    random_picture(seed).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("truncated.jpg", _jpeg()[:400], "truncated"),
        ("text.jpg", b"These are words.", "no picture"),
        ("empty.png", b"", "it is empty"),
        ("bomb.png", _bomb(), "pixels"),
        ("archive.tar", b"no tar at all" * 100, "cannot be read as a tar"),
    ],
)
def test_a_bad_file_is_skipped_and_counted(
    name: str, data: bytes, reason: str, network: Network, folder: Folder, tmp_path: Path
) -> None:
    root = folder(5)
    (root / name).write_bytes(data)
    summary = mined(network, root, tmp_path / "store.sqlite")
    assert summary.pictures == 5
    ((found, why),) = summary.skipped
    assert found.rstrip("/") == name
    assert reason in why


def test_a_picture_of_one_pixel_is_a_picture(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(5)
    Image.new("RGB", (1, 1), (200, 30, 60)).save(root / "dot.png")
    summary = mined(network, root, tmp_path / "store.sqlite")
    assert (summary.pictures, summary.skipped) == (6, ())


def test_links_in_a_circle_end(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(5)
    (root / "again").symlink_to(root, target_is_directory=True)
    (root / "self.png").symlink_to(root / "self.png")
    (root / "gone.png").symlink_to(root / "nowhere.png")
    summary = mined(network, root, tmp_path / "store.sqlite")
    assert summary.pictures == 5
    assert [tuple(skipped) for skipped in summary.skipped] == [
        ("gone.png", "is a link that leads nowhere"),
        ("self.png", "is a link that leads nowhere"),
    ]


class GuardedFolder(FolderCollection):
    """A folder with a picture that may not be read, even by an administrator."""

    def picture(self, entry: Entry, side: int) -> Image.Image:
        if entry.name == "odd/001.png":
            raise PictureError("pictures/odd/001.png may not be read: permission denied")
        return super().picture(entry, side)


def test_an_unreadable_picture_is_skipped(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(5)
    secret = root / "odd" / "001.png"
    secret.chmod(0)
    collection = (GuardedFolder if os.access(secret, os.R_OK) else FolderCollection)(root)
    summary = mine(network, collection, tmp_path / "store.sqlite", workers=0)
    assert (summary.pictures, len(summary.skipped)) == (4, 1)
    assert "permission denied" in summary.skipped[0].reason


def test_what_was_mended_is_taken_in(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(5), tmp_path / "store.sqlite"
    (root / "later.jpg").write_bytes(_jpeg()[:300])
    assert len(mined(network, root, file).skipped) == 1
    (root / "later.jpg").write_bytes(_jpeg())
    summary = mined(network, root, file)
    assert (summary.pictures, summary.added, summary.skipped) == (6, 1, ())


def test_neither_folder_nor_tar(network: Network, tmp_path: Path) -> None:
    with pytest.raises(CatvisError, match="is no collection of pictures"):
        mined(network, tmp_path / "nowhere", tmp_path / "store.sqlite")


def test_no_space_left(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(80), tmp_path / "store.sqlite"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"no space is left for .*store\.sqlite|cannot be used: disk"):
            mined(network, root, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    mined(network, root, file)
    mined(network, root, tmp_path / "whole.sqlite")
    assert content(file) == content(tmp_path / "whole.sqlite")


def test_another_networks_store_is_refused(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(5), tmp_path / "store.sqlite"
    mined(network, root, file)
    with pytest.raises(StoreError, match="made with other weights of small"):
        mined(small_network("trained again", seed=1), root, file)
    with (
        pytest.raises(StoreError, match="made with other weights of small"),
        open_store(file, "trained again"),
    ):
        pass


@pytest.mark.parametrize(
    ("options", "named"),
    [({"layers": ["conv1"]}, "layers"), ({"rule": "gradient"}, "rule"), ({"per_unit": 40}, "candidates")],
)
def test_a_store_of_another_kind_is_refused(
    options: dict[str, object], named: str, network: Network, folder: Folder, tmp_path: Path
) -> None:
    root, file = folder(5), tmp_path / "store.sqlite"
    mined(network, root, file)
    with pytest.raises(StoreError, match=f"made with another .*{named}"):
        mined(network, root, file, **options)


def test_a_store_of_another_collection_is_refused(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(5), tmp_path / "store.sqlite"
    mined(network, root, file)
    with pytest.raises(StoreError, match="made with another collection"):
        mined(network, root / "odd", file)
    with pytest.raises(StoreError, match=r"not .*, large JPEGs at reduced scale"):
        mine(network, FolderCollection(root, reduced=True), file, workers=0)


def test_a_damaged_store_is_named(network: Network, folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="is damaged"):
        mined(network, folder(2), file)
    with pytest.raises(StoreError, match="is damaged"), open_store(file, "small"):
        pass


def test_a_missing_store_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store") as raised, open_store(tmp_path / "x", "small"):
        pass
    assert "mine" in str(raised.value)


def test_a_store_is_read_from_a_folder_that_may_not_be_written(
    network: Network, folder: Folder, tmp_path: Path
) -> None:
    file = tmp_path / "kept" / "store.sqlite"
    mined(network, folder(5), file)
    cut(network, file, [Unit("scores", 0)])
    assert not file.with_name("store.sqlite-wal").exists()
    file.chmod(0o444)
    file.parent.chmod(0o555)
    try:
        with open_store(file, "small") as store:
            assert store.cells(Unit("scores", 0))
    finally:
        file.parent.chmod(0o755)


@pytest.mark.slow
def test_pictures_in_tars(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(30)
    mined(network, root, tmp_path / "folder.sqlite")
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.add(root, arcname=".", filter=lambda info: info)
        label = tarfile.TarInfo("label.cls")
        label.size = 1
        archive.addfile(label, io.BytesIO(b"3"))
    summary = mined(network, tmp_path / "all.tar", tmp_path / "tar.sqlite")
    assert summary.others == ("label.cls",)
    for file in ("folder.sqlite", "tar.sqlite"):
        cut(network, tmp_path / file)
    with (
        open_store(tmp_path / "folder.sqlite", "small") as one,
        open_store(tmp_path / "tar.sqlite", "small") as two,
    ):
        for unit in (Unit("conv1", 1), Unit("scores", 2)):
            here, there = one.cells(unit), two.cells(unit)
            assert [f"./{cell.name}" for cell in here] == [cell.name for cell in there]
            assert [(cell.activation, cell.crop) for cell in here] == [(c.activation, c.crop) for c in there]


def test_a_folder_of_tars_is_one_collection(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    for shard in range(2):
        with tarfile.open(tmp_path / "shards" / f"{shard}.tar", "w") as archive:
            for number in range(2):
                info = tarfile.TarInfo(f"{number}.jpg")
                info.size = len(_jpeg(number))
                archive.addfile(info, io.BytesIO(_jpeg(number)))
    collection = FolderCollection(tmp_path / "shards")
    listing = collection.listing()
    assert [entry.name for entry in listing.entries] == [
        "0.tar/0.jpg",
        "0.tar/1.jpg",
        "1.tar/0.jpg",
        "1.tar/1.jpg",
    ]
    assert collection.picture(listing.entries[3], 32).size == (32, 32)


def test_a_name_of_any_bytes(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(3)
    random_picture(7).save(os.fsdecode(bytes(root) + b"/\xff\xfe.png"))
    assert mined(network, root, tmp_path / "store.sqlite").pictures == 4


@pytest.mark.parametrize(
    "suffix", ["bmp", "gif", "ppm", "tga", "jp2", "ico", "avif", "pcx", "sgi", "dds", "qoi", "JPE", "TIF"]
)
def test_every_format_is_a_picture(suffix: str, tmp_path: Path) -> None:
    random_picture(1).save(tmp_path / f"picture.{suffix}")
    collection = FolderCollection(tmp_path)
    (entry,) = collection.listing().entries
    assert collection.picture(entry, 32).size == (32, 32)


def test_what_is_no_picture_is_named(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(3)
    for name in ("labels.csv", "odd/readme", "page.eps"):
        (root / name).write_bytes(b"words")
    summary = mined(network, root, tmp_path / "store.sqlite")
    assert (summary.pictures, summary.skipped) == (3, ())
    assert summary.others == ("labels.csv", "odd/readme", "page.eps")


def test_what_was_skipped_is_said_once() -> None:
    skipped = (
        Skipped("bomb.png", "in/bomb.png has too many pixels"),
        Skipped("self.png", "is a link that leads nowhere"),
    )
    others = tuple(f"{number}.txt" for number in range(7))
    assert described(Summary(3, 3, skipped, others), 48).splitlines() == [
        "3 pictures, 3 of them new; 48 crops cut; 2 skipped; 7 other files",
        "  in/bomb.png has too many pixels",
        "  self.png: is a link that leads nowhere",
        *(f"  {number}.txt: no picture" for number in range(5)),
        "  and 2 more",
    ]
