"""Blocks come whole and in their order whatever becomes of the processes that decode them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catvis.errors import CatvisError
from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.decode import Numbered, PictureBlock
from catvis.exemplars.scan.feed import decoded
from catvis.networks.network import Network

Folder = Callable[[int], Path]


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


class UnstartableFolder(FolderCollection):
    """A folder that kills the process that it is handed over to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


def _blocks(collection: FolderCollection, size: int) -> list[Numbered]:
    numbered = list(enumerate(collection.listing().entries))
    return [numbered[start : start + size] for start in range(0, len(numbered), size)]


def _same(blocks: list[PictureBlock], wanted: list[PictureBlock]) -> None:
    assert [block.numbers for block in blocks] == [block.numbers for block in wanted]
    assert [block.marks for block in blocks] == [block.marks for block in wanted]
    for block, other in zip(blocks, wanted, strict=True):
        assert (block.pixels == other.pixels).all()


def _hurt(
    network: Network, collection: FolderCollection, sent: signal.Signals, count: int, patience: int = 300
) -> Generator[PictureBlock, None, None]:
    """Blocks from two workers, so many of which get a signal after the first block."""
    blocks = _blocks(collection, 8)
    with contextlib.closing(
        decoded(collection, network.preprocessing, blocks, 2, largest=8, patience=patience)
    ) as reading:
        yield next(reading)
        workers = multiprocessing.active_children()
        for process in workers[:count]:
            assert process.pid is not None
            os.kill(process.pid, sent)
        yield from reading
        assert not {process.pid for process in workers[:count]} & {
            process.pid for process in multiprocessing.active_children()
        }


def _here(network: Network, collection: FolderCollection) -> list[PictureBlock]:
    return list(decoded(collection, network.preprocessing, _blocks(collection, 8), 0, largest=8))


@pytest.mark.slow
def test_killed_workers_cost_nothing(network: Network, folder: Folder) -> None:
    collection = FolderCollection(folder(100))
    _same(list(_hurt(network, collection, signal.SIGKILL, 2)), _here(network, collection))


@pytest.mark.slow
def test_a_worker_that_stands_still_is_replaced(
    network: Network, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catvis.exemplars.scan.feed._PATIENCE", 10)  # the one that is stopped may be starting
    collection = FolderCollection(folder(100))
    _same(list(_hurt(network, collection, signal.SIGSTOP, 1, patience=2)), _here(network, collection))


@pytest.mark.slow
def test_a_feed_of_frozen_workers_ends(network: Network, folder: Folder) -> None:
    collection = FolderCollection(folder(100))
    reading = decoded(collection, network.preprocessing, _blocks(collection, 8), 2, largest=8)
    next(reading)
    for process in multiprocessing.active_children():
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
    ending = threading.Thread(target=reading.close, daemon=True)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_a_deadly_picture_is_skipped_and_counted(network: Network, folder: Folder) -> None:
    collection = TreacherousFolder(folder(40), deadly="even/010.png")
    blocks = list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))
    assert [number for block in blocks for number in block.numbers] == [n for n in range(40) if n != 5]
    assert [problem for block in blocks for problem in block.unreadable] == [
        (5, "the process that decoded it died")
    ]


@pytest.mark.slow
def test_an_unforeseen_error_is_raised_here(network: Network, folder: Folder) -> None:
    collection = TreacherousFolder(folder(4), strange="odd/001.png")
    with pytest.raises(ZeroDivisionError, match="a strange picture"):
        list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))


@pytest.mark.slow
def test_workers_that_never_start_are_one_message(network: Network, folder: Folder) -> None:
    collection = UnstartableFolder(folder(4))
    with pytest.raises(CatvisError, match="cannot be started"):
        list(decoded(collection, network.preprocessing, _blocks(collection, 16), 1, largest=16))
