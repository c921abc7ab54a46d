"""The same scan on a cluster of two local workers: equal to the serial one, also when a worker dies or stalls."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import LocalCluster
from PIL import Image

from catvis.errors import CatvisError
from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.findings import joined
from catvis.exemplars.mine import mine
from catvis.exemplars.scan.cluster import scan_there
from catvis.exemplars.scan.forward import empty_best
from catvis.exemplars.scan.local import scan_here
from catvis.networks.network import Network
from tests.exemplars.conftest import plain
from tests.exemplars.test_mine import content, mined

Folder = Callable[[int], Path]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as made:
        yield made


@dataclass(frozen=True)
class DeadlyFolder(FolderCollection):
    """A folder with a picture that kills, or stalls, whoever reads it first, and kills its company."""

    victim: str = ""
    seconds: float = 0.0
    company: tuple[int, ...] = ()

    def picture(self, entry: Entry, side: int) -> Image.Image:
        mark = self.root.with_name("victim.txt")
        if entry.name == self.victim and not mark.exists():
            mark.write_text(str(os.getpid()))
            if self.seconds:
                time.sleep(self.seconds)
            else:
                for process in {*self.company, os.getpid()}:
                    os.kill(process, signal.SIGKILL)
        return super().picture(entry, side)


def _equal_to_serial(
    network: Network, collection: FolderCollection, cluster: LocalCluster, tmp_path: Path
) -> None:
    mined(network, collection.root, tmp_path / "serial.sqlite")
    there = tmp_path / "there.sqlite"
    options = {"draw": plain, "workers": 0, "quiet": True, "scheduler": cluster.scheduler_address}
    mine(network, collection, there, **options)
    assert content(there) == content(tmp_path / "serial.sqlite")


def test_equals_the_serial_scan(
    network: Network, folder: Folder, cluster: LocalCluster, tmp_path: Path
) -> None:
    root = folder(700)
    (root / "broken.jpg").write_bytes(b"nothing")
    _equal_to_serial(network, FolderCollection(root), cluster, tmp_path)


def test_a_worker_that_dies_costs_its_shard_only(
    network: Network, folder: Folder, cluster: LocalCluster, tmp_path: Path
) -> None:
    collection = DeadlyFolder(folder(600), victim="odd/301.png")
    _equal_to_serial(network, collection, cluster, tmp_path)
    assert (tmp_path / "victim.txt").exists()


def test_all_workers_may_die_at_once(
    network: Network, folder: Folder, cluster: LocalCluster, tmp_path: Path
) -> None:
    company = tuple(nanny.pid for nanny in cluster.workers.values())
    collection = DeadlyFolder(folder(600), victim="odd/301.png", company=company)
    _equal_to_serial(network, collection, cluster, tmp_path)
    assert (tmp_path / "victim.txt").exists()


def test_a_worker_that_stalls_costs_its_shard_only(
    network: Network, folder: Folder, cluster: LocalCluster, tmp_path: Path
) -> None:
    collection = DeadlyFolder(folder(600), victim="odd/301.png", seconds=3600)
    numbered = list(enumerate(collection.listing().entries))
    blocks = [numbered[start : start + 32] for start in range(0, 600, 32)]
    best = empty_best(network, ["conv1", "scores"], 8)
    address = cluster.scheduler_address
    there = list(scan_there(network, collection, blocks, best, scheduler=address, advance=int, patience=3))
    here = list(scan_here(network, collection, blocks, best, workers=0, advance=int))
    assert sorted(p for part in there for p in part.pictures) == sorted(
        p for part in here for p in part.pictures
    )
    for layer, wanted in here[-1].best.items():
        assert there[-1].best[layer].picture.tolist() == wanted.picture.tolist()
        assert there[-1].best[layer].activation.tolist() == wanted.activation.tolist()


def test_findings_join_in_any_order(network: Network, folder: Folder) -> None:
    collection = FolderCollection(folder(40))
    numbered = list(enumerate(collection.listing().entries))
    best = empty_best(network, ["conv1"], 8)
    parts = []
    for start in (0, 16, 32):
        parts += scan_here(network, collection, [numbered[start : start + 16]], best, workers=0, advance=int)
    a, b, c = parts
    one, other = joined(joined(a, b), c), joined(c, joined(b, a))
    assert one.pictures == other.pictures
    assert one.best["conv1"].picture.tolist() == other.best["conv1"].picture.tolist()


def test_no_scheduler_is_one_message(
    network: Network, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catvis.exemplars.scan.cluster._CONNECT_SECONDS", 1)
    with pytest.raises(CatvisError, match="no Dask scheduler answers at tcp://127"):
        mined(network, folder(3), tmp_path / "store.sqlite", scheduler="tcp://127.0.0.1:9")
