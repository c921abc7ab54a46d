"""What every job is: a question, named by all that its answer depends on, that knows how to answer itself.

A job is small frozen data and knows no torch until it runs. Equal jobs are one job, whoever asks for them: a
figure, the command line, another job.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar

from catvis.digests import digest
from catvis.frozen import AbstractFrozen, Frozen
from catvis.jobs.versions import version
from catvis.results import Gathered
from catvis.terms import Fit, Unit

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from catvis.jobs.look import Look
    from catvis.networks.network import Network
    from catvis.networks.source import NetworkSource
    from catvis.progress import Progress

A = TypeVar("A")


class Subject(Frozen):
    """A network on a picture, both by digest.

    Attributes:
        network: digest of the network: weights, architecture and preprocessing.
        picture: digest of the picture file's bytes.
        fit: how a picture of another shape gets the network's.
        silenced: units that are held at 0.
    """

    network: str
    picture: str
    fit: Fit = "crop"
    silenced: tuple[Unit, ...] = ()


class Work(Protocol):
    """What jobs run with; `catvis.jobs.engine.Engine` is it."""

    @property
    def progress(self) -> Progress:
        """Is told of work within one job."""

    @property
    def cores(self) -> Executor:
        """All cores, for work that lets them run side by side."""

    @property
    def stores(self) -> Path:
        """The folder of exemplar stores."""

    def look(self, subject: Subject) -> Look:
        """The network's forward pass on the picture."""

    def network(self, digest: str) -> Network:
        """The network, opened."""

    def source(self, digest: str) -> NetworkSource:
        """Where the network comes from."""

    def file(self, picture: str) -> Path:
        """Where a picture lies."""


class Job(AbstractFrozen, Generic[A]):
    """A question whose answer is an ``A``; every kind is frozen data.

    Attributes:
        noun: what its answers are called, in the plural, where progress is shown.
        is_slow: whether answering takes so long that it waits until nothing else can be asked for.
        is_kept: whether the cache keeps its answers; those of a store of their own are not.
        is_large: whether it holds pictures itself, so that nobody should remember many of them.
    """

    noun: ClassVar[str]
    is_slow: ClassVar[bool] = False
    is_kept: ClassVar[bool] = True
    is_large: ClassVar[bool] = False

    @property
    @abstractmethod
    def bench(self) -> Hashable:
        """What jobs of a kind must have in common to be answered together: a subject, a network."""

    @classmethod
    @abstractmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, A]]:
        """Answer jobs of one bench, each as soon as its answer is there, in any order.

        Raises:
            CatvisError: a network, a picture or a unit is not what a job needs.
        """

    def key(self) -> str:
        """The digest under which the answer is kept: the job, and the version of all code that answers it."""
        return digest("job", version(type(self).__module__), self)


class SubjectJob(Job[A]):
    """A question of a network on a picture; one forward pass answers all that are asked of the same.

    Attributes:
        subject: the network and the picture.
    """

    subject: Subject

    @property
    def bench(self) -> Hashable:
        """The subject."""
        return self.subject


class NetworkJob(Job[A]):
    """A question of a network, whatever the picture.

    Attributes:
        network: by digest.
    """

    network: str

    @property
    def bench(self) -> Hashable:
        """The network."""
        return self.network


class CollectionJob(Job[A]):
    """A question of a network over the pictures of a collection; one look through them serves all.

    Attributes:
        network: by digest.
        gathered: which collection was mined.
    """

    is_slow: ClassVar[bool] = True
    network: str
    gathered: Gathered

    @property
    def bench(self) -> Hashable:
        """The network and the collection."""
        return self.network, self.gathered


class AnswerJob(Job[A]):
    """A question of other jobs' answers, which it holds; no network is needed."""

    is_large: ClassVar[bool] = True

    @property
    def bench(self) -> Hashable:
        """Nothing: all are answered together."""
        return ()


class Answers:
    """Answers by job."""

    def __init__(self, known: Mapping[Job[Any], Any] | None = None) -> None:
        self._known = dict(known or {})

    def __contains__(self, job: object) -> bool:
        return job in self._known

    def __getitem__(self, job: Job[A]) -> A:
        found: A = self._known[job]
        return found

    def add(self, job: Job[A], answer: A) -> None:
        """Take note of an answer."""
        self._known[job] = answer

    def update(self, more: Answers) -> None:
        """Take note of more answers."""
        self._known.update(more._known)
