"""The same scan on a cluster of two local workers: equal to the serial one, also when a worker dies or stalls."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from PIL import Image

from catvis.errors import CatvisError
from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.findings import joined
from catvis.exemplars.mine import mine
from catvis.exemplars.scan.cluster import scan_there
from catvis.exemplars.scan.forward import empty_best
from catvis.exemplars.scan.local import scan_here
from catvis.networks.network import Network
from tests.exemplars.test_mine import content, mined

pytestmark = pytest.mark.slow

Folder = Callable[[int], Path]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    # Otherwise the cluster gives up a worker that was killed and takes more than 15 seconds to come back.
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
        ) as made,
    ):
        yield made


def _workers(cluster: LocalCluster) -> tuple[int, ...]:
    """The processes of both workers, as soon as they are there."""
    with Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2)
        return tuple(client.run(os.getpid).values())


class DeadlyFolder(FolderCollection):
    """A folder with a picture that kills whoever reads it first, after its company."""

    victim: str = ""
    company: tuple[int, ...] = ()

    def picture(self, entry: Entry, side: int) -> Image.Image:
        mark = self.root.with_name("victim.txt")
        if entry.name == self.victim and not mark.exists():
            mark.write_text(str(os.getpid()))
            for process in {*self.company} - {os.getpid()}:
                os.kill(process, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        return super().picture(entry, side)


class EndlessFolder(FolderCollection):
    """A folder with a picture that some processes, by default the first of all, never get to the end of."""

    endless: str = ""
    processes: tuple[int, ...] = ()

    def picture(self, entry: Entry, side: int) -> Image.Image:
        if entry.name == self.endless:
            stalls = os.getpid() in self.processes if self.processes else self._is_first()
            time.sleep(3600 if stalls else 0)
        return super().picture(entry, side)

    def _is_first(self) -> bool:
        try:
            self.root.with_name("first").mkdir()
        except FileExistsError:
            return False
        return True


def _equal_to_serial(
    network: Network, collection: FolderCollection, cluster: LocalCluster, tmp_path: Path
) -> None:
    mined(network, collection.root, tmp_path / "serial.sqlite")
    there = tmp_path / "there.sqlite"
    options = {"workers": 0, "scheduler": cluster.scheduler_address}
    mine(network, collection, there, **options)
    assert content(there) == content(tmp_path / "serial.sqlite")
    assert content(there)[2]


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
    collection = DeadlyFolder(folder(600), victim="odd/301.png", company=_workers(cluster))
    _equal_to_serial(network, collection, cluster, tmp_path)
    assert (tmp_path / "victim.txt").exists()


@pytest.mark.parametrize("every", [False, True], ids=["one worker", "every worker"])
def test_a_worker_that_stalls_costs_its_shard_only(
    every: bool, network: Network, folder: Folder, cluster: LocalCluster
) -> None:
    workers = _workers(cluster)
    collection = EndlessFolder(folder(600), endless="odd/301.png", processes=workers if every else ())
    numbered = list(enumerate(collection.listing().entries))
    blocks = [numbered[start : start + 32] for start in range(0, 600, 32)]
    best = empty_best(network, ["conv1", "scores"], 8)
    address = cluster.scheduler_address
    there = list(
        scan_there(
            network, collection, blocks, best, scheduler=address, pictures=600, advance=int, patience=1
        )
    )
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


def test_no_scheduler_is_one_message(network: Network, folder: Folder) -> None:
    collection, best = FolderCollection(folder(3)), empty_best(network, ["conv1"], 8)
    nobody = {"scheduler": "tcp://127.0.0.1:9", "pictures": 0, "advance": int, "connecting": 1}
    with pytest.raises(CatvisError, match="no Dask scheduler answers at tcp://127"):
        list(scan_there(network, collection, [], best, **nobody))
