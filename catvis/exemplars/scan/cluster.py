"""The same scan on a Dask cluster: shards of blocks on its workers, each a task that hands back its candidates.

The network goes to every worker once. A worker that dies loses its shard, which another one scans; a shard
that takes far too long is given to one worker after another, whichever is done first counts, and where all
of them have stalled it is scanned here. What is found is what one machine finds, since findings join to the
same whatever their order.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from distributed import Client, Future, KilledWorker, wait

from catvis.errors import CatvisError
from catvis.exemplars.collection import Collection
from catvis.exemplars.decode import Numbered
from catvis.exemplars.findings import Findings, joined
from catvis.exemplars.scan.forward import BLOCK, empty_best
from catvis.exemplars.scan.local import scan_here
from catvis.exemplars.topk import Best
from catvis.networks.network import Network

_BLOCKS_A_SHARD = (8, 64)
"""The least and the most: every shard brings all candidates home, and one that is lost is scanned again."""
_SHARDS_A_THREAD = 4
"""So many are cut of what is left, so that all workers end at about the same time."""
_LOOK_SECONDS = 1.0
_SLOW = 10.0
"""A shard that takes this many times the median is taken to have stalled."""
_WORKERS_SECONDS = 600.0
"""How long a cluster may be without any worker."""


@dataclass(eq=False)
class _Attempt:
    """A shard on its way, the future of what is found in it, and whom it was given to by name."""

    shard: tuple[Numbered, ...]
    future: Future[Any]
    started: float
    tried: tuple[str, ...] = ()


def scan_there(
    network: Network,
    collection: Collection,
    blocks: Iterable[Numbered],
    best: Mapping[str, Best],
    *,
    scheduler: str,
    pictures: int,
    advance: Callable[[int], object],
    sample: Set[int] = frozenset(),
    patience: float = 120,
    connecting: float = 30,
) -> Iterator[Findings]:
    """Scan blocks of pictures on a cluster.

    Args:
        network: the network.
        collection: where the pictures are; the workers must reach them under the same path.
        blocks: numbered entries, at most `BLOCK` in a block.
        best: the candidates so far, by layer.
        scheduler: the scheduler's address, ``tcp://host:port``.
        pictures: how many there are in all blocks.
        advance: told how many pictures were done, for progress.
        sample: the numbers of pictures of which all strengths are wanted.
        patience: seconds before anything is taken to have stalled.
        connecting: seconds in which the scheduler has to answer.

    Yields:
        A shard at a time, in no order: its pictures, and all candidates so far.

    Raises:
        CatvisError: no scheduler answers, no worker comes, or the workers cannot do what is asked of them.
    """
    try:
        client = Client(scheduler, timeout=connecting, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CatvisError(
            f"no Dask scheduler answers at {scheduler}", hint="`dask scheduler` prints its address"
        ) from error
    with client:
        layers, slots = tuple(best), max(found.slots for found in best.values())
        scan = _ClusterScan(client, network, collection, layers, slots, sample, patience)
        for shard, found in scan.run(iter(blocks), pictures):
            if found is None:
                # Something in it kills workers again and again, or they all stall: here that costs one picture.
                found = _scanned_whole(network, collection, shard, layers, slots, sample, workers=1)
            advance(found.seen)
            best = joined(Findings(best), found).best
            yield replace(found, best=best)


@dataclass(eq=False)
class _ClusterScan:
    """What every shard needs, and how they are sent out and watched."""

    client: Client
    network: Network
    collection: Collection
    layers: tuple[str, ...]
    slots: int
    sample: Set[int]
    patience: float

    def run(
        self, blocks: Iterator[Numbered], pictures: int
    ) -> Iterator[tuple[tuple[Numbered, ...], Findings | None]]:
        """Send shards out, two for each thread; give each with what was found, None if all workers fail."""
        self._share()
        flying: list[_Attempt] = []
        seconds: list[float] = []
        while True:
            threads = max(1, sum(self.client.nthreads().values()))
            while len(_latest(flying)) < 2 * threads and (shard := _cut(blocks, pictures, threads)):
                pictures -= sum(map(len, shard))
                flying.append(self._sent(shard))
            if not flying:
                return
            self._wait_for_any(flying)
            if lost := [attempt for attempt in flying if attempt.future.cancelled()]:
                # All workers that held the network died: nothing that needs it can be computed any more.
                flying = [attempt for attempt in flying if attempt not in lost]
                self._share()
                flying += [self._sent(attempt.shard) for attempt in _latest(lost)]
            done = {id(attempt.shard): attempt for attempt in flying if attempt.future.done()}
            for attempt in done.values():
                seconds.append(time.monotonic() - attempt.started)
                yield attempt.shard, self._result(attempt.future)
            limit = max(self.patience, _SLOW * statistics.median(seconds or [0.0]))
            for attempt in _latest(attempt for attempt in flying if id(attempt.shard) not in done):
                if time.monotonic() - attempt.started < limit * 2 ** len(attempt.tried):
                    continue
                if worker := self._untried(attempt):
                    flying.append(self._sent(attempt.shard, (*attempt.tried, worker)))
                else:
                    done[id(attempt.shard)] = attempt
                    yield attempt.shard, None
            over = [attempt for attempt in flying if id(attempt.shard) in done]
            flying = [attempt for attempt in flying if attempt not in over]
            self.client.cancel([attempt.future for attempt in over], force=True)

    def _share(self) -> None:
        """Send the network to every worker."""
        try:
            self.client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
        except TimeoutError as error:
            raise CatvisError(
                f"the cluster has had no worker for {_WORKERS_SECONDS / 60:.0f} minutes",
                hint="start some, then run the same command: it goes on where it was",
            ) from error
        self.shared = self.client.scatter(self.network, broadcast=True, hash=False)

    def _sent(self, shard: tuple[Numbered, ...], tried: tuple[str, ...] = ()) -> _Attempt:
        """Have a shard scanned by any worker; where it has stalled, by the last that is named and no other."""
        where: dict[str, Any] = {"workers": [tried[-1]], "allow_other_workers": False} if tried else {}
        job = (self.shared, self.collection, shard, self.layers, self.slots, self.sample)
        future = self.client.submit(_scanned_whole, *job, pure=False, **where)
        return _Attempt(shard, future, time.monotonic(), tried)

    def _wait_for_any(self, flying: list[_Attempt]) -> None:
        with self.client.as_current():
            try:
                wait([one.future for one in flying], timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
            except (TimeoutError, CancelledError):
                return

    @staticmethod
    def _result(future: Future[Any]) -> Findings | None:
        try:
            found: Findings = future.result()
        except KilledWorker:
            return None
        except Exception as error:  # whatever a worker met, such as another version of a package
            raise CatvisError(
                f"a worker of the cluster failed: {type(error).__name__}: {error}",
                hint="its own log says more; workers need the same packages and the same folder of pictures",
            ) from error
        return found

    def _untried(self, attempt: _Attempt) -> str | None:
        """The idlest worker that a stalled shard was not given to by name, if there is one.

        Who is stalled cannot be seen from here: a worker's tasks are those that it is at and those that wait
        behind them. So each worker has its turn.
        """
        load = {worker: len(tasks) for worker, tasks in self.client.processing().items()}
        untried = [worker for worker in self.client.nthreads() if worker not in attempt.tried]
        return min(untried, key=lambda name: load.get(name, 0), default=None)


def _latest(attempts: Iterable[_Attempt]) -> list[_Attempt]:
    """Of every shard the attempt that was sent last."""
    return list({id(attempt.shard): attempt for attempt in attempts}.values())


def _cut(blocks: Iterator[Numbered], pictures: int, threads: int) -> tuple[Numbered, ...]:
    """The next shard of so many pictures that are left; empty when all are out."""
    least, most = _BLOCKS_A_SHARD
    return tuple(islice(blocks, min(most, max(least, pictures // (BLOCK * _SHARDS_A_THREAD * threads)))))


def _scanned_whole(
    network: Network,
    collection: Collection,
    blocks: Sequence[Numbered],
    layers: Sequence[str],
    slots: int,
    sample: Set[int],
    workers: int = 0,
) -> Findings:
    """All that the blocks of a shard hold; mostly on a worker."""
    best = empty_best(network, layers, slots)
    parts = list(scan_here(network, collection, blocks, best, workers=workers, advance=int, sample=sample))
    # Candidates pile up from part to part, so the last part's are those of all.
    return Findings(
        parts[-1].best if parts else best,
        tuple(picture for part in parts for picture in part.pictures),
        tuple(problem for part in parts for problem in part.unreadable),
        {number: rows for part in parts for number, rows in part.strengths.items()},
    )
