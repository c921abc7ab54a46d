"""A scan of a folder with the small network, in a process of its own: to be killed while it runs."""

from __future__ import annotations

import itertools
import multiprocessing
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.crops import cut_crops
from catvis.exemplars.mine import mine
from catvis.terms import Unit
from tests.exemplars.conftest import plain, small_network

# One server imports torch, and every scan is a copy of it: twenty scans need not start twenty times.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.exemplars.mining"])


class EndlessFolder(FolderCollection):
    """A folder of which some pictures take an hour: no machine is so fast that it gets past them.

    Attributes:
        endless: how the names of these pictures begin.
    """

    endless: str = ""

    def picture(self, entry: Entry, side: int) -> Image.Image:
        if entry.name.startswith(self.endless):
            time.sleep(3600)
        return super().picture(entry, side)


def started(
    root: Path, file: Path, workers: int, *, endless: str = "nothing", most: int = sys.maxsize
) -> BaseProcess:
    """Start a scan that stands still at some pictures, or when it has drawn so many crops."""
    process = _CONTEXT.Process(target=_mine, args=(EndlessFolder(root, endless=endless), file, workers, most))
    process.start()
    return process


def scanned(file: Path) -> int:
    """How many pictures a store holds that is being written."""
    return _count(file, "SELECT count(*) FROM picture")


def crops(file: Path) -> int:
    """How many crops it holds."""
    return _count(file, "SELECT count(*) FROM cell WHERE crop IS NOT NULL")


def _count(file: Path, query: str) -> int:
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(query).fetchone()[0])
    except sqlite3.Error:
        return 0


def stuck(folder: Callable[[int], Path], file: Path, workers: int) -> BaseProcess:
    """Start a scan that gets through its first 160 pictures and never to its end; wait for the first of them."""
    process = started(folder(320), file, workers, endless="odd/")
    while not scanned(file):
        assert process.is_alive()
        time.sleep(0.05)
    return process


def _mine(collection: EndlessFolder, file: Path, workers: int, most: int) -> None:
    drawn = itertools.count()

    def draw(attribution: np.ndarray) -> bytes:
        if next(drawn) >= most:
            time.sleep(3600)
        return plain(attribution)

    # Each takes a block ahead, and on many cores no block would be done before `stuck`.
    torch.set_num_threads(1)
    # Every block is a transaction, so that a short scan has many of them, as a long one has.
    network = small_network()
    mine(network, collection, file, workers=workers, every=0)
    units = [Unit(name, index) for name, width in network.card.widths.items() for index in range(width)]
    cut_crops(lambda: network, network.card.digest, file, units, draw=draw, workers=1)
