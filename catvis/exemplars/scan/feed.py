"""Blocks of decoded pictures in their order, made by worker processes ahead of the network.

A few blocks are in flight at any time, whatever the collection's size. Each worker is watched by a thread of its
own, and nothing is shared with another: one that dies, or stands still and is ended, holds nobody up. The next
goes on from the picture that it was at; a picture that takes worker after worker with it is skipped and counted.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

import numpy as np
from jaxtyping import UInt8

from catvis.errors import CatvisError
from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import Mark, Numbered, PictureBlock, read_into
from catvis.networks.preprocessing import Preprocessing

_CONTEXT = multiprocessing.get_context("spawn")
_AHEAD = 2
"""Blocks in flight for a worker: the one that it reads, and the next."""
_ATTEMPTS = 3
_PATIENCE = 300
"""Seconds of waiting for one picture, or for a worker to start, before the worker is ended."""
_READY = "ready"
_STARTING = threading.Lock()


def decoded(
    collection: Collection,
    preprocessing: Preprocessing,
    blocks: Iterable[Numbered],
    workers: int,
    *,
    largest: int,
    patience: int = _PATIENCE,
) -> Generator[PictureBlock, None, None]:
    """Decode blocks of entries.

    Args:
        collection: where the pictures are.
        preprocessing: what a network sees of them.
        blocks: numbered entries; read ahead as far as there are workers.
        workers: how many processes decode; 0 decodes here.
        largest: how many entries a block has at most.
        patience: seconds that a picture may take before the worker that reads it is ended.

    Yields:
        The blocks in their order.

    Raises:
        CatvisError: no worker process can be started.
    """
    if workers == 0:
        for numbered in blocks:
            room = np.empty((len(numbered), *preprocessing.size, 3), np.uint8)
            read = [
                read_into(row, collection, preprocessing, entry)
                for row, (_, entry) in zip(room, numbered, strict=True)
            ]
            yield PictureBlock.of(numbered, room, read)
        return
    ending = threading.Event()
    decoders = [_Decoder(collection, preprocessing, largest, patience, ending) for _ in range(workers)]
    idle: SimpleQueue[_Decoder] = SimpleQueue()
    for decoder in decoders:
        idle.put(decoder)
    waiting, flying = iter(blocks), deque[Future[PictureBlock]]()
    try:
        with ThreadPoolExecutor(workers) as threads:
            try:
                while True:
                    for numbered in islice(waiting, workers * _AHEAD - len(flying)):
                        flying.append(threads.submit(_read, idle, numbered))
                    if not flying:
                        return
                    yield flying.popleft().result()
            finally:
                ending.set()
                threads.shutdown(cancel_futures=True)
    finally:
        for decoder in decoders:
            decoder.end()


def _read(idle: SimpleQueue[_Decoder], numbered: Numbered) -> PictureBlock:
    """In a thread: read a block with a process that no other thread watches."""
    decoder = idle.get()
    try:
        return decoder.read(numbered)
    finally:
        idle.put(decoder)


class _LostError(Exception):
    """The process died or stands still."""


class _EndingError(Exception):
    """Nobody waits for pictures any more."""


class _Decoder:
    """A process that decodes: started when it is needed, and again whenever it is lost.

    Pixels are put into memory that it shares with this process, which has no name and so ends with them.
    """

    def __init__(
        self,
        collection: Collection,
        preprocessing: Preprocessing,
        largest: int,
        patience: int,
        ending: threading.Event,
    ) -> None:
        self.collection, self.preprocessing = collection, preprocessing
        self.patience, self.ending = patience, ending
        shape = (largest, *preprocessing.size, 3)
        self.memory = _CONTEXT.RawArray(ctypes.c_uint8, int(np.prod(shape)))
        self.room = _as_pictures(self.memory, shape[1:3])
        self.process: multiprocessing.process.BaseProcess | None = None

    def read(self, numbered: Numbered) -> PictureBlock:
        """Read a block, with as many processes as that takes."""
        read: list[Mark | str] = []
        losses, asked = 0, False
        while len(read) < len(numbered):
            try:
                if not asked:
                    self._ask(len(read), [entry for _, entry in numbered[len(read) :]])
                read.append(self._answer(self.patience))
                losses, asked = 0, True
            except _LostError as lost:
                self.end()
                losses, asked = losses + 1, False
                if losses == _ATTEMPTS:
                    read.append(f"the process that decoded it {lost}")
                    losses = 0
        return PictureBlock.of(numbered, self.room, read)

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self.process is not None:
            self.process.kill()
            self.process.join(1)
            self.connection.close()
            self.process = None

    def _ask(self, first: int, entries: Sequence[Entry]) -> None:
        if self.process is None:
            self._start()
        try:
            self.connection.send((first, entries))
        except OSError as error:
            raise _LostError("died") from error

    def _start(self) -> None:
        for _ in range(_ATTEMPTS):
            self.connection, theirs = _CONTEXT.Pipe()
            job = (self.collection, self.preprocessing, self.memory, theirs)
            process = _CONTEXT.Process(target=_serve, args=job, daemon=True)
            with _apart_from_script(self.collection):
                process.start()
            self.process = process
            # The process alone holds the other end now: when it is gone, the connection ends.
            theirs.close()
            try:
                self._answer(_PATIENCE)
            except _LostError:
                self.end()
            else:
                return
        raise CatvisError(
            "the processes that decode pictures cannot be started", hint="--workers 0 decodes without them"
        )

    def _answer(self, patience: int) -> Mark | str:
        """What the process says next, if it does so in time.

        Looks are counted and no clock is read: who stops and resumes this process stops that one too.
        """
        for _ in range(patience):
            if self.ending.is_set():
                raise _EndingError
            if self.connection.poll(1):
                break
        else:
            raise _LostError(f"took longer than {patience} seconds")
        try:
            answer: Mark | str | Exception = self.connection.recv()
        except (EOFError, OSError) as error:
            raise _LostError("died") from error
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextlib.contextmanager
def _apart_from_script(collection: Collection) -> Iterator[None]:
    """A process that is started meanwhile does not run the script again that this one runs.

    multiprocessing has a new process run it under another name, for the sake of what is defined there, so that a
    script needs its ``if __name__ == "__main__"``. Of what a worker is given only a collection may be.
    """
    if type(collection).__module__ == "__main__":
        yield
        return
    script = vars(sys.modules["__main__"])
    with _STARTING:
        origin: dict[str, Any] = {name: script[name] for name in ("__file__", "__spec__") if name in script}
        script.update(__file__=None, __spec__=None)
        try:
            yield
        finally:
            del script["__file__"], script["__spec__"]
            script.update(origin)


def _as_pictures(
    memory: ctypes.Array[ctypes.c_uint8], size: tuple[int, int]
) -> UInt8[np.ndarray, "largest height width 3"]:
    return np.frombuffer(memoryview(memory), np.uint8).reshape((-1, *size, 3))


def _serve(
    collection: Collection,
    preprocessing: Preprocessing,
    memory: ctypes.Array[ctypes.c_uint8],
    connection: Connection,
) -> None:
    """In a worker: read pictures for as long as there is anybody to read them for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    room = _as_pictures(memory, preprocessing.size)
    with contextlib.suppress(EOFError, ConnectionError):
        connection.send(_READY)
        while True:
            first, entries = connection.recv()
            for row, entry in zip(room[first:], entries, strict=False):
                try:
                    connection.send(read_into(row, collection, preprocessing, entry))
                except ConnectionError:
                    raise
                except Exception as error:  # nobody has foreseen it: it goes to whoever waits for the picture
                    connection.send(error)
                    break


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers: they watch it themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
