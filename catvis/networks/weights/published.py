"""What is known of a file that somebody else publishes; `fetching`, beside this, downloads it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from catvis.frozen import Frozen


class PublishedFile(Frozen):
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

    def hash_of(self, file: Path) -> str:
        """A file's hash by the algorithm that is known of this one."""
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, self.algorithm).hexdigest()

    def is_in(self, file: Path) -> bool:
        """Whether a file is the published one."""
        return self.hash_of(file).startswith(self.checksum)


class KnownWeights(Frozen):
    """What a network's weights may be called and where they are published.

    Attributes:
        network: the network's name.
        names: file names that it can be read from, best first.
        published: the file that `fetch_weights` gets; one of ``names``.
    """

    network: str
    names: tuple[str, ...]
    published: PublishedFile
