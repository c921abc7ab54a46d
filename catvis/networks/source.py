"""Where a network comes from: what is known of it before it is opened, and how to open it.

A build asks the source for digest, card and preprocessing, which need no torch, and loads the network only
where a result is missing from the cache.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from catvis.digests import digest, file_digest
from catvis.errors import WeightsError, shown_path
from catvis.frozen import AbstractFrozen
from catvis.networks.known_layers import Layer, NetworkCard
from catvis.networks.preprocessing import Preprocessing

if TYPE_CHECKING:
    from catvis.networks.graph import Graph
    from catvis.networks.network import Network


class NetworkSource(AbstractFrozen, dict=True):
    """A network that can be loaded.

    Attributes:
        name: as the registry and `paths.yaml` write it.
        files: what the network is made of, weights first.
        has_world: whether the drawn world is its collection: it was trained there, so that exemplars need no
            data set.
    """

    name: str
    files: tuple[Path, ...]
    has_world: ClassVar[bool] = False

    @abstractmethod
    def digest(self) -> str:
        """Hex digest of all that the network's values depend on: weights, architecture and preprocessing.

        Raises:
            WeightsError: a file cannot be read.
        """

    @abstractmethod
    def preprocessing(self) -> Preprocessing:
        """How the network wants its pictures; knows no torch."""

    @abstractmethod
    def card(self) -> NetworkCard:
        """The network's facts, its digest among them."""

    @abstractmethod
    def load(self) -> Network:
        """Open the network.

        Raises:
            WeightsError: a file is missing, damaged, of another kind, or of another network.
        """


class BuiltSource(NetworkSource):
    """A source that says what it is piece by piece: digest, card and network are put together here."""

    version: ClassVar[str]
    """What a graph computes from the same files changes only with this."""

    def digest(self) -> str:
        """Cover the weights' bytes, the architecture and the preprocessing."""
        return self._digest

    def preprocessing(self) -> Preprocessing:
        """How the network wants its pictures."""
        return self._preprocessing

    def card(self) -> NetworkCard:
        """Say what is known without the weights' numbers."""
        return self._card(self._layers(None))

    def load(self) -> Network:
        """Give the architecture its tensors."""
        from catvis.networks.network import Network

        graph = self._graph()
        return Network(self._card(self._layers(graph)), graph, self._preprocessing)

    def _card(self, layers: tuple[Layer, ...]) -> NetworkCard:
        return NetworkCard(self.name, self._digest, layers, self._preprocessing.size, self._labels())

    @cached_property
    def _digest(self) -> str:
        weights = weights_digest(self.files[0])
        return digest(self.version, self._identity(), weights, self._preprocessing.digest())

    @abstractmethod
    def _identity(self) -> str:
        """The architecture as the digest covers it."""

    @abstractmethod
    def _layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        """The named layers, lowest first, of an opened graph or before there is one."""

    @abstractmethod
    def _labels(self) -> tuple[str, ...]:
        """The names of the classes; empty where they are unknown."""

    @abstractmethod
    def _graph(self) -> Graph:
        """The network with its weights."""

    @cached_property
    @abstractmethod
    def _preprocessing(self) -> Preprocessing: ...


def weights_digest(file: Path) -> str:
    """Hex digest of a file's bytes.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        return file_digest(file)
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror}") from error
