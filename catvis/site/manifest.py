"""What lies in a site: a file of its own says which files a build wrote, and what they held.

To find out that they are all there costs what reading them costs: a build that changes nothing does little else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from catvis.digests import file_digest

MARK = ".catvis-site.json"
JEKYLL_MARK = ".catvis-jekyll.json"
"""The same in somebody's Jekyll site; a name that Jekyll leaves alone."""


def manifest(site: Path, mark: str = MARK) -> dict[str, str]:
    """The digests of a site's files by path, as they were written; empty where there is no site.

    Args:
        site: the folder.
        mark: the file in it that holds them.
    """
    try:
        found = json.loads((site / mark).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def manifest_text(names: Mapping[str, str]) -> str:
    """A manifest as it lies in a file."""
    return json.dumps(names, indent=0, sort_keys=True)


def is_intact(site: Path, expected: Mapping[str, str]) -> bool:
    """Whether files of a site are all there, as they were written.

    Args:
        site: the folder.
        expected: their digests by path below it.
    """
    by_folder: dict[str, list[tuple[str, str]]] = {}
    for path, digest in expected.items():
        folder, _, name = f"{site}/{path}".rpartition("/")
        by_folder.setdefault(folder, []).append((name, digest))
    files: dict[int, tuple[str, str]] = {}
    try:
        for folder, names in by_folder.items():
            nodes = _nodes(folder)
            for name, digest in names:
                # One file that lies in several places is read once, if the same is expected of it.
                if files.setdefault(nodes[name], (f"{folder}/{name}", digest))[1] != digest:
                    return False
        return bool(expected) and all(file_digest(file) == digest for file, digest in files.values())
    except (OSError, KeyError):
        return False


def _nodes(folder: str) -> dict[str, int]:
    """What a folder's files are to the disk, by name; a link to a file is none."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.inode() for entry in entries if entry.is_file(follow_symlinks=False)}
