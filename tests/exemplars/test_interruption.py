"""A scan that is killed at any moment goes on where it was, and ends with the store of one that was not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from catvis.errors import StoreError
from catvis.networks.network import Network
from tests.exemplars.conftest import small_network
from tests.exemplars.mining import scanned, started, stuck
from tests.exemplars.test_mine import content, mined

Folder = Callable[[int], Path]


def test_killed_again_and_again(network: Network, folder: Folder, tmp_path: Path) -> None:
    root, file = folder(640), tmp_path / "killed.sqlite"
    mined(network, root, tmp_path / "whole.sqlite")
    moments = random.Random(0)
    kills = 0
    while kills < 20:
        before = scanned(file)
        process = started(root, file, 0, 0.002)
        # Every attempt gets somewhere, then dies at a random moment of a scan, of choosing or of cutting.
        while process.is_alive() and scanned(file) <= before < 640:
            time.sleep(0.01)
        time.sleep(moments.random() * 0.15)
        process.kill()
        process.join()
        kills += 1
    mined(network, root, file)
    assert content(file) == content(tmp_path / "whole.sqlite")


def test_workers_end_with_a_killed_parent(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    process = stuck(folder, file, 2)
    workers = [
        int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]
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


def test_two_processes_cannot_write_one_store(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    process = stuck(folder, file, 0)
    with pytest.raises(StoreError, match="being written by another process"):
        mined(small_network(), tmp_path / "pictures", file)
    process.kill()
    process.join()
