"""Where a network comes from: what is known of it before it is opened, and how to open it.

A build asks the source for digest, card and preprocessing, which need no torch, and loads the network only
where a result is missing from the cache.
"""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from catvis.errors import WeightsError, shown_path
from catvis.networks.card import NetworkCard
from catvis.networks.preprocessing import Preprocessing

if TYPE_CHECKING:
    from catvis.networks.network import Network

_PIECE = 4 << 20


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


def file_digest(file: Path) -> str:
    """Hex digest of a file's bytes: the SHA-256 of the SHA-256 of its pieces, which all cores hash at once.

    Raises:
        WeightsError: the file cannot be read.
    """

    def piece(start: int) -> bytes:
        with file.open("rb", buffering=0) as opened:
            opened.seek(start)
            return hashlib.sha256(opened.read(_PIECE)).digest()

    try:
        starts = range(0, file.stat().st_size, _PIECE)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return hashlib.sha256(b"".join(threads.map(piece, starts))).hexdigest()
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror}") from error


def joined_digest(*parts: str | bytes) -> str:
    """Hex digest of several parts, each with its length, so that no two lists of parts run together."""
    joined = hashlib.sha256()
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        joined.update(len(encoded).to_bytes(8, "little"))
        joined.update(encoded)
    return joined.hexdigest()
