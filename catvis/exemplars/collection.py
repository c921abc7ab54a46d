"""Collections of pictures: what one is, and a folder or a tar as one; each lists its entries and opens one.

Entries are listed once, in the order of their names, and stay valid in other processes and, where the folder
is mounted there too, on other machines. Nothing is decoded while listing; what cannot be listed is reported.
"""

from __future__ import annotations

import io
import os
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from catvis.errors import CatvisError, PictureError, shown_path
from catvis.networks.pictures import decode_picture

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"})


class Entry(NamedTuple):
    """One picture of a collection.

    Attributes:
        name: unique in the collection; it names the picture in the store and on the page.
        file: the file that holds it, relative to the collection's root; what else tells where it is.
        offset: where in the file the picture starts; −1 for a file of its own.
        size: how many bytes of the file it takes; −1 for a file of its own.
    """

    name: str
    file: str
    offset: int = -1
    size: int = -1


class Skipped(NamedTuple):
    """Something of a collection that could not be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What a collection holds: entries in the order of their names, and what could not be listed."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()


class Collection(ABC):
    """Pictures with names."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What the collection is, for messages and for the store."""

    @abstractmethod
    def listing(self) -> Listing:
        """List every picture.

        Raises:
            CatvisError: there is no such collection.
        """

    @abstractmethod
    def picture(self, entry: Entry, side: int) -> Image.Image:
        """Open one picture in mode RGB.

        Args:
            entry: which one.
            side: what its short side will be resized to; where asked for, a much larger one is opened smaller.

        Raises:
            PictureError: it cannot be read.
        """


@dataclass(frozen=True)
class FolderCollection(Collection):
    """The pictures below a folder, those in its .tar files included; or the pictures in one .tar file.

    Symbolic links are followed, every folder once. Other files (labels, captions) are passed over.

    Attributes:
        root: the folder or the file.
        reduced: decode much larger JPEGs at reduced scale: faster, and not quite what the network sees
            otherwise (see `catvis.networks.pictures.decode_picture`).
    """

    root: Path
    reduced: bool = field(default=False, kw_only=True)

    @property
    def title(self) -> str:
        """The folder's or the file's absolute path, and how it is read where that changes what is found."""
        return f"{self.root.absolute()}{', large JPEGs at reduced scale' if self.reduced else ''}"

    def listing(self) -> Listing:
        """List every picture below the folder, sorted by name.

        Raises:
            CatvisError: there is no such folder, or neither a folder nor a .tar file.
        """
        skipped: list[Skipped] = []
        if self.root.is_dir():
            found = list(self._below(self.root, skipped))
        elif self.root.is_file() and self.root.suffix.lower() == ".tar":
            found = list(self._in_tar(self.root, "", skipped))
        else:
            raise CatvisError(
                f"{shown_path(self.root)} is no collection of pictures",
                hint="name a folder with pictures below it, or a .tar file that holds them",
            )
        by_name = {entry.name: entry for entry in found}
        return Listing(tuple(by_name[name] for name in sorted(by_name)), tuple(sorted(skipped)))

    def picture(self, entry: Entry, side: int) -> Image.Image:
        """Open a picture from its file or from its place in a tar.

        Raises:
            PictureError: it cannot be read.
        """
        file = self.root / entry.file
        shown = f"{self.root.name}/{entry.name}"
        reduced_to = side if self.reduced else None
        if entry.offset < 0:
            return decode_picture(file, shown, side=reduced_to)
        try:
            with file.open("rb") as opened:
                opened.seek(entry.offset)
                data = opened.read(entry.size)
        except OSError as error:
            raise PictureError(f"{shown} cannot be read: {error.strerror}") from error
        return decode_picture(io.BytesIO(data), shown, side=reduced_to)

    def _below(self, folder: Path, skipped: list[Skipped]) -> Iterator[Entry]:
        entered: set[tuple[int, int]] = set()

        def unreadable(error: OSError) -> None:
            skipped.append(
                Skipped(_text(os.path.relpath(error.filename, folder)), error.strerror or str(error))
            )

        for parent, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
            status = Path(parent).stat()
            if (status.st_dev, status.st_ino) in entered:
                folders.clear()
                continue
            entered.add((status.st_dev, status.st_ino))
            folders.sort()
            for file in sorted(files):
                path = Path(parent, file)
                suffix = path.suffix.lower()
                if suffix != ".tar" and suffix not in SUFFIXES:
                    continue
                name = str(path.relative_to(folder))
                if not path.is_file():
                    kind = "a link that leads nowhere" if path.is_symlink() else "no regular file"
                    skipped.append(Skipped(_text(name), f"is {kind}"))
                elif suffix == ".tar":
                    yield from self._in_tar(path, f"{name}/", skipped)
                else:
                    yield Entry(_text(name), name)

    def _in_tar(self, file: Path, prefix: str, skipped: list[Skipped]) -> Iterator[Entry]:
        held = "" if file == self.root else str(file.relative_to(self.root))
        try:
            with tarfile.open(file, "r:") as archive:
                for member in archive:
                    if member.isreg() and Path(member.name).suffix.lower() in SUFFIXES:
                        yield Entry(_text(prefix + member.name), held, member.offset_data, member.size)
        except (tarfile.TarError, OSError) as error:
            skipped.append(Skipped(_text(prefix or file.name), f"cannot be read as a tar: {error}"))


def _text(name: str) -> str:
    """A file's name as text that any store can hold, whatever bytes it is made of."""
    readable = os.fsencode(name).decode("utf-8", "replace")
    return name if readable == name else readable
