"""Entries of a collection → what the network sees of them; runs in worker processes and opens no torch.

A picture that cannot be read becomes a counted reason and nothing else: no file stops a scan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from catvis.errors import PictureError
from catvis.exemplars.collection import Collection, Entry
from catvis.networks.preprocessing import Preprocessing

Numbered = Sequence[tuple[int, Entry]]
"""Some pictures of a collection, each with its number."""

_DIGEST = 16
_LOOK = 16


class Mark(NamedTuple):
    """By what a picture is known again.

    Attributes:
        digest: of its pixels, 16 bytes: equal pictures have equal digests.
        look: a fingerprint that survives another size or compression, see `look_of`.
    """

    digest: bytes
    look: bytes


@dataclass(frozen=True, eq=False)
class PictureBlock:
    """Some pictures of a collection as the network sees them.

    Attributes:
        numbers: the pictures' numbers, of those that could be read.
        pixels: RGB, 0 to 255.
        marks: by what each picture is known again.
        unreadable: the numbers of the others, each with the reason.
    """

    numbers: tuple[int, ...]
    pixels: UInt8[np.ndarray, "pictures height width 3"]
    marks: tuple[Mark, ...]
    unreadable: tuple[tuple[int, str], ...]

    @classmethod
    def of(
        cls, numbered: Numbered, room: UInt8[np.ndarray, "room height width 3"], read: Sequence[Mark | str]
    ) -> PictureBlock:
        """Pictures that were read one after the other into some room, which may be used again.

        Args:
            numbered: which pictures.
            room: their pixels.
            read: the mark of each, or why it could not be read.
        """
        rows = [row for row, mark in enumerate(read) if isinstance(mark, Mark)]
        return cls(
            tuple(numbered[row][0] for row in rows),
            room[rows],
            tuple(mark for mark in read if isinstance(mark, Mark)),
            tuple(
                (number, why) for (number, _), why in zip(numbered, read, strict=True) if isinstance(why, str)
            ),
        )


def read_into(
    room: UInt8[np.ndarray, "height width 3"],
    collection: Collection,
    preprocessing: Preprocessing,
    entry: Entry,
) -> Mark | str:
    """Read a picture into its room; give its mark, or the reason why it cannot be read."""
    try:
        room[:] = preprocessing.fit(collection.picture(entry, preprocessing.short_side))
    except PictureError as error:
        return error.message
    return Mark(hashlib.sha256(room.data).digest()[:_DIGEST], look_of(room))


def read_named(
    collection: Collection, preprocessing: Preprocessing, names: Iterable[str]
) -> dict[str, UInt8[np.ndarray, "height width 3"]]:
    """The pictures of these names, as a network sees them; without those that are gone or cannot be read."""
    entries = {entry.name: entry for entry in collection.listing().entries}
    found = {}
    for name in names:
        room = np.empty((*preprocessing.size, 3), np.uint8)
        if name in entries and isinstance(read_into(room, collection, preprocessing, entries[name]), Mark):
            found[name] = room
    return found


def look_of(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """256 bits, each whether it gets brighter from one place to the next: the difference hash of N. Krawetz.

    Pictures that differ by their size or compression alone differ in few bits, other pictures in about half.
    Green stands for brightness: it is most of it, and no picture has to be put together for it.
    """
    green = Image.fromarray(np.ascontiguousarray(pixels[..., 1]))
    values = np.asarray(green.resize((_LOOK + 1, _LOOK), Image.Resampling.BOX)).astype(np.int16)
    return np.packbits(values[:, 1:] > values[:, :-1]).tobytes()
