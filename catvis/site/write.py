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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path

MARK = ".catvis-site.json"


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
        self.names: dict[str, str] = {}
        self._by_digest: dict[str, str] = {}
        self._folders: set[Path] = set()

    def put(self, name: str, data: bytes) -> None:
        """Put a file into the site; equal bytes are stored once, what has not changed is linked, not written.

        Args:
            name: its path below the site, with ``/`` between folders.
            data: its bytes.

        Raises:
            CatvisError: the disk refuses it.
        """
        digest = hashlib.sha256(data).hexdigest()
        with _reported(self._site):
            unchanged = self.old.get(name) == digest and _holds(self._site / name, data)
            twin = self._by_digest.get(digest)
            if not (unchanged and self._linked(self._site / name, name)):
                if twin is None or not self._linked(self._beside / twin, name):
                    self._target(name).write_bytes(data)
                unchanged = False
        self._placed(name, digest, kept=unchanged)

    def keep(self, names: Iterable[str]) -> None:
        """Take files over from the old site as they are.

        Raises:
            CatvisError: the disk refuses it.
        """
        with _reported(self._site):
            for name in names:
                if not self._linked(self._site / name, name):
                    shutil.copy2(self._site / name, self._target(name))
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

    def _target(self, name: str) -> Path:
        target = self._beside / name
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target

    def _linked(self, file: Path, name: str) -> bool:
        try:
            os.link(file, self._target(name), follow_symlinks=False)
        except OSError:
            return False
        return True

    def _carry_over(self) -> None:
        """What others put into a site, such as a version control's folder, stays in it."""
        ours = self.old.keys() | self.names.keys() | {MARK}
        for file in self._site.rglob("*"):
            name = file.relative_to(self._site).as_posix()
            if name not in ours and (file.is_file() or file.is_symlink()) and not self._linked(file, name):
                shutil.copy2(file, self._target(name), follow_symlinks=False)


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


def manifest(site: Path) -> dict[str, str]:
    """The digests of a site's files by path, as they were written; empty where there is no site."""
    try:
        found = json.loads((site / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_intact(site: Path, expected: Mapping[str, str]) -> bool:
    """Whether files of a site are all there, as they were written.

    Args:
        site: the folder.
        expected: their digests by path below it.
    """
    seen: dict[int, str] = {}

    def holds(name: str, digest: str) -> bool:
        with (site / name).open("rb", buffering=0) as opened:
            node = os.fstat(opened.fileno()).st_ino
            if node not in seen:  # one file that lies in several places is read once
                seen[node] = hashlib.sha256(opened.read()).hexdigest()
            return seen[node] == digest

    try:
        return bool(expected) and all(holds(name, digest) for name, digest in expected.items())
    except OSError:
        return False


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
