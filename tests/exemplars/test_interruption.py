"""A scan that is killed at any moment goes on where it was, and ends with the store of one that was not."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from catvis.errors import StoreError
from catvis.exemplars.collection import FolderCollection
from catvis.networks.network import Network
from tests.exemplars.conftest import small_network
from tests.exemplars.mining import crops, scanned, started, stuck
from tests.exemplars.test_mine import content, cut, mined

Folder = Callable[[int], Path]


@pytest.mark.slow
def test_killed_again_and_again(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(640), tmp_path / "killed.sqlite"
    mined(network, root, tmp_path / "whole.sqlite")
    names = [entry.name for entry in FolderCollection(root).listing().entries]
    moments = random.Random(0)
    # Every attempt gets somewhere, and dies at a random moment before the picture, or the crop, that has no end.
    while (before := scanned(file)) < 500:
        process = started(root, file, 0, endless=names[before + moments.choice([64, 96])])
        _killed(process, lambda: scanned(file), before, moments.random() * 0.05)
        assert before < scanned(file) < 640
    process = started(root, file, 0, most=0)
    _killed(process, lambda: scanned(file), 639, moments.random())
    cells = len(content(tmp_path / "whole.sqlite")[2])
    for _ in range(3):
        before = crops(file)
        process = started(root, file, 0, most=100)
        _killed(process, lambda: crops(file), before, moments.random() * 0.05)
        assert before < crops(file) < cells
    mined(network, root, file)
    for store in (file, tmp_path / "whole.sqlite"):
        cut(network, store)
    assert content(file) == content(tmp_path / "whole.sqlite")


def _killed(process: BaseProcess, reached: Callable[[], int], before: int, seconds: float) -> None:
    """Kill a process some time after it got further; it was still at it."""
    while reached() <= before:
        assert process.is_alive()
        time.sleep(0.01)
    time.sleep(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_workers_end_with_a_killed_parent(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    process = stuck(folder, file, 2)
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    workers = [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]
    assert len(workers) >= 2
    process.kill()
    process.join()
    deadline = time.monotonic() + 120
    while any(_is_running(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_is_running(worker) for worker in workers)


def _is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_two_processes_cannot_write_one_store(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    process = stuck(folder, file, 0)
    with pytest.raises(StoreError, match="being written by another process"):
        mined(small_network(), tmp_path / "pictures", file)
    process.kill()
    process.join()


@pytest.mark.slow
def test_a_store_at_rest_is_one_file(network: Network, folder: Folder, tmp_path: Path) -> None:
    """Also one that is gone on with after its process was killed with all done, and was read then."""
    file = tmp_path / "stores" / "store.sqlite"
    process = stuck(folder, file, 0)
    process.kill()
    process.join()
    assert len(list(file.parent.iterdir())) > 2
    for _ in range(2):
        mined(network, tmp_path / "pictures", file)
        cut(network, file)
        assert {found.name for found in file.parent.iterdir()} == {"store.sqlite", "store.sqlite.lock"}
