"""The strongest places of every unit of a layer, as arrays that merge: pure, associative, no loop over units.

A collection is scanned in pieces, in any order and on any number of machines; `merged` makes one of two
pieces' results, and the outcome is the same however the pieces were put together.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64

NOTHING = -1
"""The picture of a slot that is empty; its activation is −∞."""


@dataclass(frozen=True, eq=False)
class Best:
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
    def units(self) -> int:
        """How many units the layer has."""
        return len(self.activation)

    @property
    def slots(self) -> int:
        """How many pictures are kept for a unit."""
        return int(self.activation.shape[1])

    def at(self, units: Int64[np.ndarray, " some"]) -> Best:
        """The rows of some units."""
        return Best(*(getattr(self, field.name)[units] for field in fields(self)))

    def replaced(self, units: Int64[np.ndarray, " some"], rows: Best) -> Best:
        """The same with other rows for some units."""
        arrays = []
        for field in fields(self):
            array = getattr(self, field.name).copy()
            array[units] = getattr(rows, field.name)
            arrays.append(array)
        return Best(*arrays)

    def renumbered(self, numbers: Int64[np.ndarray, " pictures"]) -> Best:
        """The same with picture ``p`` called ``numbers[p]``; the order of the names must not change."""
        picture = np.where(self.picture == NOTHING, NOTHING, numbers[self.picture])
        return Best(self.activation, picture, self.place, self.content)


def nothing(units: int, slots: int) -> Best:
    """No picture at all: the neutral element of `merged`."""
    shape = (units, slots)
    return Best(
        np.full(shape, -np.inf, np.float32),
        np.full(shape, NOTHING, np.int64),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int64),
    )


def merged(one: Best, other: Best, slots: int) -> Best:
    """The strongest pictures out of two results; of equal pictures only the strongest, ties by number.

    Args:
        one: a result for some pictures.
        other: a result for other pictures, for the same units.
        slots: how many pictures to keep for a unit.
    """
    joined = [
        np.concatenate([getattr(one, field.name), getattr(other, field.name)], axis=1)
        for field in fields(Best)
    ]
    kept = _ordered(Best(*joined))
    if _may_repeat(kept):
        kept = _ordered(_without(kept, _repeated(kept)))
    missing = slots - kept.slots
    if missing > 0:
        empty = nothing(kept.units, missing)
        return Best(
            *(
                np.concatenate([getattr(kept, field.name), getattr(empty, field.name)], axis=1)
                for field in fields(Best)
            )
        )
    return Best(*(getattr(kept, field.name)[:, :slots] for field in fields(Best)))


def improved(best: Best, units: Int64[np.ndarray, " some"], candidates: Best) -> Best:
    """A result with more pictures for some of its units; the rest is untouched."""
    if not len(units):
        return best
    return best.replaced(units, merged(best.at(units), candidates, best.slots))


def _ordered(best: Best) -> Best:
    order = np.argsort(_rank(best), axis=1)
    return Best(*(np.take_along_axis(getattr(best, field.name), order, axis=1) for field in fields(Best)))


def _rank(best: Best) -> Int64[np.ndarray, "units slots"]:
    """One number for a slot, smaller for a stronger one: a single sort is several times as fast as two.

    The activation's bits stand above the picture's number, of which there are less than 2^32. Read as whole
    numbers, the bits of positive floats rise with the float, and those of negative ones fall.
    """
    bits = (best.activation + np.float32(0)).view(np.int32).astype(np.int64)
    rising = np.where(bits >= 0, bits, -(bits & 0x7FFFFFFF))
    return (-rising << 32) + (best.picture & 0xFFFFFFFF)


def _may_repeat(best: Best) -> bool:
    contents = np.sort(np.where(best.picture == NOTHING, np.arange(best.slots), best.content), axis=1)
    return bool((contents[:, 1:] == contents[:, :-1]).any())


def _repeated(best: Best) -> Bool[np.ndarray, "units slots"]:
    """Where an ordered result holds a picture whose equal stands further in front."""
    by_content = np.argsort(best.content, axis=1, kind="stable")
    contents = np.take_along_axis(best.content, by_content, axis=1)
    filled = np.take_along_axis(best.picture, by_content, axis=1) != NOTHING
    again = np.zeros(contents.shape, bool)
    again[:, 1:] = (contents[:, 1:] == contents[:, :-1]) & filled[:, 1:] & filled[:, :-1]
    repeated = np.zeros_like(again)
    np.put_along_axis(repeated, by_content, again, axis=1)
    return repeated


def _without(best: Best, dropped: Bool[np.ndarray, "units slots"]) -> Best:
    return Best(
        np.where(dropped, np.float32(-np.inf), best.activation),
        np.where(dropped, NOTHING, best.picture),
        np.where(dropped, np.int32(0), best.place),
        np.where(dropped, np.int64(0), best.content),
    )
