"""A scan of a folder with the small network, in a process of its own: to be killed while it runs."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import torch
from PIL import Image

from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.mine import mine
from catvis.exemplars.scan import local
from tests.exemplars.conftest import plain, small_network

# One server imports torch, and every scan is a copy of it: twenty scans need not start twenty times.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.exemplars.mining"])


@dataclass(frozen=True)
class SlowFolder(FolderCollection):
    """A folder on a slow disk, so that there is a middle in which to be killed.

    Attributes:
        seconds: how long a slow picture takes at least.
        slow: how the names of slow pictures begin.
    """

    seconds: float = 0.0
    slow: str = ""

    def picture(self, entry: Entry, side: int) -> Image.Image:
        if entry.name.startswith(self.slow):
            time.sleep(self.seconds)
        return super().picture(entry, side)


def started(root: Path, file: Path, workers: int, seconds: float, slow: str = "") -> BaseProcess:
    """Start a scan in which some pictures, or all, take so many seconds at least."""
    process = _CONTEXT.Process(target=_mine, args=(SlowFolder(root, seconds, slow), file, workers))
    process.start()
    return process


def scanned(file: Path) -> int:
    """How many pictures a store holds that is being written."""
    try:
        with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM picture").fetchone()[0])
    except sqlite3.Error:
        return 0


def stuck(folder: Callable[[int], Path], file: Path, workers: int) -> BaseProcess:
    """Start a scan that gets through its first 160 pictures and never to its end; wait for the first of them."""
    process = started(folder(320), file, workers, 3600, "odd/")
    while not scanned(file):
        assert process.is_alive()
        time.sleep(0.05)
    return process


def _mine(collection: SlowFolder, file: Path, workers: int) -> None:
    local._SECONDS = 0.0  # so that a short scan has many transactions, as a long one has
    torch.set_num_threads(
        1
    )  # each takes a block ahead, and on many cores no block would be done before `stuck`
    mine(small_network(), collection, file, draw=plain, workers=workers, quiet=True)
