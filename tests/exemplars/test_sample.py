"""The sample of a collection: the same however it was scanned; and what is noted of it, as the network gives it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.errors import StoreError
from catvis.exemplars.beside import table
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.mine import mine
from catvis.exemplars.sample import sampled, strengths
from catvis.exemplars.store import open_store
from catvis.networks.network import Network
from tests.exemplars.test_mine import content

Folder = Callable[[int], Path]


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catvis.exemplars.sample.SAMPLE", 8)


def test_who_is_in_it_when_others_have_come_was_in_it_before() -> None:
    names = [f"{number}.png" for number in range(2000)]
    few, many = ({names[number] for number in sampled(names[:count])} for count in (1000, 2000))
    assert len(few) == len(many) == 512
    assert many & set(names[:1000]) <= few
    assert many - few
    assert sampled(names[:5]) != list(range(5))


def test_what_is_noted_is_what_the_network_gives(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(20), tmp_path / "store.sqlite"
    mine(network, FolderCollection(root), file, workers=0)
    with open_store(file, "small") as store:
        for layer in network.card.layers:
            noted = strengths(store, layer)
            assert set(noted.names) == {str(found.relative_to(root)) for found in root.rglob("*.png")}
            for name, row in zip(noted.names, table(noted), strict=True):
                with Image.open(root / name) as picture:
                    seen = network.preprocessing.fit(picture.convert("RGB"))
                batch = torch.from_numpy(network.preprocessing.normalise(seen))[None]
                values = network.activations(batch, [layer.name])[layer.name][0]
                expected = values.reshape(layer.units, -1).amax(1)
                np.testing.assert_allclose(row, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("_few")
def test_a_collection_that_grew_has_the_sample_of_the_whole(
    network: Network, folder: Folder, tmp_path: Path
) -> None:
    root = folder(40)
    (root / "broken.jpg").write_bytes(b"nothing")
    mine(network, FolderCollection(root), tmp_path / "all.sqlite", workers=0)
    held = {path: path.read_bytes() for path in root.rglob("*[1-5].png")}
    for path in held:
        path.unlink()
    mine(network, FolderCollection(root), tmp_path / "later.sqlite", workers=0)
    for path, data in held.items():
        path.write_bytes(data)
    mine(network, FolderCollection(root), tmp_path / "later.sqlite", workers=0)
    assert content(tmp_path / "later.sqlite")[-1] == content(tmp_path / "all.sqlite")[-1]
    assert 0 < len(content(tmp_path / "all.sqlite")[-1]) <= 8 * len(network.card.layers)


@pytest.mark.parametrize("damage", ["00000000", "0000c07f" * 6], ids=["too short", "no number"])
def test_a_layer_that_was_not_scanned_and_a_damaged_store(
    network: Network, folder: Folder, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "store.sqlite"
    mine(network, FolderCollection(folder(4)), file, layers=["conv1"], workers=0)
    with (
        open_store(file, "small") as store,
        pytest.raises(StoreError, match=r"holds nothing of fc: conv1 was scanned"),
    ):
        strengths(store, network.card.layer("fc"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE strength SET units = ?", (bytes.fromhex(damage),))
    with (
        open_store(file, "small") as store,
        pytest.raises(StoreError, match=r"is damaged: strengths in it are missing, or no numbers"),
    ):
        strengths(store, network.card.layer("conv1"))
