"""Mining from end to end on a small network: exact, resumable, and calm about whatever lies in a folder."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.errors import CatvisError, NetworkError, StoreError
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.crops import cut_crops
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import Summary, mine
from catvis.exemplars.receptive import seen_region
from catvis.exemplars.store import open_store
from catvis.networks.network import Network
from catvis.terms import Unit
from tests.exemplars.conftest import plain, random_picture

Folder = Callable[[int], Path]
Cells = dict[tuple[str, int], list[tuple[float, str, int]]]


def mined(network: Network, root: Path, file: Path, **options: Any) -> Summary:
    options = {"workers": 0} | options
    return mine(network, FolderCollection(root), file, **options)


def all_units(network: Network) -> list[Unit]:
    return [Unit(name, index) for name, width in network.card.widths.items() for index in range(width)]


def cut(network: Network, file: Path, units: Sequence[Unit] | None = None, workers: int = 1) -> int:
    """Cut the crops of some units, of all by default."""
    units = all_units(network) if units is None else units
    return cut_crops(lambda: network, network.card.digest, file, units, draw=plain, workers=workers)


def content(file: Path) -> list[list[tuple[Any, ...]]]:
    """All that a store says, pictures by name."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT name, digest, look FROM picture ORDER BY name",
                "SELECT * FROM unreadable ORDER BY name",
                "SELECT layer, unit, rank, activation, name, place, top, left, bottom, right, crop, attribution"
                " FROM cell JOIN picture ON picture.id = picture ORDER BY layer, unit, rank",
                "SELECT layer, name, units FROM strength JOIN picture ON picture.id = picture ORDER BY layer, name",
            )
        ]


def slowly(network: Network, root: Path, per_unit: int) -> Cells:
    """A full sort over every picture, one picture and one unit at a time."""
    found: dict[tuple[str, int], list[tuple[float, str, int]]] = {}
    for file in sorted(root.rglob("*.png")):
        with Image.open(file) as picture:
            seen = network.preprocessing.fit(picture.convert("RGB"))
        batch = torch.from_numpy(network.preprocessing.normalise(seen))[None]
        for layer, values in network.activations(batch, network.card.widths).items():
            for unit, value in enumerate(values[0].reshape(values.shape[1], -1).numpy()):
                place = int(value.argmax())
                if value[place] > 0 or not network.card.layer(layer).rectified:
                    name = str(file.relative_to(root))
                    found.setdefault((layer, unit), []).append((float(value[place]), name, place))
    return {key: sorted(rows, key=lambda row: (-row[0], row[1]))[:per_unit] for key, rows in found.items()}


