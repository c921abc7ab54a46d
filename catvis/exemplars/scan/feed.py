"""Blocks of decoded pictures in their order, made by worker processes ahead of the network.

A few blocks are in flight at any time, whatever the collection's size. A worker that dies takes its blocks
with it, and they are given to new workers; what kills them again and again is skipped and counted.
"""

from __future__ import annotations

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

from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import Block, read_block
from catvis.networks.preprocessing import Preprocessing

Numbered = Sequence[tuple[int, Entry]]
_AHEAD = 2
_ATTEMPTS = 3


class _Job(NamedTuple):
    """What a worker reads from; handed over once, when the worker starts."""

    collection: Collection
    preprocessing: Preprocessing


def decoded(
    collection: Collection, preprocessing: Preprocessing, blocks: Iterable[Numbered], workers: int
) -> Iterator[Block]:
    """Decode blocks of entries.

    Args:
        collection: where the pictures are.
        preprocessing: what a network sees of them.
        blocks: numbered entries; read ahead as far as there are workers.
        workers: how many processes decode; 0 decodes here.

    Yields:
        The blocks in their order.
    """
    if workers == 0:
        for numbered in blocks:
            yield read_block(collection, preprocessing, numbered)
        return
    feed = _Feed(_Job(collection, preprocessing), workers)
    try:
        yield from feed.run(iter(blocks))
    finally:
        feed.stop()


class _Feed:
    """A pool of workers, and the blocks that they are at."""

    def __init__(self, job: _Job, workers: int) -> None:
        self.job, self.workers = job, workers
        self.pool = self._started(self.workers)
        self.flying: deque[tuple[Numbered, Future[Block]]] = deque()

    def run(self, blocks: Iterator[Numbered]) -> Iterator[Block]:
        attempts = 0
        while True:
            while len(self.flying) < self.workers * _AHEAD and (numbered := next(blocks, None)) is not None:
                self.flying.append((numbered, self._submitted(numbered)))
            if not self.flying:
                return
            numbered, future = self.flying[0]
            try:
                block = future.result()
            except BrokenProcessPool:
                attempts += 1
                if attempts < _ATTEMPTS:
                    self._restart()
                    continue
                self.flying.popleft()
                self._restart()
                block = self._one_by_one(numbered)
            else:
                self.flying.popleft()
            attempts = 0
            yield block

    def stop(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def _started(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(self.job,)
        )

    def _submitted(self, numbered: Numbered) -> Future[Block]:
        try:
            return self.pool.submit(_read, numbered)
        except BrokenProcessPool as error:
            broken: Future[Block] = Future()
            broken.set_exception(error)
            return broken

    def _restart(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self._started(self.workers)
        self.flying = deque((numbered, self._submitted(numbered)) for numbered, _ in self.flying)

    def _one_by_one(self, numbered: Numbered) -> Block:
        """Read a block that kills its workers, each picture in a process of its own."""
        return _joined([self._alone(number, entry) for number, entry in numbered])

    def _alone(self, number: int, entry: Entry) -> Block:
        with self._started(1) as pool:
            try:
                return pool.submit(_read, [(number, entry)]).result()
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


def _read(numbered: Numbered) -> Block:
    job = _jobs[0]
    return read_block(job.collection, job.preprocessing, numbered)
