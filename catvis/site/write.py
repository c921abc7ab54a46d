"""Putting a site in its place: complete beside the old one first, then swapped in; nothing half-built is visible.

A folder is only ever replaced if it is empty or holds `MARK`, which every site that was built here does. What else
somebody put into a site moves along, folders with their modes, and is never overwritten: neither a mistaken
``--site`` nor a post that is called as a file of the author's ever costs anybody's files.
"""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from catvis.aside import done_aside
from catvis.digests import data_digest
from catvis.errors import CatvisError, UsageError, shown_path
from catvis.frozen import Frozen
from catvis.site.manifest import MARK, is_intact, manifest, manifest_text, previous_of, stage_of
from catvis.site.staging import clear, exchange, staging, undisturbed

_MOST_SHOWN = 5
JEKYLL = "jekyll"
RESERVED = frozenset({JEKYLL, "fonts", "index.html", "feed.xml", "sitemap.xml", "robots.txt"})
"""What lies in a site beside its posts, such as `JEKYLL` with a copy of each; no post can be called so."""


class NewFiles(ABC):
    """Files that will take the place of those that an earlier build wrote.

    Args:
        site: where they lie.
        old: what that build wrote: digests by path.
        stack: at its end nobody works on them any more.

    Attributes:
        old: the same.
        written: how many files are new or changed.
        kept: how many are as they were.
        names: digests of the files so far, by path.
    """

    def __init__(self, site: Path, old: Mapping[str, str], stack: ExitStack) -> None:
        self.old = old
        self.written = self.kept = 0
        self.names: dict[str, str] = {}
        self._site, self._stack = site, stack
        self._taken: set[str] = set()
        self._damaged: Callable[[], list[str]] = list

    def take_over(self, posts: Mapping[str, Mapping[str, str]]) -> None:
        """Begin to take over the files of posts that will be kept, while this process does other things.

        Args:
            posts: the digests of their files by path, by post.
        """
        self._taken = {name for files in posts.values() for name in files}
        self._damaged = self._stack.enter_context(done_aside(partial(self._take_over, posts)))

    def damaged(self) -> frozenset[str]:
        """Wait until they are taken over, but for the posts that this gives: a file of theirs is not as it was.

        Raises:
            CatvisError: the disk refuses it.
        """
        with reported(self._site):
            return frozenset(self._damaged())

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Put a file there.

        Args:
            name: its path, with ``/`` between folders.
            data: its bytes.

        Raises:
            CatvisError: the disk refuses it.
        """

    def keep(self, names: Iterable[str]) -> None:
        """Keep files as they are.

        Raises:
            CatvisError: the disk refuses it.
        """
        with reported(self._site):
            for name in names:
                if name not in self._taken:
                    self._bring(name)
                self._placed(name, self.old[name], kept=True)

    @abstractmethod
    def _bring(self, name: str) -> None:
        """Bring a file that stays where the new ones are.

        Raises:
            OSError: the disk refuses it.
        """

    def _take_over(self, posts: Mapping[str, Mapping[str, str]]) -> list[str]:
        damaged = []
        for post, files in posts.items():
            if is_intact(self._site, files):
                for name in files:
                    self._bring(name)
            else:
                damaged.append(post)
        return damaged

    def _placed(self, name: str, digest: str, *, kept: bool) -> None:
        self.names[name] = digest
        self.kept += kept
        self.written += not kept


class NewSite(NewFiles):
    """A site that grows beside the old one, file by file; see `new_site`."""

    def __init__(self, site: Path, beside: Path, stack: ExitStack) -> None:
        super().__init__(site, manifest(site), stack)
        self._beside = beside
        self._from, self._to = f"{site}{os.sep}", f"{beside}{os.sep}"
        self._former = {digest: name for name, digest in self.old.items()}
        self._by_digest: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, name: str, data: bytes) -> None:
        """Put a file into the site; equal bytes are stored once, what has not changed is linked, not written."""
        digest = data_digest(data)
        unchanged = self.old.get(name) == digest
        with reported(self._site):
            former = name if unchanged else self._former.get(digest)
            if former is None or not (
                holds(self._site / former, data) and self._linked(self._from + former, name)
            ):
                twin, unchanged = self._by_digest.get(digest), False
                if twin is None or not self._linked(self._to + twin, name):
                    self._write(name, data)
        self._placed(name, digest, kept=unchanged)

    def finish(self) -> None:
        """Take over what others put into the old site, and let this one take its place.

        Raises:
            CatvisError: the disk refuses it.
        """
        with reported(self._site):
            self._carry_over(self._foreign())
            (self._beside / MARK).write_text(manifest_text(self.names), encoding="utf-8")
            self._beside.chmod(0o755)
            _swap(self._site, self._beside)

    def _bring(self, name: str) -> None:
        """Link a file of the old site."""
        if not self._linked(self._from + name, name):
            shutil.copy2(self._from + name, self._target(name))

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

    def _write(self, name: str, data: bytes) -> None:
        """Write a file that is nobody else's; the old site's may lie there under another name."""
        target = Path(self._target(name))
        target.unlink(missing_ok=True)
        target.write_bytes(data)

    def _linked(self, file: str, name: str) -> bool:
        target = self._target(name)
        try:
            os.link(file, target, follow_symlinks=False)
        except FileExistsError:
            return Path(target).samefile(file)
        except OSError:
            return False
        return True

    def _carry_over(self, foreign: _Foreign) -> None:
        """What others put into a site, such as a version control's folder, stays in it as it is."""
        foreign.refuse_losses(self._site, self.names, self._beside)
        folders = [name for name in foreign.folders if name not in self.names]
        for name in folders:
            Path(self._to + name).mkdir(exist_ok=True)
        for name in foreign.files:
            if name not in self.names and not self._linked(self._from + name, name):
                shutil.copy2(self._from + name, self._target(name), follow_symlinks=False)
        for name in reversed(folders):  # what lies in a folder changes its time, and may not be written later
            shutil.copystat(self._from + name, self._to + name)

    def _foreign(self) -> _Foreign:
        """What the old site holds beside what a build put there.

        Raises:
            CatvisError: some of it cannot be read.
        """
        ours = {MARK, *self.old, *_folders_of(self.old)}
        found = _Foreign([], [])
        if not self._site.is_dir():
            return found
        for inner, folders, files in os.walk(self._site, onerror=_unreadable):
            start = f"{inner[len(self._from) :].replace(os.sep, '/')}/" if inner != str(self._site) else ""
            links = {name for name in folders if Path(inner, name).is_symlink()}
            found.files.extend(name for one in (*files, *links) if (name := start + one) not in ours)
            kept = (name for one in folders if one not in links and (name := start + one) not in ours)
            found.folders.extend(kept)
        return found


