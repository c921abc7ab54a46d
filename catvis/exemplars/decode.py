"""Entries of a collection → what the network sees of them; runs in worker processes and opens no torch.

A picture that cannot be read becomes a counted reason and nothing else: no file stops a scan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from catvis.errors import PictureError
from catvis.exemplars.collection import Collection, Entry
from catvis.networks.preprocessing import Preprocessing

_DIGEST = 16
_LOOK = 16


@dataclass(frozen=True, eq=False)
class Block:
    """Some pictures of a collection as the network sees them.

    Attributes:
        numbers: the pictures' numbers, of those that could be read.
        pixels: RGB, 0 to 255.
        digests: of each picture's pixels, 16 bytes: equal pictures have equal digests.
        looks: of each picture a fingerprint that survives another size or compression, see `look_of`.
        unreadable: the numbers of the others, each with the reason.
    """

    numbers: tuple[int, ...]
    pixels: UInt8[np.ndarray, "pictures height width 3"]
    digests: tuple[bytes, ...]
    looks: tuple[bytes, ...]
    unreadable: tuple[tuple[int, str], ...]


def read_block(
    collection: Collection,
    preprocessing: Preprocessing,
    numbered: Iterable[tuple[int, Entry]],
    room: UInt8[np.ndarray, "room height width 3"],
) -> Block:
    """Read some pictures, each with its number.

    Args:
        collection: where they are.
        preprocessing: what the network sees of them.
        numbered: number and entry of each.
        room: where their pixels are put; at least as many pictures have room there.
    """
    numbers: list[int] = []
    digests, looks, unreadable = [], [], []
    for number, entry in numbered:
        try:
            seen = preprocessing.fit(collection.picture(entry, preprocessing.short_side))
        except PictureError as error:
            unreadable.append((number, error.message))
            continue
        room[len(numbers)] = seen
        numbers.append(number)
        digests.append(digest_of(seen))
        looks.append(look_of(seen))
    return Block(tuple(numbers), room[: len(numbers)], tuple(digests), tuple(looks), tuple(unreadable))


def digest_of(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """A digest of what the network sees of a picture."""
    return hashlib.sha256(np.ascontiguousarray(pixels).data).digest()[:_DIGEST]


def look_of(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """256 bits, each whether it gets brighter from one place to the next: the difference hash of N. Krawetz.

    Pictures that differ by their size or compression alone differ in few bits, other pictures in about half.
    Green stands for brightness: it is most of it, and no picture has to be put together for it.
    """
    green = Image.fromarray(np.ascontiguousarray(pixels[..., 1]))
    values = np.asarray(green.resize((_LOOK + 1, _LOOK), Image.Resampling.BOX)).astype(np.int16)
    return np.packbits(values[:, 1:] > values[:, :-1]).tobytes()
