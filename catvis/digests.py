"""The one hashing: what things are called by what they are; two that differ never share a name.

Nothing here knows what it hashes. Time stamps play no part anywhere in the project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, is_dataclass
from pathlib import Path
from stat import S_ISREG

_PIECE = 4 << 20


def digest(*parts: object) -> str:
    """Hex digest of dataclasses, texts, numbers, bytes and tuples or lists of them; order and kind count."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, bytes):
            kind, encoded = b"b", part
        else:
            named = (
                [type(part).__name__, asdict(part)]
                if is_dataclass(part) and not isinstance(part, type)
                else part
            )
            kind, encoded = b"j", json.dumps(named, ensure_ascii=False, sort_keys=True).encode()
        whole.update(kind + len(encoded).to_bytes(8, "little"))
        whole.update(encoded)
    return whole.hexdigest()


def file_digest(file: Path) -> str:
    """Hex digest of a file's bytes: of a large one the digest of its pieces', which all cores hash at once.

    Raises:
        OSError: the file cannot be read.
    """

    def piece(start: int) -> bytes:
        with file.open("rb", buffering=0) as opened:
            opened.seek(start)
            return hashlib.sha256(opened.read(_PIECE)).digest()

    with file.open("rb", buffering=0) as opened:
        size = os.fstat(opened.fileno()).st_size
        if size <= _PIECE:
            return hashlib.sha256(opened.read()).hexdigest()
    starts = range(0, size, _PIECE)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return hashlib.sha256(b"".join(threads.map(piece, starts))).hexdigest()


def file_digests(*places: Path) -> dict[str, str]:
    """Hex digests of files, and of all files in folders, by absolute path; "" for what cannot be read.

    A file may vanish while this looks at it, as editors' own files do.
    """
    files = set[str]()
    for place in places:
        files |= set(_files_in(place)) if place.is_dir() else {str(place.absolute())}
    return {file: found for file in sorted(files) if (found := _readable_digest(file)) is not None}


def _readable_digest(file: str) -> str | None:
    """A file's digest, "" where it cannot be read, None where there is none; a pipe would never end."""
    path = Path(file)
    try:
        return file_digest(path) if S_ISREG(path.stat().st_mode) else None
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _files_in(folder: Path) -> Iterator[str]:
    """All files, also behind links to other folders, each folder once; thousands of them, so without paths."""
    seen: set[str] = set()
    for inner, folders, names in os.walk(folder.absolute(), followlinks=True):
        real = os.path.realpath(inner)
        if real in seen or inner.endswith("__pycache__"):
            folders.clear()
            continue
        seen.add(real)
        yield from (f"{inner}{os.sep}{name}" for name in names)
