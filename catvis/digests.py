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

    starts = range(0, max(file.stat().st_size, 1), _PIECE)
    if len(starts) == 1:
        return piece(0).hex()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return hashlib.sha256(b"".join(threads.map(piece, starts))).hexdigest()


def file_digests(*places: Path) -> dict[str, str]:
    """Hex digests of files, and of all files in folders, by absolute path; "" for what cannot be read.

    A file may vanish while this looks at it, as editors' own files do.
    """
    files = {file for place in places for file in (_files_in(place) if place.is_dir() else (place,))}
    return {str(file.absolute()): _readable_digest(file) for file in sorted(files) if file.is_file()}


def _readable_digest(file: Path) -> str:
    try:
        return file_digest(file)
    except OSError:
        return ""


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
