"""Blocks of decoded pictures in their order, made by worker processes ahead of the network.

A few blocks are in flight at any time, whatever the collection's size, each with a slot of shared memory that
its pixels are put into. A worker that dies takes its blocks with it, and they are given to new workers; what
kills them again and again is skipped and counted.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import Block, read_block
from catvis.networks.preprocessing import Preprocessing

Numbered = Sequence[tuple[int, Entry]]
_CONTEXT = multiprocessing.get_context("spawn")
_AHEAD = 2
"""Blocks in flight for a worker: the one that it reads, and the next."""
_ATTEMPTS = 3


class _Job(NamedTuple):
    """What a worker reads from and where it puts it; handed over once, when the worker starts.

    Attributes:
        collection: where the pictures are.
        preprocessing: what the network sees of them.
        memory: slots side by side, shared by all workers; without a name, so that it ends with whoever maps it.
        largest: how many pictures have room in a slot.
    """

    collection: Collection
    preprocessing: Preprocessing
    memory: ctypes.Array[ctypes.c_uint8]
    largest: int

    def pixels(self, slot: int) -> UInt8[np.ndarray, "largest height width 3"]:
        """A slot of the memory as pictures."""
        shape = (self.largest, *self.preprocessing.size, 3)
        count = math.prod(shape)
        return np.frombuffer(memoryview(self.memory), np.uint8, count, slot * count).reshape(shape)


class _Flight(NamedTuple):
    """A block that is being read, the slot that its pixels are put into, and what becomes of it."""

    numbered: Numbered
    slot: int
    block: Future[Block]


def decoded(
    collection: Collection,
    preprocessing: Preprocessing,
    blocks: Iterable[Numbered],
    workers: int,
    *,
    largest: int,
) -> Iterator[Block]:
    """Decode blocks of entries.

    Args:
        collection: where the pictures are.
        preprocessing: what a network sees of them.
        blocks: numbered entries; read ahead as far as there are workers.
        workers: how many processes decode; 0 decodes here.
        largest: how many entries a block has at most.

    Yields:
        The blocks in their order.
    """
    if workers == 0:
        for numbered in blocks:
            yield read_block(collection, preprocessing, numbered)
        return
    feed = _Feed(collection, preprocessing, workers, largest)
    try:
        yield from feed.run(iter(blocks))
    finally:
        feed.stop()


class _Feed:
    """A pool of workers, and the blocks that they are at."""

    def __init__(
        self, collection: Collection, preprocessing: Preprocessing, workers: int, largest: int
    ) -> None:
        slots = workers * _AHEAD
        high, wide = preprocessing.size
        memory = _CONTEXT.RawArray(ctypes.c_uint8, slots * largest * high * wide * 3)
        self.job, self.workers = _Job(collection, preprocessing, memory, largest), workers
        self.pool = self._started(self.workers)
        self.free = list(range(slots))
        self.flying: deque[_Flight] = deque()

    def run(self, blocks: Iterator[Numbered]) -> Iterator[Block]:
        attempts = 0
        while True:
            while self.free and (numbered := next(blocks, None)) is not None:
                self.flying.append(self._submitted(numbered, self.free.pop()))
            if not self.flying:
                return
            numbered, slot, future = self.flying[0]
            try:
                block = self._landed(slot, future)
            except BrokenProcessPool:
                attempts += 1
                if attempts < _ATTEMPTS:
                    self._restart()
                    continue
                self.flying.popleft()
                self._restart()
                block = self._one_by_one(numbered, slot)
            else:
                self.flying.popleft()
            attempts = 0
            self.free.append(slot)
            yield block

    def stop(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def _started(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, _CONTEXT, initializer=_start, initargs=(self.job,))

    def _submitted(self, numbered: Numbered, slot: int) -> _Flight:
        try:
            return _Flight(numbered, slot, self.pool.submit(_read, numbered, slot))
        except BrokenProcessPool as error:
            broken: Future[Block] = Future()
            broken.set_exception(error)
            return _Flight(numbered, slot, broken)

    def _landed(self, slot: int, future: Future[Block]) -> Block:
        """A block with its pixels out of the slot, which is free then."""
        block = future.result()
        return replace(block, pixels=self.job.pixels(slot)[: len(block.numbers)].copy())

    def _restart(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self._started(self.workers)
        self.flying = deque(self._submitted(numbered, slot) for numbered, slot, _ in self.flying)

    def _one_by_one(self, numbered: Numbered, slot: int) -> Block:
        """Read a block that kills its workers, each picture in a process of its own."""
        return _joined([self._alone(number, entry, slot) for number, entry in numbered])

    def _alone(self, number: int, entry: Entry, slot: int) -> Block:
        with self._started(1) as pool:
            try:
                return self._landed(slot, pool.submit(_read, [(number, entry)], slot))
            except BrokenProcessPool:
                nothing = read_block(self.job.collection, self.job.preprocessing, [])
                return replace(nothing, unreadable=((number, "the process that decoded it died"),))


def _joined(blocks: Sequence[Block]) -> Block:
    return Block(
        tuple(number for block in blocks for number in block.numbers),
        np.concatenate([block.pixels for block in blocks]),
        tuple(digest for block in blocks for digest in block.digests),
        tuple(look for block in blocks for look in block.looks),
        tuple(problem for block in blocks for problem in block.unreadable),
    )


_jobs: list[_Job] = []
"""In a worker: the job that it was started for."""


def _start(job: _Job) -> None:
    _jobs[:] = [job]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers: they watch it themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(numbered: Numbered, slot: int) -> Block:
    """In a worker: read a block; its pixels go into the slot."""
    job = _jobs[0]
    block = read_block(job.collection, job.preprocessing, numbered, job.pixels(slot))
    return replace(block, pixels=block.pixels[:0])
