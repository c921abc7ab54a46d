"""A scan of a folder with the small network, in a process of its own: to be killed while it runs."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

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
    """A folder on a slow disk, so that there is a middle in which to be killed."""

    seconds: float = 0.0

    def picture(self, entry: Entry, side: int) -> Image.Image:
        time.sleep(self.seconds)
        return super().picture(entry, side)


def started(root: Path, file: Path, workers: int, seconds: float) -> BaseProcess:
    """Start a scan in which each picture takes so many seconds at least."""
    process = _CONTEXT.Process(target=_mine, args=(SlowFolder(root, seconds), file, workers))
    process.start()
    return process


def _mine(collection: SlowFolder, file: Path, workers: int) -> None:
    local._SECONDS = 0.05  # so that a short scan has many transactions, as a long one has
    mine(small_network(), collection, file, draw=plain, workers=workers, quiet=True)
