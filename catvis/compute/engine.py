"""Jobs → answers: what the cache does not hold is computed, network by network and picture by picture.

Every answer is kept as soon as it is there: an interrupted build goes on where it was. Exemplars are kept in a
store of their own, which grows when more is mined.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catvis.cache import Cache
from catvis.compute.codec import decode, encode
from catvis.digests import digest
from catvis.networks.source import NetworkSource
from catvis.plan import (
    METHOD,
    AblationJob,
    Answer,
    ControlJob,
    DifferenceJob,
    EdgesJob,
    ExemplarsJob,
    InputJob,
    Job,
    MaximizeJob,
    PeakJob,
    ScoresJob,
    Subject,
    TileJob,
)
from catvis.settings import Settings

if TYPE_CHECKING:
    from catvis.compute.subject import SubjectWork
    from catvis.networks.network import Network

_KEPT_SUBJECTS = 3
"""How many forward passes are kept for later rounds; a large network's takes 200 MB."""

_NOUNS: dict[type[Any], str] = {
    ScoresJob: "classifications",
    PeakJob: "activations",
    EdgesJob: "edge weights",
    AblationJob: "ablations",
    InputJob: "inputs",
    TileJob: "tiles",
    ControlJob: "controls",
    DifferenceJob: "differences",
    MaximizeJob: "optimised pictures",
    ExemplarsJob: "exemplar grids",
}

Progress = Callable[[str, int, int], None]
"""Told of work: what is computed, how many are done, how many there are."""


@dataclass
class Engine:
    """Computes answers.

    Attributes:
        settings: device and memory.
        cache: where answers are kept.
        networks: sources by the network's digest.
        pictures: files by the digest of their bytes.
        progress: is told what is computed.
        quiet: show no other progress either.
        note: is told once what a reader should know of a network.
        computed: every job that was not in the cache, in the order of its computation.
    """

    settings: Settings
    cache: Cache
    networks: Mapping[str, NetworkSource]
    pictures: Mapping[str, Path]
    progress: Progress = lambda *_: None
    quiet: bool = False
    note: Callable[[str], None] = lambda _: None
    computed: list[Job] = field(default_factory=list)
    _open: dict[str, Network] = field(default_factory=dict)
    _subjects: dict[Subject, SubjectWork] = field(default_factory=dict)

    def answers(self, jobs: Iterable[Job]) -> dict[Job, Answer]:
        """Answer jobs, each once.

        Raises:
            CatvisError: a network, a picture or a unit is not what the job needs.
        """
        found: dict[Job, Answer] = {}
        missing: dict[type[Any], list[Any]] = {}
        for job in dict.fromkeys(jobs):
            stored = None if isinstance(job, ExemplarsJob) else self.cache.get(_key(job))
            if stored is None:
                missing.setdefault(type(job), []).append(job)
            else:
                found[job] = decode(stored)
        for kind in _NOUNS:
            wanted = missing.get(kind, [])
            for done, (job, answer) in enumerate(self._compute(kind, wanted) if wanted else (), 1):
                if not isinstance(job, ExemplarsJob):
                    self.cache.put(_key(job), encode(answer))
                    self.computed.append(job)
                found[job] = answer
                self.progress(_NOUNS[kind], done, len(wanted))
        return found

    def _compute(self, kind: type[Any], jobs: list[Any]) -> Iterator[tuple[Job, Answer]]:
        if kind is MaximizeJob:
            yield from self._maximized(jobs)
        elif kind is ExemplarsJob:
            yield from self._exemplars(jobs)
        elif kind is ControlJob:
            yield from self._controls(jobs)
        elif kind is DifferenceJob:
            yield from self._differences(jobs)
        else:
            by_subject: dict[Subject, list[Any]] = {}
            for job in jobs:
                by_subject.setdefault(job.subject, []).append(job)
            for subject, mine in by_subject.items():
                yield from self._on_subject(kind, self._work(subject), mine)

    def _on_subject(
        self, kind: type[Any], work: SubjectWork, jobs: list[Any]
    ) -> Iterator[tuple[Job, Answer]]:
        if kind is ScoresJob:
            yield from ((job, work.scores()) for job in jobs)
        elif kind is PeakJob:
            yield from ((job, work.peak(job)) for job in jobs)
        elif kind is InputJob:
            yield from ((job, work.input()) for job in jobs)
        elif kind is EdgesJob:
            yield from work.edges(jobs)
        elif kind is AblationJob:
            yield from work.ablations(jobs)
        else:
            with ThreadPoolExecutor(os.cpu_count()) as workers:
                yield from work.tiles(jobs, workers)

    def _controls(self, jobs: list[ControlJob]) -> Iterator[tuple[Job, Answer]]:
        from catvis.compute.comparison import control

        for job in jobs:
            yield job, control(self._work(job.tile.subject), job, self.settings.memory)

    def _differences(self, jobs: list[DifferenceJob]) -> Iterator[tuple[Job, Answer]]:
        from catvis.compute.comparison import difference

        for job in jobs:
            yield job, difference(self._work(job.first.subject), self._work(job.second.subject), job)

    def _maximized(self, jobs: list[MaximizeJob]) -> Iterator[tuple[Job, Answer]]:
        from catvis.compute.maximized import maximized

        for job in jobs:
            yield job, maximized(self._network(job.network), job, self.progress)

    def _exemplars(self, jobs: list[ExemplarsJob]) -> Iterator[tuple[Job, Answer]]:
        from catvis.compute.exemplars import exemplars

        by_network: dict[str, list[ExemplarsJob]] = {}
        for job in jobs:
            by_network.setdefault(job.network, []).append(job)
        for name, mine in by_network.items():
            load = partial(self._network, name)
            yield from exemplars(self.networks[name], load, mine, self.settings, quiet=self.quiet)

    def _network(self, name: str) -> Network:
        if name not in self._open:
            from catvis.networks.rectification import notice

            network = self.networks[name].load().to(self.settings.device)
            if said := notice(network.card.name, network.graph):
                self.note(said)
            self._open[name] = network
        return self._open[name]

    def _work(self, subject: Subject) -> SubjectWork:
        from catvis.compute.subject import SubjectWork
        from catvis.networks.pictures import read_picture

        if subject not in self._subjects:
            while len(self._subjects) >= _KEPT_SUBJECTS:
                self._subjects.pop(next(iter(self._subjects)))
            network = self._network(subject.network)
            seen = network.preprocessing.fit(read_picture(self.pictures[subject.picture]), subject.fit)
            self._subjects[subject] = SubjectWork(network, seen, self.settings.memory)
        return self._subjects[subject]


def _key(job: Job) -> str:
    return digest("job", METHOD, job)