@pytest.mark.slow
def test_equals_a_slow_full_sort(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(70), tmp_path / "store.sqlite"
    summary = mined(network, root, file, per_unit=20)
    assert (summary.pictures, summary.added, summary.skipped) == (70, 70, ())
    wanted = slowly(network, root, 20)
    assert cut(network, file) == sum(map(len, wanted.values()))
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT layer, unit, activation, name, place FROM cell JOIN picture ON picture.id = picture"
            " ORDER BY layer, unit, rank"
        ).fetchall()
    found: Cells = {}
    for layer, unit, *row in rows:
        found.setdefault((layer, unit), []).append(tuple(row))
    assert found.keys() == wanted.keys()
    for key, cells in found.items():
        assert [(name, place) for _, name, place in cells] == [
            (name, place) for _, name, place in wanted[key]
        ]
        np.testing.assert_allclose([c[0] for c in cells], [c[0] for c in wanted[key]], rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_cells_have_the_crops_that_the_unit_sees(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(20), tmp_path / "store.sqlite"
    mined(network, root, file)
    assert cut(network, file) > 0
    with open_store(file, "small") as store:
        assert not store.lacks(all_units(network))
        for unit in (Unit("conv1", 2), Unit("mixed", 7), Unit("fc", 3), Unit("scores", 1)):
            cells = store.cells(unit)
            assert [cell.rank for cell in cells] == list(range(len(cells)))
            assert len(cells) > 0
            for cell in cells:
                left, top, right, bottom = cell.box
                with Image.open(io.BytesIO(cell.crop)) as crop:
                    assert cell.size == crop.size == (right - left, bottom - top)
                assert cell.attribution.startswith(f"(3, {bottom - top}, {right - left})".encode())
                assert not cell.attribution.endswith(b" 0")
                if not network.card.layer(unit.layer).spatial:
                    assert cell.box == (0, 0, 32, 32)


def test_boxes_belong_to_their_places(network: Network, folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    mined(network, folder(12), file, layers=["mixed"])
    cut(network, file)
    node = network.card.layer("mixed").node
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT unit, place, top, left, bottom, right FROM cell").fetchall()
    assert rows
    for unit, place, *box in rows:
        assert tuple(box) == seen_region(network.graph, node, unit, divmod(place, 8))


@pytest.mark.slow
def test_worker_processes_find_the_same(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(70)
    (root / "broken.jpg").write_bytes(b"nothing")
    mined(network, root, tmp_path / "serial.sqlite")
    mined(network, root, tmp_path / "two.sqlite", workers=2)
    cut(network, tmp_path / "serial.sqlite")
    cut(network, tmp_path / "two.sqlite", workers=3)
    assert content(tmp_path / "serial.sqlite") == content(tmp_path / "two.sqlite")


@pytest.mark.slow
def test_pictures_added_later_are_taken_in(network: Network, folder: Folder, tmp_path: Path) -> None:
    root = folder(40)
    mined(network, root, tmp_path / "all.sqlite")
    later = [*root.rglob("*1.png")]
    held = {path: path.read_bytes() for path in later}
    for path in later:
        path.unlink()
    first = mined(network, root, tmp_path / "grown.sqlite")
    for path, data in held.items():
        path.write_bytes(data)
    second = mined(network, root, tmp_path / "grown.sqlite")
    assert (first.added, second.added, second.pictures) == (36, 4, 40)
    for file in (tmp_path / "all.sqlite", tmp_path / "grown.sqlite"):
        cut(network, file)
    assert content(tmp_path / "all.sqlite")[2] == content(tmp_path / "grown.sqlite")[2]


def test_nothing_is_done_twice(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(10), tmp_path / "store.sqlite"
    mined(network, root, file)
    assert cut(network, file) > 0
    again = mined(network, root, file)
    assert (again.pictures, again.added, cut(network, file)) == (10, 0, 0)


def test_only_the_asked_units_are_drawn(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(10), tmp_path / "store.sqlite"
    asked, other = Unit("conv1", 0), Unit("conv1", 1)
    mined(network, root, file)
    with open_store(file, "small") as store:
        assert store.lacks([asked])
    assert cut(network, file, [asked]) > 0
    with open_store(file, "small") as store:
        assert not store.lacks([asked])
        assert store.lacks([other])
        assert store.cells(asked)
        assert not store.cells(other)
    cut(network, file, [other])
    with open_store(file, "small") as store:
        assert not store.lacks([asked, other])


def test_cut_crops_need_neither_the_network_nor_the_pictures(
    network: Network, folder: Folder, tmp_path: Path
) -> None:
    root, file, unit = folder(5), tmp_path / "store.sqlite", Unit("scores", 0)
    mined(network, root, file)
    cut(network, file, [unit])
    root.rename(tmp_path / "elsewhere")

    def unasked() -> Network:
        raise AssertionError("nobody needs the network")

    assert cut_crops(unasked, "small", file, [unit], draw=plain) == 0
    with open_store(file, "small") as store:
        assert len(store.cells(unit)) == 5


@pytest.mark.parametrize("emptied", [False, True], ids=["moved", "not mounted"])
def test_a_collection_that_moved_is_one_message(
    emptied: bool, network: Network, folder: Folder, tmp_path: Path
) -> None:
    root, file, unit = folder(5), tmp_path / "store.sqlite", Unit("scores", 0)
    mined(network, root, file)
    root.rename(tmp_path / "elsewhere")
    if emptied:
        root.mkdir()
    with pytest.raises(StoreError, match=r"lacks crops, and its pictures are no longer in .*pictures"):
        cut(network, file, [unit])
    if emptied:
        root.rmdir()
    (tmp_path / "elsewhere").rename(root)
    assert cut(network, file, [unit]) == 5


@pytest.mark.slow
def test_the_same_picture_stands_once(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(12), tmp_path / "store.sqlite"
    for number in range(12):
        picture = random_picture(number)
        picture.save(root / f"copy{number}.png")
        picture.save(root / f"saved_again{number}.jpg", quality=90)
        picture.resize((64, 64), Image.Resampling.BICUBIC).save(root / f"larger{number}.webp", quality=90)
    mined(network, root, file)
    cut(network, file)
    with open_store(file, "small") as store:
        for unit in (Unit("conv1", 0), Unit("mixed", 3), Unit("scores", 2)):
            names = [cell.name for cell in store.cells(unit)]
            pictures = [int("".join(sign for sign in Path(name).stem if sign.isdigit())) for name in names]
            assert len(pictures) == len(set(pictures))
            assert len(pictures) > 5


def test_distinct_starts_with_the_strongest(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(60), tmp_path / "store.sqlite"
    units = [Unit("conv1", 1), Unit("mixed", 3), Unit("scores", 0)]
    mined(network, root, file, per_unit=4)
    cut(network, file, units)
    with open_store(file, "small") as store:
        plainly = {unit: store.cells(unit) for unit in units}
    mined(network, root, file, per_unit=4, distinct=True)
    cut(network, file, units)
    with open_store(file, "small") as store:
        for unit in units:
            cells = store.cells(unit)
            assert cells[0] == plainly[unit][0]
            assert len(cells) == 4
            assert [cell.activation for cell in cells] == sorted((c.activation for c in cells), reverse=True)
            assert cells != plainly[unit]


def test_a_picture_that_changed_since_is_left_out(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(10), tmp_path / "store.sqlite"
    mined(network, root, file)
    random_picture(99).save(root / "even" / "000.png")
    (root / "odd" / "001.png").unlink()
    cut(network, file)
    with open_store(file, "small") as store:
        names = {cell.name for unit in range(5) for cell in store.cells(Unit("scores", unit))}
        assert not store.lacks([Unit("scores", 0)])
    assert names == {f"{'even' if n % 2 == 0 else 'odd'}/{n:03d}.png" for n in range(2, 10)}


def test_an_unknown_layer_is_named(network: Network, folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="unknown layer 'conv9'"):
        mined(network, folder(1), tmp_path / "store.sqlite", layers=["conv9"])


def test_an_empty_folder_is_named(network: Network, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.txt").write_text("no picture")
    with pytest.raises(CatvisError, match="there are no pictures in "):
        mined(network, tmp_path / "empty", tmp_path / "store.sqlite")
    assert not (tmp_path / "store.sqlite").exists()


def test_the_drawn_world_is_a_collection(network: Network, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    summary = mine(network, drawn_world(3), file, workers=0)
    assert summary.pictures == 3
    assert cut(network, file, [Unit("scores", 0)]) == 3
    with open_store(file, "small") as store:
        assert {cell.name for cell in store.cells(Unit("scores", 0))} == {
            "2048000-cat",
            "2048001-dog",
            "2048002-rabbit",
        }
