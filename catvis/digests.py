"""The one hashing: what things are called by what they are; two that differ never share a name.

BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), since a build that changes nothing does little but hash.
Nothing here knows what it hashes. Time stamps play no part anywhere in the project.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from blake3 import blake3
from msgspec import Struct
from msgspec.structs import asdict

_PIECE = 16 << 20


def digest(*parts: object) -> str:
    """Hex digest of structs, texts, numbers, bytes and tuples or lists of them; order and kind count."""
    whole = blake3()
    for part in parts:
        if isinstance(part, bytes):
            kind, encoded = b"b", part
        else:
            named = [type(part).__name__, part] if isinstance(part, Struct) else part
            text = json.dumps(named, ensure_ascii=False, sort_keys=True, default=asdict)
            kind, encoded = b"j", text.encode("utf-8", "surrogatepass")  # names of files may be no text
        whole.update(kind + len(encoded).to_bytes(8, "little"))
        whole.update(encoded)
    return whole.hexdigest()


def data_digest(data: bytes) -> str:
    """Hex digest of a file's bytes, as `file_digest` gives it."""
    return blake3(data).hexdigest()


def file_digest(file: Path | str, cores: int = blake3.AUTO) -> str:
    """Hex digest of a file's bytes.

    Args:
        file: where they lie.
        cores: so many hash a large one.

    Raises:
        OSError: the file cannot be read.
    """
    handle = os.open(file, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        whole = blake3(max_threads=cores if size > _PIECE else 1)
        asked = min(size + 1, _PIECE)
        while len(piece := os.read(handle, asked)) == asked:
            whole.update(piece)
        whole.update(piece)
    finally:
        os.close(handle)
    return whole.hexdigest()


def file_digests(*places: Path) -> dict[str, str]:
    """Hex digests of files, and of all files in folders, by absolute path; "" for what cannot be read.

    A file may vanish while this looks at it, as editors' own files do. Links out of a folder are not followed: what
    is behind them is no part of it.
    """
    files = set[str]()
    for place in places:
        files |= (
            set(_files_in(place)) if place.is_dir() else {str(place.absolute())} if place.is_file() else set()
        )
    return {file: found for file in sorted(files) if (found := _readable_digest(file)) is not None}


def _readable_digest(file: str) -> str | None:
    """A file's digest, "" where it cannot be read, None where it is gone."""
    try:
        return file_digest(file)
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _files_in(folder: Path) -> Iterator[str]:
    """All files, also behind links that stay in the folder; thousands of them, so without paths.

    No pipes, which would never end, and nothing else that is no file.
    """
    home = os.path.realpath(folder)
    seen, waiting = {home}, [str(folder.absolute())]
    while waiting:
        inner = waiting.pop()
        for entry in _entries(inner):
            place = f"{inner}{os.sep}{entry.name}"
            linked = entry.is_symlink()
            if linked and not _is_below(os.path.realpath(place), home):
                continue
            if entry.is_file():
                yield place
            elif (
                entry.is_dir()
                and entry.name != "__pycache__"
                and (real := os.path.realpath(place)) not in seen
            ):
                seen.add(real)
                waiting.append(place)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies in a folder, its own files before links; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=os.DirEntry.is_symlink)
    except OSError:
        return []


def _is_below(real: str, home: str) -> bool:
    return real.startswith(f"{home}{os.sep}")
