"""A scan on this machine: decoders in worker processes, the network in this one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from catvis.exemplars.collection import Collection
from catvis.exemplars.findings import Findings
from catvis.exemplars.scan.feed import Numbered, decoded
from catvis.exemplars.scan.forward import batch_size, scanned
from catvis.exemplars.topk import Best
from catvis.networks.network import Network

_SECONDS = 5.0
"""How much work an interruption may cost."""


def scan_here(
    network: Network,
    collection: Collection,
    blocks: Iterable[Numbered],
    best: Mapping[str, Best],
    *,
    workers: int,
    advance: Callable[[int], object],
) -> Iterator[Findings]:
    """Scan blocks of pictures.

    Args:
        network: the network.
        collection: where the pictures are.
        blocks: numbered entries, at most `batch_size` in a block.
        best: the candidates so far, by layer.
        workers: how many processes decode.
        advance: told how many pictures were done, for progress.

    Yields:
        Every few seconds the pictures since the last time, and all candidates so far.
    """
    size = batch_size(network, list(best))
    found = Findings(best)
    started = time.monotonic()
    for block in decoded(collection, network.preprocessing, blocks, workers):
        found = Findings(
            scanned(network, block, found.best, size),
            (*found.pictures, *zip(block.numbers, block.digests, block.looks, strict=True)),
            (*found.unreadable, *block.unreadable),
        )
        advance(len(block.numbers) + len(block.unreadable))
        if time.monotonic() - started > _SECONDS:
            yield found
            found, started = Findings(found.best), time.monotonic()
    if found.seen:
        yield found
