"""Files among an author's own: posts and their pictures in the folder of a Jekyll site.

Nothing is overwritten or removed that is not as an earlier build left it, which `JEKYLL_MARK` tells. All files are
written before the first is put in its place, and where that fails the earlier ones come back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from catvis.digests import data_digest, file_digest
from catvis.errors import ContentError, shown_path
from catvis.site.manifest import JEKYLL_MARK, JEKYLL_STAGE, is_document, manifest, manifest_text
from catvis.site.staging import staging
from catvis.site.write import NewFiles, holds, reported

_MOST_SHOWN = 5


def is_ours(site: Path, name: str, wrote: str) -> bool:
    """Whether a file is as a build left it.

    Args:
        site: the folder.
        name: the file's path below it.
        wrote: the digests that builds have given it, between spaces.
    """
    file = site / name
    if file.is_symlink() or not file.is_file():
        return False
    return file_digest(file) in wrote.split()


class Additions(NewFiles):
    """Files that a build adds to a Jekyll site; see `new_additions`."""

    def __init__(self, site: Path, stage: Path, stack: ExitStack) -> None:
        super().__init__(site, manifest(site, JEKYLL_MARK), stack)
        self._stage = stage
        self._ready: dict[str, Path] = {}
        self._inside: dict[PurePosixPath, bool] = {}

    def put(self, name: str, data: bytes) -> None:
        """Write a file where it can be moved in from, unless it lies in its place already."""
        with reported(self._site):
            folder = PurePosixPath(name).parent
            if not self._is_inside(folder):
                hint = "put a folder there: nothing is written outside the site"
                raise ContentError(f"{shown_path(self._site / folder)} leads out of the site", hint=hint)
            kept = holds(self._site / name, data)
            if not kept:
                self._ready[name] = self._stage / str(len(self._ready))
                self._ready[name].write_bytes(data)
        self._placed(name, data_digest(data), kept=kept)

    def finish(self) -> tuple[str, ...]:
        """Put all files in their places, and take away what is not made any more.

        Returns:
            files that are not made any more and stay, since somebody has changed them.

        Raises:
            ContentError: a file would take the place of one that is not as a build left it.
            CatvisError: the disk refuses it; all is as it was.
        """
        with reported(self._site):
            self._refuse_strangers()
            unmade = [
                name
                for name in self.old
                if name not in self.names and self._is_inside(PurePosixPath(name).parent)
            ]
            gone = [name for name in unmade if self._is_there(name)]
            ours = [name for name in gone if is_ours(self._site, name, self.old[name])]
            with self._undone() as moves:
                # Killed from here on, the next build still knows what is its own.
                both = {
                    name: f"{self.old.get(name, '')} {wrote}".strip() for name, wrote in self.names.items()
                }
                self._move(self._text(manifest_text({**self.old, **both})), JEKYLL_MARK, moves)
                for name, ready in sorted(self._ready.items(), key=lambda item: is_document(item[0])):
                    self._move(ready, name, moves)
                for name in ours:
                    self._away(name, moves)
                self._clear(unmade)
                self._move(self._text(manifest_text(self.names)), JEKYLL_MARK, moves)
        return tuple(name for name in gone if name not in ours)

    def _bring(self, name: str) -> None:
        """Leave a file where it is."""

    def _is_inside(self, folder: PurePosixPath) -> bool:
        """Whether a folder is one of the site's, whatever a link or a stranger's manifest says."""
        if folder not in self._inside:
            self._inside[folder] = (self._site / folder).resolve().is_relative_to(self._site.resolve())
        return self._inside[folder]

    def _is_there(self, name: str) -> bool:
        return os.path.lexists(self._site / name)

    def _refuse_strangers(self) -> None:
        strangers = [
            name
            for name in self._ready
            if self._is_there(name) and not is_ours(self._site, name, self.old.get(name, ""))
        ]
        if strangers:
            raise not_ours(self._site, strangers)

    def _text(self, text: str) -> Path:
        file = self._stage / "manifest"
        file.write_text(text, encoding="utf-8")
        return file

    def _move(self, ready: Path, name: str, moves: list[Callable[[], object]]) -> None:
        """Put a file in its place; note how that is undone."""
        target, old = self._site / name, self._stage / f"old-{len(moves)}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._is_there(name):
            shutil.copy2(target, old)
            ready.replace(target)
            moves.append(lambda: old.replace(target))
        else:
            ready.replace(target)
            moves.append(target.unlink)

    def _away(self, name: str, moves: list[Callable[[], object]]) -> None:
        """Take a file away; note how that is undone."""
        target, old = self._site / name, self._stage / f"old-{len(moves)}"
        target.replace(old)

        def back() -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            old.replace(target)

        moves.append(back)

    @contextmanager
    def _undone(self) -> Iterator[list[Callable[[], object]]]:
        """Collects what undoes each step, and undoes all of them if one fails."""
        moves: list[Callable[[], object]] = []
        try:
            yield moves
        except BaseException:
            for undo in reversed(moves):
                undo()
            self._clear(self._ready)
            raise

    def _clear(self, names: Iterable[str]) -> None:
        """Take away our folders of files that are gone, where nothing else is in them."""
        folders = {folder for name in names for folder in PurePosixPath(name).parents}
        for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
            if not is_document(f"{folder}/"):
                with suppress(OSError):
                    (self._site / folder).rmdir()


def not_ours(site: Path, names: list[str]) -> ContentError:
    """Files lie where a build would write, and are not as a build left them."""
    shown = [shown_path(site / name) for name in sorted(names)]
    more = f", and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    what = "is not as catvis left it" if len(shown) == 1 else "are not as catvis left them"
    return ContentError(
        f"{', '.join(shown[:_MOST_SHOWN])}{more} {what}: nothing is overwritten",
        hint="what you wrote there belongs into _catvis; move it, or delete it, and build again",
    )


@contextmanager
def new_additions(site: Path, warn: Callable[[str], None]) -> Iterator[Additions]:
    """Make files that are put into a Jekyll site when all of them are there.

    Args:
        site: the folder of ``_config.yml``.
        warn: is told of files that are not made any more and stay, and of another build that is waited for.

    Raises:
        ContentError: a file would take the place of one that is not as a build left it.
        CatvisError: the site cannot be written; all is as it was.
    """
    with ExitStack() as stack:
        with reported(site):
            waiting = (
                f"another build is writing into {shown_path(site)}: this one waits until it has finished"
            )
            stage = stack.enter_context(staging(site, JEKYLL_STAGE, lambda: warn(waiting)))
        new = Additions(site, stage, stack)
        yield new
        for name in new.finish():
            warn(f"{shown_path(site / name)} is not made any more, but was changed: it stays")
