"""Collections of pictures: what one is, and a folder or a tar as one; each lists its entries and opens one.

Entries are listed once, in the order of their names, and stay valid in other processes and, where the folder
is mounted there too, on other machines. Nothing is decoded while listing; what cannot be listed is reported.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from abc import abstractmethod
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from catvis.errors import CatvisError, PictureError, shown_path
from catvis.frozen import AbstractFrozen, Frozen
from catvis.networks.pictures import decode_picture, picture_suffixes


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


class Listing(Frozen):
    """What a collection holds.

    Attributes:
        entries: the pictures, in the order of their names.
        skipped: what could not be listed.
        others: the names of files that are no pictures, in their order.
    """

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()
    others: tuple[str, ...] = ()


class Collection(AbstractFrozen):
    """Pictures with names."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What the collection is, for messages and for the store."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """Where it is and how it is read, as JSON, see `catvis.exemplars.origin`."""

    @property
    def is_there(self) -> bool:
        """Whether it can still be opened."""
        return True

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


class FolderCollection(Collection):
    """The pictures below a folder, those in its .tar files included; or the pictures in one .tar file.

    Symbolic links are followed, every folder once. Other files (labels, captions) are left out, by their names.

    Attributes:
        root: the folder or the file.
        reduced: decode much larger JPEGs at reduced scale: faster, and not quite what the network sees
            otherwise (see `catvis.networks.pictures.decode_picture`).
    """

    root: Path
    reduced: bool = False

    @property
    def title(self) -> str:
        """The folder's or the file's absolute path, and how it is read where that changes what is found."""
        return f"{_text(str(self.root.absolute()))}{', large JPEGs at reduced scale' if self.reduced else ''}"

    @property
    def origin(self) -> str:
        """The path and how it is read, as JSON."""
        return json.dumps({"folder": str(self.root.absolute()), "reduced": self.reduced})

    @property
    def is_there(self) -> bool:
        """Whether the folder holds anything (one whose disk is not mounted is empty), or the file is there."""
        return self.root.is_file() or (self.root.is_dir() and any(self.root.iterdir()))

    def listing(self) -> Listing:
        """List every picture below the folder, sorted by name.

        Raises:
            CatvisError: there is no such folder, or neither a folder nor a .tar file.
        """
        found = _Found()
        if self.root.is_dir():
            found.look_below(self.root)
        elif self.root.is_file() and self.root.suffix.lower() == ".tar":
            found.look_into(self.root, "", "")
        else:
            raise CatvisError(
                f"{shown_path(self.root)} is no collection of pictures",
                hint="name a folder with pictures below it, or a .tar file that holds them",
            )
        entries = (found.entries[name] for name in sorted(found.entries))
        return Listing(tuple(entries), tuple(sorted(found.skipped)), tuple(sorted(found.others)))

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


class _Found:
    """What a look at a folder or a tar has found so far."""

    def __init__(self) -> None:
        self.suffixes = picture_suffixes()
        self.entries: dict[str, Entry] = {}
        self.skipped: list[Skipped] = []
        self.others: list[str] = []

    def look_below(self, root: Path) -> None:
        """Find what lies below a folder."""
        entered: set[tuple[int, int]] = set()

        def unreadable(error: OSError) -> None:
            self._skip(os.path.relpath(error.filename, root), error.strerror or str(error))

        for parent, folders, files in os.walk(root, onerror=unreadable, followlinks=True):
            status = Path(parent).stat()
            if (status.st_dev, status.st_ino) in entered:
                folders.clear()
                continue
            entered.add((status.st_dev, status.st_ino))
            folders.sort()
            for file in sorted(files):
                path = Path(parent, file)
                name, is_tar = str(path.relative_to(root)), path.suffix.lower() == ".tar"
                if not is_tar and path.suffix.lower() not in self.suffixes:
                    self.others.append(_text(name))
                elif not path.is_file():
                    self._skip(
                        name, f"is {'a link that leads nowhere' if path.is_symlink() else 'no regular file'}"
                    )
                elif is_tar:
                    self.look_into(path, name, f"{name}/")
                else:
                    self._add(Entry(_text(name), name))

    def look_into(self, file: Path, held: str, prefix: str) -> None:
        """Find what a tar holds."""
        try:
            with tarfile.open(file, "r:") as archive:
                for member in filter(tarfile.TarInfo.isreg, archive):
                    name = _text(prefix + member.name)
                    if Path(member.name).suffix.lower() in self.suffixes:
                        self._add(Entry(name, held, member.offset_data, member.size))
                    else:
                        self.others.append(name)
        except (tarfile.TarError, OSError) as error:
            self._skip(prefix or file.name, f"cannot be read as a tar: {error}")

    def _add(self, entry: Entry) -> None:
        self.entries[entry.name] = entry

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(_text(name), reason))


def _text(name: str) -> str:
    """A file's name as text that any store can hold, whatever bytes it is made of."""
    readable = os.fsencode(name).decode("utf-8", "replace")
    return name if readable == name else readable