class _Foreign(Frozen):
    """What others put into a site, by path below it: files and links, and folders, outer ones first."""

    files: list[str]
    folders: list[str]

    def refuse_losses(self, site: Path, new: Mapping[str, str], beside: Path) -> None:
        """Check that no new file takes the place of one of these.

        Args:
            site: where these lie.
            new: paths of the new files.
            beside: where those lie.

        Raises:
            CatvisError: some would; the site is as it was.
        """
        if not self.files and not self.folders:
            return
        folders = _folders_of(new)
        lost = [
            name
            for name in (*self.files, *self.folders)
            if (name in folders and name in self.files)
            or (name in new and not _is_twin(site / name, beside / name))
            or not new.keys().isdisjoint(_folders_of([name]))
        ]
        if lost:
            shown = ", ".join(shown_path(site / name) for name in sorted(lost)[:_MOST_SHOWN])
            more = f", and {len(lost) - _MOST_SHOWN} more" if len(lost) > _MOST_SHOWN else ""
            raise CatvisError(
                f"{shown}{more} was put there by somebody else: nothing is overwritten, the site is as it was",
                hint="move or rename it, or the post that wants its place, and build again",
            )


def _folders_of(names: Iterable[str]) -> set[str]:
    """The folders that paths lead through."""
    inner = {name.rpartition("/")[0] for name in names}
    return {name[:place] for name in inner for place, sign in enumerate(f"{name}/") if sign == "/" and name}


def _is_twin(file: Path, new: Path) -> bool:
    """Whether a file that is there is as the new one."""
    return file.is_file() and not file.is_symlink() and holds(file, new.read_bytes())


def _unreadable(error: OSError) -> NoReturn:
    raise CatvisError(
        f"{shown_path(Path(error.filename))} cannot be read: {error.strerror}; the site is as it was",
        hint="what lies there would be lost: let it be read, or move it out of the site",
    ) from error


@contextmanager
def new_site(site: Path, say: Callable[[str], object] = str) -> Iterator[NewSite]:
    """Make a site that takes the place of another when it is complete; another build at work is waited for.

    Args:
        site: the folder.
        say: is told of that.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be written.
    """
    with ExitStack() as stack:
        with reported(site):
            site.parent.mkdir(parents=True, exist_ok=True)
            waiting = f"another build is writing {shown_path(site)}: this one waits until it has finished"
            beside = stack.enter_context(staging(site.parent, stage_of(site), lambda: say(waiting)))
            _recover(site)
            _refuse_strangers(site)
        new = NewSite(site, beside, stack)
        yield new
        new.finish()


def check_place(site: Path) -> None:
    """Check that a site may be put into a folder; what a swap that was cut short left there is mended.

    Raises:
        UsageError: the folder holds something else than a site.
        CatvisError: it cannot be read.
    """
    with reported(site):
        with undisturbed(site.parent, stage_of(site)) as alone:
            if alone:
                _recover(site)
        _refuse_strangers(site)


def holds(file: Path, data: bytes) -> bool:
    """Whether a file is there with just these bytes."""
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False


def _swap(site: Path, beside: Path) -> None:
    """Let a site take the place of another, in one step where the system can; the other is gone afterwards."""
    if site.exists() and exchange(beside, site):
        clear(beside)
        return
    previous = previous_of(site)
    had_one = site.exists()
    if had_one:
        site.rename(previous)
    try:
        beside.rename(site)
    except BaseException:
        if had_one:
            previous.rename(site)
        raise
    clear(previous)


def _recover(site: Path) -> None:
    """After a swap that was cut short in the middle: the old site comes back."""
    previous = previous_of(site)
    if not previous.exists():
        return
    if site.exists():
        clear(previous)
    else:
        previous.rename(site)


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
