"""Putting a site in its place: complete beside the old one first, then swapped in; nothing half-built is visible.

A folder is only ever replaced if it is empty or holds `MARK`, which every site that was built here does, and what
else somebody put into a site moves along: a mistaken ``--site`` never costs anybody's files.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catvis.digests import data_digest
from catvis.errors import CatvisError, UsageError, shown_path
from catvis.site.manifest import MARK, manifest


class NewSite:
    """A site that grows beside the old one, file by file; see `new_site`.

    Attributes:
        old: the old site's manifest.
        written: how many files are new or changed.
        kept: how many are as they were.
        names: digests of its files so far, by path below it.
    """

    def __init__(self, site: Path, beside: Path) -> None:
        self.old = manifest(site)
        self.written = self.kept = 0
        self._site, self._beside = site, beside
        self._from, self._to = f"{site}{os.sep}", f"{beside}{os.sep}"
        self.names: dict[str, str] = {}
        self._by_digest: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, name: str, data: bytes) -> None:
        """Put a file into the site; equal bytes are stored once, what has not changed is linked, not written.

        Args:
            name: its path below the site, with ``/`` between folders.
            data: its bytes.

        Raises:
            CatvisError: the disk refuses it.
        """
        digest = data_digest(data)
        with _reported(self._site):
            unchanged = self.old.get(name) == digest and _holds(self._site / name, data)
            if not (unchanged and self._linked(self._from + name, name)):
                twin, unchanged = self._by_digest.get(digest), False
                if twin is None or not self._linked(self._to + twin, name):
                    Path(self._target(name)).write_bytes(data)
        self._placed(name, digest, kept=unchanged)

    def keep(self, names: Iterable[str]) -> None:
        """Take files over from the old site as they are.

        Raises:
            CatvisError: the disk refuses it.
        """
        with _reported(self._site):
            for name in names:
                if not self._linked(self._from + name, name):
                    shutil.copy2(self._from + name, self._target(name))
                self._placed(name, self.old[name], kept=True)

    def finish(self) -> None:
        """Take over what others put into the old site, and let this one take its place.

        Raises:
            CatvisError: the disk refuses it.
        """
        with _reported(self._site):
            self._carry_over()
            mark = json.dumps(self.names, indent=0, sort_keys=True)
            (self._beside / MARK).write_text(mark, encoding="utf-8")
            self._beside.chmod(0o755)
            _swap(self._site, self._beside)

    def _placed(self, name: str, digest: str, *, kept: bool) -> None:
        self.names[name] = digest
        self._by_digest.setdefault(digest, name)
        self.kept += kept
        self.written += not kept

    def _target(self, name: str) -> str:
        target = self._to + name
        folder = target.rpartition("/")[0]
        if folder not in self._folders:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return target

    def _linked(self, file: str, name: str) -> bool:
        try:
            os.link(file, self._target(name), follow_symlinks=False)
        except OSError:
            return False
        return True

    def _carry_over(self) -> None:
        """What others put into a site, such as a version control's folder, stays in it."""
        ours = self.old.keys() | self.names.keys() | {MARK}
        for folder, folders, files in os.walk(self._site):
            inside = folder[len(self._from) :].replace(os.sep, "/")
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (f"{inside}/{file}" if inside else file for file in (*files, *links)):
                if name not in ours and not self._linked(self._from + name, name):
                    shutil.copy2(self._from + name, self._target(name), follow_symlinks=False)


@contextmanager
def new_site(site: Path) -> Iterator[NewSite]:
    """Make a site that takes the place of another when it is complete.

    Args:
        site: the folder.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be written.
    """
    check_place(site)
    with _reported(site):
        site.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{site.name}-", dir=site.parent))
    try:
        new = NewSite(site, beside)
        yield new
        new.finish()
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def check_place(site: Path) -> None:
    """Check that a site may be put into a folder; what a swap that was cut short left there is mended.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be read.
    """
    with _reported(site):
        _recover(site)
        _refuse_strangers(site)


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False


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
