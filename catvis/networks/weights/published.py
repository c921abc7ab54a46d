"""What is known of a file that somebody else publishes. Data alone: `fetching`, beside this, downloads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PublishedFile:
    """A file of weights.

    Attributes:
        name: what it is called here.
        address: where it is published.
        megabytes: its size, roughly.
        algorithm: which hash is known.
        checksum: that hash in hex digits, or its beginning.
        licence: what its publisher allows.
    """

    name: str
    address: str
    megabytes: int
    algorithm: Literal["sha1", "sha256"]
    checksum: str
    licence: str
