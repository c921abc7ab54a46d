"""Results by the digest of what they were computed from; knows no torch and no job.

A value that was cut short or altered on disk is found by its checksum and counts as missing. Writing is atomic,
so builds may share a cache and may be killed at any moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path

from catvis.errors import CatvisError, shown_path

_CHECKSUM = hashlib.sha256().digest_size
_PIECE = 4 << 20


def digest(*parts: object) -> str:
    """Hex digest of dataclasses, texts, numbers, bytes and tuples or lists of them; the order counts."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, bytes):
            encoded = part
        else:
            named = (
                [type(part).__name__, asdict(part)]
                if is_dataclass(part) and not isinstance(part, type)
                else part
            )
            encoded = json.dumps(named, ensure_ascii=False, sort_keys=True).encode()
        whole.update(len(encoded).to_bytes(8, "little"))
        whole.update(encoded)
    return whole.hexdigest()


def file_digests(*places: Path) -> dict[str, str]:
    """Hex digests of files, and of all files in folders, by absolute path; what cannot be read has none.

    A file may vanish while this looks at it, as editors' own files do.
    """
    files = {file for place in places for file in (_files_in(place) if place.is_dir() else (place,))}
    return {str(file.absolute()): _file_digest(file) for file in sorted(files) if file.is_file()}


def _files_in(folder: Path) -> Iterator[Path]:
    """All files, also behind links to other folders, each folder once."""
    seen: set[str] = set()
    for inner, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(inner)
        if real in seen or inner.endswith("__pycache__"):
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(inner, name) for name in names)


def _file_digest(file: Path) -> str:
    """SHA-256 of the SHA-256 of a file's pieces: of a network's weights all cores hash some."""

    def piece(start: int) -> bytes:
        with file.open("rb", buffering=0) as opened:
            opened.seek(start)
            return hashlib.sha256(opened.read(_PIECE)).digest()

    try:
        starts = range(0, max(file.stat().st_size, 1), _PIECE)
        if len(starts) == 1:
            return hashlib.sha256(piece(0)).hexdigest()
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return hashlib.sha256(b"".join(threads.map(piece, starts))).hexdigest()
    except OSError:
        return ""


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
        return value if hashlib.sha256(value).digest() == stored[:_CHECKSUM] else None

    def put(self, key: str, value: bytes) -> None:
        """Keep a value.

        Raises:
            CatvisError: the folder cannot be written.
        """
        file = self._file(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=".part-")
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(hashlib.sha256(value).digest() + value)
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
