"""Blocks of decoded pictures in their order, made by worker processes ahead of the network.

A few blocks are in flight at any time, whatever the collection's size, each with a slot of shared memory that
its pixels are put into. Workers share nothing else: each has a connection of its own, so one that dies, or
stands still and is ended, holds nobody up. Another takes its place and its blocks; a picture that takes
worker after worker with it is skipped and counted.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from catvis.errors import CatvisError
from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import Block, read_block
from catvis.networks.preprocessing import Preprocessing

Numbered = Sequence[tuple[int, Entry]]
_CONTEXT = multiprocessing.get_context("spawn")
_AHEAD = 2
"""Blocks in flight for a worker: the one that it reads, and the next."""
_ATTEMPTS = 3
_PATIENCE = 300.0
"""Seconds of waiting for one picture, or for a worker to start, before the worker is ended."""
_LOOK_SECONDS = 1.0
_BETWEEN_BLOCKS, _STARTING = -1, -2
"""What stands for the place in its block of the picture that a worker is at, where it is at none."""


class _Job(NamedTuple):
    """What a worker reads from and where it puts it; handed over once, when the worker starts.

    Attributes:
        collection: where the pictures are.
        preprocessing: what the network sees of them, without its mean: no decoder needs that.
        memory: slots side by side, shared by all workers; without a name, so that it ends with whoever maps it.
        places: where in its block each worker is, shared too.
        largest: how many pictures have room in a slot.
    """

    collection: Collection
    preprocessing: Preprocessing
    memory: ctypes.Array[ctypes.c_uint8]
    places: ctypes.Array[ctypes.c_int64]
    largest: int

    def pixels(self, slot: int) -> UInt8[np.ndarray, "largest height width 3"]:
        """A slot of the memory as pictures."""
        shape = (self.largest, *self.preprocessing.size, 3)
        count = math.prod(shape)
        return np.frombuffer(memoryview(self.memory), np.uint8, count, slot * count).reshape(shape)


@dataclass(eq=False)
class _Flight:
    """A block on its way, and the slot that its pixels are put into."""

    numbered: Numbered
    slot: int
    block: Block | None = None
    losses: Counter[int] = field(default_factory=Counter)
    skipped: tuple[tuple[int, str], ...] = ()

    def lose(self, place: int, reason: str) -> None:
        """Count a worker that was lost at a picture; skip the picture when it has cost too many."""
        number, _ = self.numbered[place]
        self.losses[number] += 1
        if self.losses[number] == _ATTEMPTS:
            self.numbered = [*self.numbered[:place], *self.numbered[place + 1 :]]
            self.skipped = (*self.skipped, (number, reason))


@dataclass(eq=False)
class _Worker:
    """A process that decodes, and the flights that it was given, in their order."""

    index: int
    process: BaseProcess
    connection: Connection
    flights: deque[_Flight] = field(default_factory=deque)
    place: int = _STARTING
    waited: float = 0.0
    stalled: bool = False

    def give(self, flight: _Flight) -> None:
        """Have a block read; where the process is dead already, the next look at it finds out."""
        self.flights.append(flight)
        with contextlib.suppress(OSError):
            self.connection.send((flight.numbered, flight.slot))

    def end(self) -> None:
        """End the process, whatever it is at: what it has done so far is of no use to anybody."""
        self.process.kill()
        self.process.join(_LOOK_SECONDS)
        self.connection.close()


def decoded(
    collection: Collection,
    preprocessing: Preprocessing,
    blocks: Iterable[Numbered],
    workers: int,
    *,
    largest: int,
) -> Generator[Block, None, None]:
    """Decode blocks of entries.

    Args:
        collection: where the pictures are.
        preprocessing: what a network sees of them.
        blocks: numbered entries; read ahead as far as there are workers.
        workers: how many processes decode; 0 decodes here.
        largest: how many entries a block has at most.

    Yields:
        The blocks in their order.

    Raises:
        CatvisError: no worker process can be started.
    """
    if workers == 0:
        for numbered in blocks:
            room = np.empty((len(numbered), *preprocessing.size, 3), np.uint8)
            yield read_block(collection, preprocessing, numbered, room)
        return
    feed = _Feed(collection, preprocessing, workers, largest)
    try:
        yield from feed.run(iter(blocks))
    finally:
        feed.stop()


class _Feed:
    """The workers, and the blocks that they are at."""

    def __init__(
        self, collection: Collection, preprocessing: Preprocessing, workers: int, largest: int
    ) -> None:
        slots = workers * _AHEAD
        high, wide = preprocessing.size
        seen = replace(preprocessing, mean=np.zeros((3, 1, 1), np.float32))
        memory = _CONTEXT.RawArray(ctypes.c_uint8, slots * largest * high * wide * 3)
        places = _CONTEXT.RawArray(ctypes.c_int64, workers)
        self.job = _Job(collection, seen, memory, places, largest)
        self.free = list(range(slots))
        self.flying: deque[_Flight] = deque()
        self.false_starts = 0
        self.workers = [self._started(index) for index in range(workers)]

    def run(self, blocks: Iterator[Numbered]) -> Iterator[Block]:
        while True:
            while self.free and (numbered := next(blocks, None)) is not None:
                flight = _Flight(numbered, self.free.pop())
                self.flying.append(flight)
                min(self.workers, key=lambda worker: len(worker.flights)).give(flight)
            if not self.flying:
                return
            while (block := self.flying[0].block) is None:
                self._look()
            flight = self.flying.popleft()
            pixels = self.job.pixels(flight.slot)[: len(block.numbers)].copy()
            self.free.append(flight.slot)
            yield replace(block, pixels=pixels, unreadable=block.unreadable + flight.skipped)

    def stop(self) -> None:
        for worker in self.workers:
            worker.end()

    def _started(self, index: int) -> _Worker:
        self.job.places[index] = _STARTING
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(self.job, index, theirs), daemon=True)
        process.start()
        # The process alone holds the other end now: when it is gone, the connection ends.
        theirs.close()
        return _Worker(index, process, ours)

    def _look(self) -> None:
        """Wait a little for what workers have to say, and see that none of them stands still."""
        started = time.monotonic()
        ready = wait([worker.connection for worker in self.workers], timeout=_LOOK_SECONDS)
        # No more than was waited for: whoever stops and resumes this process, stops its workers too.
        waited = min(time.monotonic() - started, _LOOK_SECONDS)
        for worker in list(self.workers):
            place = self.job.places[worker.index]
            if worker.connection in ready:
                self._take(worker)
                worker.waited = 0.0
            elif worker.flights and place == worker.place:
                worker.waited += waited
            else:
                worker.place, worker.waited = place, 0.0
            if worker.waited > _PATIENCE:
                worker.stalled = True
                worker.process.kill()

    def _take(self, worker: _Worker) -> None:
        try:
            block = worker.connection.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return
        if isinstance(block, Exception):
            raise block
        self.false_starts = 0
        worker.flights.popleft().block = block

    def _replace(self, worker: _Worker) -> None:
        """Give the blocks of a worker that is gone to a new one."""
        worker.end()
        place = self.job.places[worker.index]
        if place >= 0:
            lost = f"took longer than {_PATIENCE:.0f} seconds" if worker.stalled else "died"
            worker.flights[0].lose(place, f"the process that decoded it {lost}")
        if place == _STARTING:
            self.false_starts += 1
            if self.false_starts == _ATTEMPTS * len(self.workers):
                raise CatvisError(
                    "the processes that decode pictures cannot be started",
                    hint="--workers 0 decodes without them",
                )
        self.workers[worker.index] = self._started(worker.index)
        for flight in worker.flights:
            self.workers[worker.index].give(flight)


def _serve(job: _Job, index: int, connection: Connection) -> None:
    """In a worker: read blocks for as long as there is anybody to read them for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            job.places[index] = _BETWEEN_BLOCKS
            connection.send(_read(job, index, *connection.recv()))


def _read(job: _Job, index: int, numbered: Numbered, slot: int) -> Block | Exception:
    """A block whose pixels are in the slot; an error that nobody has foreseen goes to whoever waits for it."""
    try:
        marked = _marked(job, index, numbered)
        block = read_block(job.collection, job.preprocessing, marked, job.pixels(slot))
    except Exception as error:
        return error
    finally:
        job.places[index] = _BETWEEN_BLOCKS
    return replace(block, pixels=block.pixels[:0])


def _marked(job: _Job, index: int, numbered: Numbered) -> Iterator[tuple[int, Entry]]:
    """The entries, each noted before it is read."""
    for place, entry in enumerate(numbered):
        job.places[index] = place
        yield entry


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers: they watch it themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
