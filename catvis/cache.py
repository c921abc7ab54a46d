"""Results by the digest of what they were computed from; knows no torch and no job.

A value that was cut short, altered, or put under another key on disk is found by its checksum and counts as
missing. Writing is atomic, so builds may share a cache and may be killed at any moment: what a killed one has
written of a value is where the next one writes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from catvis.errors import CatvisError, shown_path
from catvis.frozen import Frozen
from catvis.interruption import done_whole

_CHECKSUM = blake3.digest_size
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


class Cache(Frozen):
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
        file = self._file(key)
        part = file.with_name(f".part-{file.name}")
        try:
            with done_whole(), _opened(part) as opened:
                if _is_ours(part, opened):
                    try:
                        opened.truncate(0)
                        opened.write(_checksum(key, value) + value)
                        opened.flush()
                        part.replace(file)
                    except BaseException:
                        part.unlink(missing_ok=True)
                        raise
        except OSError as error:
            raise CatvisError(
                f"the cache {shown_path(self.folder)} cannot be written: {error.strerror}",
                hint="choose another folder with --cache",
            ) from error

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def _opened(part: Path) -> BinaryIO:
    try:
        return part.open("ab")
    except FileNotFoundError:
        part.parent.mkdir(parents=True, exist_ok=True)
        return part.open("ab")


def _is_ours(part: Path, opened: BinaryIO) -> bool:
    """Whether nobody else writes the same value, nor has just put it in its place."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    try:
        return os.path.samestat(os.fstat(opened.fileno()), part.stat())
    except FileNotFoundError:
        return False


def _checksum(key: str, value: bytes) -> bytes:
    """Covers the key, too; keys are digests, all of one length."""
    return blake3(key.encode()).update(value).digest()
