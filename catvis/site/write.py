"""Putting a site in its place: complete beside the old one first, then swapped in; nothing half-built is visible.

A folder is only ever replaced if it is empty or holds `MARK`, which every site that was built here does, and what
else somebody put into a site moves along: a mistaken ``--site`` never costs anybody's files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from catvis.digests import data_digest
from catvis.errors import CatvisError, UsageError, shown_path
from catvis.site.manifest import MARK, manifest, manifest_text

JEKYLL = "jekyll"
RESERVED = frozenset({JEKYLL, "fonts", "index.html", "feed.xml", "sitemap.xml", "robots.txt"})
"""What lies in a site beside its posts, such as `JEKYLL` with a copy of each; no post can be called so."""


class NewFiles(ABC):
    """Files that will take the place of those that an earlier build wrote.

    Attributes:
        old: what that build wrote: digests by path.
        written: how many files are new or changed.
        kept: how many are as they were.
        names: digests of the files so far, by path.
    """

    def __init__(self, old: Mapping[str, str]) -> None:
        self.old = old
        self.written = self.kept = 0
        self.names: dict[str, str] = {}

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Put a file there.

        Args:
            name: its path, with ``/`` between folders.
            data: its bytes.

        Raises:
            CatvisError: the disk refuses it.
        """

    @abstractmethod
    def keep(self, names: Iterable[str]) -> None:
        """Take files over as they are.

        Raises:
            CatvisError: the disk refuses it.
        """

    def _placed(self, name: str, digest: str, *, kept: bool) -> None:
        self.names[name] = digest
        self.kept += kept
        self.written += not kept


class NewSite(NewFiles):
    """A site that grows beside the old one, file by file; see `new_site`."""

    def __init__(self, site: Path, beside: Path) -> None:
        super().__init__(manifest(site))
        self._site, self._beside = site, beside
        self._from, self._to = f"{site}{os.sep}", f"{beside}{os.sep}"
        self._by_digest: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, name: str, data: bytes) -> None:
        """Put a file into the site; equal bytes are stored once, what has not changed is linked, not written."""
        digest = data_digest(data)
        with reported(self._site):
            unchanged = self.old.get(name) == digest and holds(self._site / name, data)
            if not (unchanged and self._linked(self._from + name, name)):
                twin, unchanged = self._by_digest.get(digest), False
                if twin is None or not self._linked(self._to + twin, name):
                    Path(self._target(name)).write_bytes(data)
        self._placed(name, digest, kept=unchanged)

    def keep(self, names: Iterable[str]) -> None:
        """Take files over from the old site as they are."""
        with reported(self._site):
            for name in names:
                if not self._linked(self._from + name, name):
                    shutil.copy2(self._from + name, self._target(name))
                self._placed(name, self.old[name], kept=True)

    def finish(self) -> None:
        """Take over what others put into the old site, and let this one take its place.

        Raises:
            CatvisError: the disk refuses it.
        """
        with reported(self._site):
            self._carry_over()
            (self._beside / MARK).write_text(manifest_text(self.names), encoding="utf-8")
            self._beside.chmod(0o755)
            _swap(self._site, self._beside)

    def _placed(self, name: str, digest: str, *, kept: bool) -> None:
        super()._placed(name, digest, kept=kept)
        self._by_digest.setdefault(digest, name)

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
    with reported(site):
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
    with reported(site):
        _recover(site)
        _refuse_strangers(site)


def holds(file: Path, data: bytes) -> bool:
    """Whether a file is there with just these bytes."""
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
def reported(site: Path) -> Iterator[None]:
    """Say what a disk refuses.

    Raises:
        CatvisError: it refuses something.
    """
    try:
        yield
    except OSError as error:
        raise CatvisError(f"the site {shown_path(site)} cannot be written: {error.strerror}") from error
