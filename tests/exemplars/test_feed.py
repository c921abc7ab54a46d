"""Blocks come whole and in their order whatever becomes of the processes that decode them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from catvis.errors import CatvisError
from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.decode import Block
from catvis.exemplars.scan import feed
from catvis.exemplars.scan.feed import Numbered, decoded
from catvis.networks.network import Network

Folder = Callable[[int], Path]


@dataclass(frozen=True)
class TreacherousFolder(FolderCollection):
    """A folder with a picture that no process survives, and one that decoders were not made for."""

    deadly: str = ""
    strange: str = ""

    def picture(self, entry: Entry, side: int) -> Image.Image:
        if entry.name == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if entry.name == self.strange:
            raise ZeroDivisionError("a strange picture")
        return super().picture(entry, side)


def _blocks(collection: FolderCollection, size: int) -> list[Numbered]:
    numbered = list(enumerate(collection.listing().entries))
    return [numbered[start : start + size] for start in range(0, len(numbered), size)]


def _same(blocks: list[Block], wanted: list[Block]) -> None:
    assert [block.numbers for block in blocks] == [block.numbers for block in wanted]
    assert [block.digests for block in blocks] == [block.digests for block in wanted]
    for block, other in zip(blocks, wanted, strict=True):
        assert (block.pixels == other.pixels).all()


class _Watched(feed._Feed):
    """A feed, and a signal that so many of its workers get after the first block."""

    def __init__(
        self, network: Network, collection: FolderCollection, sent: signal.Signals, hurt: int
    ) -> None:
        super().__init__(collection, network.preprocessing, workers=2, largest=8)
        self.sent, self.hurt = sent, [worker.process for worker in self.workers[:hurt]]

    def read(self, blocks: list[Numbered]) -> Generator[Block, None, None]:
        try:
            for number, block in enumerate(self.run(iter(blocks))):
                if number == 0:
                    for process in self.hurt:
                        assert process.pid is not None
                        os.kill(process.pid, self.sent)
                yield block
        finally:
            self.stop()


def test_killed_workers_cost_nothing(network: Network, folder: Folder) -> None:
    collection = FolderCollection(folder(100))
    blocks = _blocks(collection, 8)
    here = list(decoded(collection, network.preprocessing, blocks, 0, largest=8))
    _same(list(_Watched(network, collection, signal.SIGKILL, 2).read(blocks)), here)


def test_a_worker_that_stands_still_is_replaced(
    network: Network, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(_Watched):
        """Impatient until the worker that stands still is ended: the new one has all the time to start."""

        def _replace(self, worker: feed._Worker) -> None:
            if worker.process in self.hurt:
                monkeypatch.undo()
            super()._replace(worker)

    collection = FolderCollection(folder(100))
    blocks = _blocks(collection, 8)
    here = list(decoded(collection, network.preprocessing, blocks, 0, largest=8))
    reading = Impatient(network, collection, signal.SIGSTOP, 1).read(blocks)
    first = next(reading)
    monkeypatch.setattr(feed, "_PATIENCE", 2.0)
    _same([first, *reading], here)


def test_a_feed_of_frozen_workers_ends(network: Network, folder: Folder) -> None:
    collection = FolderCollection(folder(100))
    reading = _Watched(network, collection, signal.SIGSTOP, 2).read(_blocks(collection, 8))
    next(reading)
    ending = threading.Thread(target=reading.close, daemon=True)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()


def test_a_deadly_picture_is_skipped_and_counted(network: Network, folder: Folder) -> None:
    collection = TreacherousFolder(folder(40), deadly="even/010.png")
    blocks = list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))
    assert [number for block in blocks for number in block.numbers] == [n for n in range(40) if n != 5]
    assert [problem for block in blocks for problem in block.unreadable] == [
        (5, "the process that decoded it died")
    ]


def test_an_unforeseen_error_is_raised_here(network: Network, folder: Folder) -> None:
    collection = TreacherousFolder(folder(4), strange="odd/001.png")
    with pytest.raises(ZeroDivisionError, match="a strange picture"):
        list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))


def test_workers_that_never_start_are_one_message(
    network: Network, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = FolderCollection(folder(4))
    monkeypatch.setattr(feed, "_serve", os.abort)
    with pytest.raises(CatvisError, match="cannot be started"):
        list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))
