"""What lies in a site: a file of its own says which files a build wrote, and what they held.

To find out that they are all there costs what reading them costs: a build that changes nothing does little else.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from catvis.aside import done_aside
from catvis.digests import file_digest
from catvis.page.facts import ASSETS

_MANY = 500
"""Files that are worth another process."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d-")

MARK = ".catvis-site.json"
JEKYLL_MARK = ".catvis-jekyll.json"
"""The same in somebody's Jekyll site; a name that Jekyll leaves alone."""
JEKYLL_STAGE = ".catvis-new-"
"""How the folder in a Jekyll site begins in which a build collects what it will put there."""


def stage_of(site: Path) -> str:
    """How the folder beside a site begins in which a build grows the next one."""
    return f".{site.name}-new-"


def previous_of(site: Path) -> Path:
    """Where a site is for the moment in which the next one takes its place, if that cannot be done in one step."""
    return site.parent / f".{site.name}-previous"


def is_at_rest(site: Path, *, jekyll: bool) -> bool:
    """Whether no build is writing a site, nor has left anything when it was killed.

    Args:
        site: the folder.
        jekyll: whether it is somebody's Jekyll site.
    """
    starts = (JEKYLL_STAGE,) if jekyll else (stage_of(site), previous_of(site).name)
    with os.scandir(site if jekyll else site.parent) as entries:
        return not any(entry.name.startswith(starts) for entry in entries)


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
    """A manifest as it lies in a file, a name on each line."""
    return json.dumps(names, sort_keys=True, separators=(",\n", ": "))


def post_of(name: str) -> str:
    """The post that a published file belongs to, by its path below the site; "" for one that all share."""
    if is_document(name):
        path = PurePosixPath(name)
        return _DAY.sub("", path.stem, count=1) if path.parent.name == "_posts" else path.stem
    post, _, inside = f"/{name}".partition(f"/{ASSETS}/")[2].partition("/")
    return post if inside else ""


def documents(site: Path) -> dict[str, Path]:
    """The documents that a build published, by post."""
    return {post_of(name): site / name for name in manifest(site, JEKYLL_MARK) if is_document(name)}


def is_document(name: str) -> bool:
    """Whether a published file is a post's document, and none of its assets."""
    return f"/{ASSETS}/" not in f"/{name}"


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
        every = list(files.values())
        if len(every) < _MANY:
            return bool(expected) and _are_as_written(every)
        with done_aside(partial(_are_as_written, every[::2])) as half:
            return _are_as_written(every[1::2]) and half()
    except (OSError, KeyError):
        return False


def _are_as_written(files: Sequence[tuple[str, str]]) -> bool:
    """Whether files are there with some digests; one core hashes each, since others are busy with others."""
    return all(file_digest(file, cores=1) == digest for file, digest in files)


def _nodes(folder: str) -> dict[str, int]:
    """What a folder's files are to the disk, by name; a link to a file is none."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.inode() for entry in entries if entry.is_file(follow_symlinks=False)}
