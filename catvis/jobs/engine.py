"""Jobs → answers: what the cache does not hold is computed, subject by subject, and kept as soon as it is there.

So an interrupted build goes on where it was. A network is opened, and a picture is looked at, only for what is
missing.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import msgspec

from catvis.cache import Cache
from catvis.jobs.base import Answers, Job, Subject
from catvis.networks.source import NetworkSource
from catvis.progress import Progress, unseen
from catvis.results import from_bytes, to_bytes
from catvis.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from catvis.jobs.look import Look
    from catvis.networks.network import Network

_KEPT_LOOKS = 3
"""How many forward passes are kept for later jobs; a large network's takes 200 MB."""


class Engine(msgspec.Struct, dict=True):
    """Answers jobs, and is the `Work` that they run with.

    Attributes:
        settings: device and memory.
        cache: where answers are kept; None keeps none.
        networks: sources by the network's digest.
        pictures: files by the digest of their bytes.
        progress: is told what is computed.
        note: is told once what a reader should know of a network.
        opened: networks by digest.
        computed: every kept job that was not in the cache, in the order of its computation; but large ones.
    """

    settings: Settings
    cache: Cache | None
    networks: Mapping[str, NetworkSource]
    pictures: Mapping[str, Path]
    progress: Progress = unseen
    note: Callable[[str], None] = lambda _: None
    computed: list[Job[Any]] = msgspec.field(default_factory=list)
    opened: dict[str, Network] = msgspec.field(default_factory=dict)
    _looks: WeakValueDictionary[Subject, Look] = msgspec.field(default_factory=WeakValueDictionary)
    _latest: deque[Look] = msgspec.field(default_factory=lambda: deque(maxlen=_KEPT_LOOKS))

    def answers(self, jobs: Collection[Job[Any]]) -> Answers:
        """Answer jobs, each once.

        Raises:
            CatvisError: a network, a picture or a unit is not what the job needs.
        """
        found = Answers()
        missing: dict[tuple[type[Job[Any]], Hashable], list[Job[Any]]] = {}
        keys = {job: job.key() for job in jobs if self.cache and job.is_kept}
        for job in dict.fromkeys(jobs):
            stored = self.cache.get(keys[job]) if self.cache and job in keys else None
            if stored is None:
                missing.setdefault((type(job), job.bench), []).append(job)
            else:
                found.add(job, from_bytes(stored))
        totals = Counter(job.noun for group in missing.values() for job in group)
        done: Counter[str] = Counter()
        for (kind, _), group in sorted(missing.items(), key=lambda item: _turn(item[1][0])):
            for job, answer in kind.run(group, self):
                if self.cache and job in keys:
                    self.cache.put(keys[job], to_bytes(answer))
                if job.is_kept and not job.is_large:
                    self.computed.append(job)
                found.add(job, answer)
                done[kind.noun] += 1
                self.progress(kind.noun, done[kind.noun], totals[kind.noun])
        return found

    @cached_property
    def cores(self) -> Executor:
        """A thread for each core: what draws and encodes lets others run meanwhile."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(os.cpu_count())

    @property
    def stores(self) -> Path:
        """The folder of exemplar stores: the cache's."""
        return self.settings.cache

    def source(self, digest: str) -> NetworkSource:
        """Where a network comes from."""
        return self.networks[digest]

    def file(self, picture: str) -> Path:
        """Where a picture lies, by the digest of its bytes."""
        return self.pictures[picture]

    def network(self, digest: str) -> Network:
        """A network, opened when it is first needed."""
        if digest not in self.opened:
            from catvis.networks.rectification import notice

            network = self.networks[digest].load().to(self.settings.device)
            if said := notice(network.card.name, network.graph):
                self.note(said)
            self.opened[digest] = network
        return self.opened[digest]

    def look(self, subject: Subject) -> Look:
        """A network's forward pass on a picture; the last few are kept, and those that somebody else holds."""
        look = self._looks.get(subject)
        if look is None:
            from catvis.jobs.look import Look

            network = self.network(subject.network)
            file = self.file(subject.picture)
            memory, silenced = self.settings.memory, subject.silenced
            look = Look.at(network, file, subject.fit, memory, silenced)
            self._latest.append(look)
            self.adopt(subject, look)
        return look

    def adopt(self, subject: Subject, look: Look) -> None:
        """Take somebody else's look for a subject's, as long as they hold it."""
        self._looks[subject] = look


def _turn(job: Job[Any]) -> tuple[bool, str]:
    """Slow jobs last; else those of one subject side by side, so that each is looked at once."""
    return job.is_slow, repr(job.bench).lstrip("(")
