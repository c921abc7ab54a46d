"""The strongest places of every unit of a layer, as arrays that merge: pure, associative, no loop over units.

A collection is scanned in pieces, in any order and on any number of machines; `merged` makes one of two
pieces' results, and the outcome is the same however the pieces were put together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64

NOTHING = -1
"""The picture of a slot that is empty; its activation is −∞."""


class Best(NamedTuple):
    """The strongest pictures of each unit, one place each, strongest first, ties by picture number.

    Attributes:
        activation: how strongly the unit fires there; −∞ in an empty slot.
        picture: the picture's number, in the order of the pictures' names; `NOTHING` in an empty slot.
        place: flat place of the maximum in the unit's map, row-major; 0 where the unit has no map.
        content: the first eight bytes of the digest of what the network saw: equal pictures share it.
    """

    activation: Float32[np.ndarray, "units slots"]
    picture: Int64[np.ndarray, "units slots"]
    place: Int32[np.ndarray, "units slots"]
    content: Int64[np.ndarray, "units slots"]

    @property
    def slots(self) -> int:
        """How many pictures are kept for a unit."""
        return int(self.activation.shape[1])

    @property
    def filled(self) -> Bool[np.ndarray, "units slots"]:
        """Which slots hold a picture."""
        filled: np.ndarray = self.picture != NOTHING
        return filled

    def renumbered(self, numbers: Int64[np.ndarray, " pictures"]) -> Best:
        """The same with picture ``p`` called ``numbers[p]``; the order of the names must not change."""
        return self._replace(picture=np.where(self.filled, numbers[self.picture], NOTHING))


def nothing(units: int, slots: int) -> Best:
    """No picture at all: the neutral element of `merged`."""
    return Best(
        *(
            np.full((units, slots), empty, kind)
            for empty, kind in ((-np.inf, np.float32), (NOTHING, np.int64), (0, np.int32), (0, np.int64))
        )
    )


def merged(one: Best, other: Best, slots: int) -> Best:
    """The strongest pictures out of two results; of equal pictures only the strongest, ties by number.

    Args:
        one: a result for some pictures.
        other: a result for other pictures, for the same units.
        slots: how many pictures to keep for a unit.
    """
    kept = _ordered(_beside(one, other))
    if _may_repeat(kept):
        repeated, empty = _repeated(kept), nothing(*kept.picture.shape)
        kept = _ordered(Best(*(np.where(repeated, e, k) for e, k in zip(empty, kept, strict=True))))
    if kept.slots < slots:
        return _beside(kept, nothing(len(kept.picture), slots - kept.slots))
    return Best(*(array[:, :slots] for array in kept))


def improved(best: Best, units: Int64[np.ndarray, " some"], candidates: Best) -> Best:
    """A result with more pictures for some of its units; the rest is untouched."""
    if not len(units):
        return best
    better = Best(*(array.copy() for array in best))
    for array, rows in zip(
        better, merged(Best(*(a[units] for a in best)), candidates, best.slots), strict=True
    ):
        array[units] = rows
    return better


def _beside(one: Best, other: Best) -> Best:
    return Best(*(np.concatenate(arrays, axis=1) for arrays in zip(one, other, strict=True)))


def _ordered(best: Best) -> Best:
    order = np.argsort(_rank(best), axis=1)
    return Best(*(np.take_along_axis(array, order, axis=1) for array in best))


def _rank(best: Best) -> Int64[np.ndarray, "units slots"]:
    """One number for a slot, smaller for a stronger one: a single sort is several times as fast as two.

    The activation's bits stand above the picture's number, of which there are less than 2^32. Read as whole
    numbers, the bits of positive floats rise with the float, and those of negative ones fall.
    """
    bits = (best.activation + np.float32(0)).view(np.int32).astype(np.int64)
    rising = np.where(bits >= 0, bits, -(bits & 0x7FFFFFFF))
    return (-rising << 32) + (best.picture & 0xFFFFFFFF)


def _may_repeat(best: Best) -> bool:
    contents = np.sort(np.where(best.filled, best.content, np.arange(best.slots)), axis=1)
    return bool((contents[:, 1:] == contents[:, :-1]).any())


def _repeated(best: Best) -> Bool[np.ndarray, "units slots"]:
    """Where an ordered result holds a picture whose equal stands further in front."""
    by_content = np.argsort(best.content, axis=1, kind="stable")
    contents, filled = (np.take_along_axis(a, by_content, axis=1) for a in (best.content, best.filled))
    again = np.zeros(contents.shape, bool)
    again[:, 1:] = (contents[:, 1:] == contents[:, :-1]) & filled[:, 1:] & filled[:, :-1]
    repeated = np.zeros_like(again)
    np.put_along_axis(repeated, by_content, again, axis=1)
    return repeated
