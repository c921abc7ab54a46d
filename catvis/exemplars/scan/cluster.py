"""The same scan on a Dask cluster: shards of pictures on its workers, results joined in a tree.

The network goes to every worker once. A worker that dies loses its shard, which another one scans; a shard
that takes far too long is given to one worker after another, whichever is done first counts, and where all
of them have stalled it is scanned here. What is found is what one machine finds, since findings join to the
same whatever their order.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Any, TypeVar

from distributed import Client, Future, KilledWorker, wait

from catvis.errors import CatvisError
from catvis.exemplars.collection import Collection
from catvis.exemplars.findings import Findings, joined
from catvis.exemplars.scan.feed import Numbered
from catvis.exemplars.scan.forward import empty_best
from catvis.exemplars.scan.local import scan_here
from catvis.exemplars.topk import Best
from catvis.networks.network import Network

Shard = tuple[Numbered, ...]
T = TypeVar("T")

BLOCKS_A_SHARD = 8
SHARDS_A_GROUP = 8
"""Shards whose findings are joined on the workers before they come home."""
_CONNECT_SECONDS = 30
_LOOK_SECONDS = 1.0
_SLOW = 10.0
"""A group that takes this many times the median is taken to have stalled."""
_PATIENCE = 120.0
"""Seconds before anything is taken to have stalled."""
_WORKERS_SECONDS = 600.0
"""How long a cluster may be without any worker."""


@dataclass(eq=False)
class _Group:
    """Some shards on their way, the future of what is found in them, and whom they were given to by name."""

    shards: tuple[Shard, ...]
    parts: list[Future[Any]]
    whole: Future[Any]
    started: float
    tried: tuple[str, ...] = ()


def scan_there(
    network: Network,
    collection: Collection,
    blocks: Iterable[Numbered],
    best: Mapping[str, Best],
    *,
    scheduler: str,
    advance: Callable[[int], object],
    patience: float = _PATIENCE,
) -> Iterator[Findings]:
    """Scan blocks of pictures on a cluster.

    Args:
        network: the network.
        collection: where the pictures are; the workers must reach them under the same path.
        blocks: numbered entries, at most `BLOCK` in a block.
        best: the candidates so far, by layer.
        scheduler: the scheduler's address, ``tcp://host:port``.
        advance: told how many pictures were done, for progress.
        patience: seconds before anything is taken to have stalled.

    Yields:
        A group of shards at a time, in no order: its pictures, and all candidates so far.

    Raises:
        CatvisError: no scheduler answers, no worker comes, or the workers cannot do what is asked of them.
    """
    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CatvisError(
            f"no Dask scheduler answers at {scheduler}", hint="`dask scheduler` prints its address"
        ) from error
    with client:
        shards = _cut(iter(blocks), BLOCKS_A_SHARD)
        layers, slots = tuple(best), max(found.slots for found in best.values())
        scan = _ClusterScan(client, network, collection, layers, slots, patience)
        for group, found in scan.run(_cut(shards, SHARDS_A_GROUP)):
            if found is None:
                # Something in it kills workers again and again, or they all stall: here that costs one picture.
                every = [block for shard in group.shards for block in shard]
                found = _scanned_here(network, collection, every, layers, slots, workers=1)
            advance(found.seen)
            best = joined(Findings(best), found).best
            yield Findings(best, found.pictures, found.unreadable)


@dataclass(eq=False)
class _ClusterScan:
    """What every shard needs, and how groups of them are sent out and watched."""

    client: Client
    network: Network
    collection: Collection
    layers: tuple[str, ...]
    slots: int
    patience: float

    def __post_init__(self) -> None:
        self._share()

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

    def run(self, groups: Iterator[tuple[Shard, ...]]) -> Iterator[tuple[_Group, Findings | None]]:
        """Send groups out, a few ahead of the workers; give each with what was found, None if all workers fail."""
        flying: list[_Group] = []
        seconds: list[float] = []
        while True:
            threads = sum(self.client.nthreads().values())
            ahead = max(2, -(-2 * threads // SHARDS_A_GROUP))
            room = max(0, ahead - len(_latest(flying)))
            flying += [self._sent(shards) for shards in islice(groups, room)]
            if not flying:
                return
            self._wait_for_any(flying)
            if lost := [group for group in flying if group.whole.cancelled()]:
                # All workers that held the network died: nothing that needs it can be computed any more.
                flying = [group for group in flying if group not in lost]
                self._share()
                flying += [self._sent(group.shards) for group in _latest(lost)]
            done = {id(group.shards): group for group in flying if group.whole.done()}
            for group in done.values():
                seconds.append(time.monotonic() - group.started)
                yield group, self._result(group)
            limit = max(self.patience, _SLOW * statistics.median(seconds or [0.0]))
            for group in _latest(group for group in flying if id(group.shards) not in done):
                if time.monotonic() - group.started < limit * 2 ** len(group.tried):
                    continue
                if worker := self._untried(group):
                    flying.append(self._sent_again(group, worker))
                else:
                    done[id(group.shards)] = group
                    yield group, None
            for group in [other for other in flying if id(other.shards) in done]:
                flying.remove(group)
                self.client.cancel([group.whole, *group.parts], force=True)

    def _wait_for_any(self, flying: list[_Group]) -> None:
        with self.client.as_current():
            try:
                wait([group.whole for group in flying], timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
            except (TimeoutError, CancelledError):
                return

    def _result(self, group: _Group) -> Findings | None:
        try:
            found: Findings = group.whole.result()
        except KilledWorker:
            return None
        except Exception as error:  # whatever a worker met, such as another version of a package
            raise CatvisError(
                f"a worker of the cluster failed: {type(error).__name__}: {error}",
                hint="its own log says more; workers need the same packages and the same folder of pictures",
            ) from error
        return found

    def _sent(self, shards: tuple[Shard, ...], **where: Any) -> _Group:
        parts = [self._part(shard, **where) for shard in shards]
        whole = self.client.submit(_together, parts, pure=False, **where)
        return _Group(shards, parts, whole, time.monotonic())

    def _part(self, shard: Shard, **where: Any) -> Future[Any]:
        return self.client.submit(
            _scanned_here, self.shared, self.collection, shard, self.layers, self.slots, pure=False, **where
        )

    def _untried(self, group: _Group) -> str | None:
        """The idlest worker that a stalled group was not given to by name, if there is one.

        Who is stalled cannot be seen from here: a worker's tasks are those that it is at and those that wait
        behind them. So each worker has its turn.
        """
        load = {worker: len(tasks) for worker, tasks in self.client.processing().items()}
        untried = [worker for worker in self.client.nthreads() if worker not in group.tried]
        return min(untried, key=lambda name: load.get(name, 0), default=None)

    def _sent_again(self, group: _Group, worker: str) -> _Group:
        """Scan once more what a stalled group has not done, on one worker and no other."""
        where: dict[str, Any] = {"workers": [worker], "allow_other_workers": False}
        parts = [
            part if part.status == "finished" else self._part(shard, **where)
            for shard, part in zip(group.shards, group.parts, strict=True)
        ]
        whole = self.client.submit(_together, parts, pure=False, **where)
        return _Group(group.shards, parts, whole, time.monotonic(), (*group.tried, worker))


def _latest(groups: Iterable[_Group]) -> list[_Group]:
    """Of every group the attempt that was sent last."""
    return list({id(group.shards): group for group in groups}.values())


def _scanned_here(
    network: Network,
    collection: Collection,
    blocks: Sequence[Numbered],
    layers: Sequence[str],
    slots: int,
    workers: int = 0,
) -> Findings:
    """All that some blocks hold; on a worker, that of one shard."""
    best = empty_best(network, layers, slots)
    parts = list(scan_here(network, collection, blocks, best, workers=workers, advance=int))
    # Candidates pile up from part to part, so the last part's are those of all.
    return Findings(
        parts[-1].best if parts else best,
        tuple(picture for part in parts for picture in part.pictures),
        tuple(problem for part in parts for problem in part.unreadable),
    )


def _together(parts: Sequence[Findings]) -> Findings:
    """On a worker: the findings of a group of shards."""
    return reduce(joined, parts)


def _cut(things: Iterator[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of so many things; the last may be shorter."""
    while some := tuple(islice(things, size)):
        yield some
