"""A scan on this machine: decoders in worker processes, the network in this one.

Each of the network's threads takes whole blocks. Threads that share a block wait for each other after every
operation, and where decoders want the same cores they wait long.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import torch

from catvis.exemplars.collection import Collection
from catvis.exemplars.decode import Numbered, PictureBlock
from catvis.exemplars.findings import Findings
from catvis.exemplars.scan.feed import decoded
from catvis.exemplars.scan.forward import BLOCK, Looked, Scanner, held_bytes, pass_size, taken_in
from catvis.exemplars.topk import Best
from catvis.networks.network import Network

_ACTIVATIONS = 1_000_000_000
"""Bytes that the kept layers of all passes at once may take."""


def scan_here(
    network: Network,
    collection: Collection,
    blocks: Iterable[Numbered],
    best: Mapping[str, Best],
    *,
    workers: int,
    advance: Callable[[int], object],
    sample: Set[int] = frozenset(),
    every: float = 5,
) -> Iterator[Findings]:
    """Scan blocks of pictures.

    Args:
        network: the network.
        collection: where the pictures are.
        blocks: numbered entries, at most `BLOCK` in a block.
        best: the candidates so far, by layer.
        workers: how many processes decode.
        advance: told how many pictures were done, for progress.
        sample: the numbers of pictures of which all strengths are wanted.
        every: seconds of work that an interruption may cost.

    Yields:
        Every so many seconds the pictures since the last time, and all candidates so far.
    """
    at_once = _blocks_at_once(network, list(best))
    scanners: SimpleQueue[Scanner] = SimpleQueue()
    for _ in range(at_once):
        scanners.put(Scanner(network, list(best)))
    found = Findings(best)
    started = time.monotonic()
    feed = decoded(collection, network.preprocessing, blocks, workers, largest=BLOCK)
    with contextlib.closing(feed), torch_threads(at_once) as threads:
        flying: deque[tuple[PictureBlock, Future[Looked]]] = deque()
        while True:
            if len(flying) <= at_once and (block := next(feed, None)) is not None:
                # The candidates of now are outgrown when the block's turn comes: then less of it enters.
                flying.append((block, threads.submit(_scanned, scanners, block, found.best, sample)))
                continue
            if not flying:
                break
            block, flown = flying.popleft()
            looked = flown.result()
            found = Findings(
                taken_in(found.best, looked.entering),
                (*found.pictures, *zip(block.numbers, block.marks, strict=True)),
                (*found.unreadable, *block.unreadable),
                {**found.strengths, **looked.strengths},
            )
            advance(len(block.numbers) + len(block.unreadable))
            if time.monotonic() - started > every:
                yield found
                found, started = Findings(found.best), time.monotonic()
    if found.seen:
        yield found


def _blocks_at_once(network: Network, layers: Sequence[str]) -> int:
    """How many blocks go through the network beside each other."""
    held = pass_size(network, layers) * held_bytes(network, layers)
    return 1 if network.device != "cpu" else max(1, min(torch.get_num_threads(), _ACTIVATIONS // held))


def _scanned(
    scanners: SimpleQueue[Scanner], block: PictureBlock, best: Mapping[str, Best], sample: Set[int]
) -> Looked:
    """In a thread: look through a block with a scanner that no other thread is at."""
    scanner = scanners.get()
    try:
        return scanner.scanned(block, best, sample)
    finally:
        scanners.put(scanner)


@contextlib.contextmanager
def torch_threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that share torch's own among them; what they have not begun at the end is dropped."""
    all_of_them = torch.get_num_threads()
    each = max(1, all_of_them // count)
    threads = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(each,))
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
        torch.set_num_threads(all_of_them)
