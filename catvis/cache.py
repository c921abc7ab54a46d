"""Results by the digest of what they were computed from; knows no torch and no job.

A value that was cut short, altered, or put under another key on disk is found by its checksum and counts as
missing. Writing is atomic, so builds may share a cache and may be killed at any moment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from catvis.errors import CatvisError, shown_path

_CHECKSUM = blake3.digest_size


@dataclass(frozen=True)
class Cache:
    """A folder of results; made when the first one is kept."""

    folder: Path

    def get(self, key: str) -> bytes | None:
        """The value under a key, or None where there is none that can be trusted."""
        try:
            stored = self._file(key).read_bytes()
        except OSError:
            return None
        value = stored[_CHECKSUM:]
        return value if _checksum(key, value) == stored[:_CHECKSUM] else None

    def put(self, key: str, value: bytes) -> None:
        """Keep a value.

        Raises:
            CatvisError: the folder cannot be written.
        """
        import tempfile

        file = self._file(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=".part-")
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(_checksum(key, value) + value)
                Path(name).replace(file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise CatvisError(
                f"the cache {shown_path(self.folder)} cannot be written: {error.strerror}",
                hint="choose another folder with --cache",
            ) from error

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def _checksum(key: str, value: bytes) -> bytes:
    """Covers the key, too; keys are digests, all of one length."""
    return blake3(key.encode()).update(value).digest()
