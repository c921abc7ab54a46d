"""Putting a site in its place: complete beside the old one first, then swapped in; nothing half-built is visible.

A folder is only ever replaced if it is empty or holds `MARK`, which every site that was built here does, and what
else somebody put into a site moves along: a mistaken ``--site`` never costs anybody's files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path

MARK = ".catvis-site.json"
Files = Mapping[str, bytes]
"""Contents by path below the site, with ``/`` between folders."""


def write_site(site: Path, files: Files) -> tuple[int, int]:
    """Replace a site by these files; what has not changed is linked, not written.

    Args:
        site: the folder.
        files: everything that the site is to hold.

    Returns:
        How many files were written, and how many were kept as they were.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be written.
    """
    check_place(site)
    old = manifest(site)
    new = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with _reported(site):
        site.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{site.name}-", dir=site.parent))
        try:
            kept = sum(
                _place(site, beside, name, data, old.get(name) == new[name]) for name, data in files.items()
            )
            _carry_over(site, beside, old.keys() | new.keys() | {MARK})
            (beside / MARK).write_text(json.dumps(new, indent=0, sort_keys=True), encoding="utf-8")
            beside.chmod(0o755)
            _swap(site, beside)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    return len(files) - kept, kept


def other_files(site: Path, files: Files, named: Sequence[str]) -> dict[str, bytes]:
    """What a build of named posts leaves as it is: other posts, and what speaks of all of them, such as a feed.

    Args:
        site: the folder.
        files: what the build made.
        named: the posts that it was asked for; nothing is left where it was asked for all.
    """
    if not named:
        return {}
    theirs = tuple(name.removesuffix("index.html") for name in files if name.endswith("/index.html"))
    return {
        name: (site / name).read_bytes()
        for name in manifest(site)
        if ("/" not in name or name not in files) and not name.startswith(theirs) and (site / name).is_file()
    }


def check_place(site: Path) -> None:
    """Check that a site may be put into a folder; what a swap that was cut short left there is mended.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be read.
    """
    with _reported(site):
        _recover(site)
        _refuse_strangers(site)


def manifest(site: Path) -> dict[str, str]:
    """The digests of a site's files by path, as they were written; empty where there is no site."""
    try:
        found = json.loads((site / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_intact(site: Path) -> bool:
    """Whether a site's files are all there, as they were written."""
    expected = manifest(site)
    try:
        return bool(expected) and all(
            hashlib.sha256((site / name).read_bytes()).hexdigest() == digest
            for name, digest in expected.items()
        )
    except OSError:
        return False


def _place(site: Path, beside: Path, name: str, data: bytes, unchanged: bool) -> bool:
    """Put one file into the new site; give whether the old one could be kept."""
    target = beside / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if unchanged:
        try:
            if (site / name).read_bytes() == data:
                os.link(site / name, target)
                return True
        except OSError:
            pass
    target.write_bytes(data)
    return False


def _carry_over(site: Path, beside: Path, ours: Set[str]) -> None:
    """What others put into a site, such as a version control's folder, stays in it."""
    for file in site.rglob("*"):
        name = file.relative_to(site).as_posix()
        if name not in ours and (file.is_file() or file.is_symlink()):
            target = beside / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, target, follow_symlinks=False)
            except OSError:
                shutil.copy2(file, target, follow_symlinks=False)


def _swap(site: Path, beside: Path) -> None:
    previous = _previous(site)
    had_one = site.exists()
    if had_one:
        site.rename(previous)
    try:
        beside.rename(site)
    except BaseException:
        if had_one:
            previous.rename(site)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _recover(site: Path) -> None:
    """After a swap that was cut short in the middle: the old site comes back."""
    previous = _previous(site)
    if not previous.exists():
        return
    if site.exists():
        shutil.rmtree(previous, ignore_errors=True)
    else:
        previous.rename(site)


def _previous(site: Path) -> Path:
    return site.parent / f".{site.name}-previous"


def _refuse_strangers(site: Path) -> None:
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        kind = "a link" if site.is_symlink() else "a file"
        raise UsageError(f"{shown_path(site)} is {kind}, not a folder", hint="choose another with --site")
    if site.is_dir() and any(site.iterdir()) and not (site / MARK).is_file():
        raise UsageError(
            f"{shown_path(site)} holds files that are not of a site built here: it is not touched",
            hint="choose an empty or new folder with --site",
        )


@contextmanager
def _reported(site: Path) -> Iterator[None]:
    """Say what a disk refuses."""
    try:
        yield
    except OSError as error:
        raise CatvisError(f"the site {shown_path(site)} cannot be written: {error.strerror}") from error
