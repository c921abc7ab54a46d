"""Whether anything that a site was built from has changed: digests only, no time stamps.

A record of every file that a build could read is kept in the cache. Where all of them are as they were and the
site is intact, there is nothing to do, and no network, no YAML and no template is opened to find that out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from catvis.cache import Cache, digest
from catvis.settings import Settings
from catvis.site.write import is_intact

_SOURCES = Path(__file__).parents[2]


def inputs(settings: Settings, weights: Iterable[Path]) -> dict[str, str]:
    """Digests by path of all that a build could read: content, templates, the program and weights files."""
    program = [
        file
        for folder in (_SOURCES / "catvis", _SOURCES / "templates")
        for file in folder.rglob("*")
        if "__pycache__" not in file.parts
    ]
    content = [file for file in settings.content.rglob("*") if not file.is_symlink() or file.exists()]
    files = sorted({file.absolute() for file in (*program, *content, *weights) if file.is_file()})
    return {str(file): _digest(file) for file in files}


def is_up_to_date(cache: Cache, settings: Settings, request: tuple[object, ...]) -> bool:
    """Whether a site is what this request would build again."""
    stored = cache.get(_key(settings, request))
    if stored is None:
        return False
    recorded = json.loads(stored)
    weights = [Path(file) for file in recorded["weights"]]
    return bool(recorded["inputs"] == inputs(settings, weights)) and is_intact(settings.site)


def keep_record(
    cache: Cache, settings: Settings, request: tuple[object, ...], weights: Iterable[Path]
) -> None:
    """Remember what a site was built from."""
    files = sorted(weights)
    record = {"weights": [str(file.absolute()) for file in files], "inputs": inputs(settings, files)}
    cache.put(_key(settings, request), json.dumps(record, sort_keys=True).encode())


def _key(settings: Settings, request: tuple[object, ...]) -> str:
    folders = (settings.content, settings.site, settings.weights or "", settings.downloads)
    return digest(
        "record", [str(Path(folder).absolute()) for folder in folders], settings.network, list(request)
    )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
