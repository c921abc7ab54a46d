"""Where a network comes from: what is known of it before it is opened, and how to open it.

A build asks the source for digest, card and preprocessing, which need no torch, and loads the network only
where a result is missing from the cache.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from catvis.digests import file_digest
from catvis.errors import WeightsError, shown_path
from catvis.networks.card import NetworkCard
from catvis.networks.preprocessing import Preprocessing

if TYPE_CHECKING:
    from catvis.networks.network import Network


@dataclass(frozen=True)
class NetworkSource(ABC):
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


def weights_digest(file: Path) -> str:
    """Hex digest of a file's bytes.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        return file_digest(file)
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror}") from error
