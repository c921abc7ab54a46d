"""The vocabulary of the drawn world: its sixteen kinds of picture and the parts that have masks.

Everything else in this folder speaks of kinds by name and of parts by flag; a kind's place in `KINDS` is
its class index.
"""

from __future__ import annotations

import enum

KINDS = (
    "cat",
    "dog",
    "rabbit",
    "bear",
    "owl",
    "fox",
    "mouse",
    "panda",
    "pig",
    "lion",
    "frog",
    "car",
    "bicycle",
    "house",
    "clock",
    "flower",
)


class Part(enum.IntFlag):
    """What a pixel of a picture shows; flags, since a pupil is also part of an eye.

    An ``EAR`` is the open side of a pricked ear; a ``PINNA`` is all of an ear, its furry back and a hanging
    flap included. An owl's ``RUFF`` is the pale disc of feathers around an eye.
    """

    NONE = 0
    EYE = enum.auto()
    PUPIL = enum.auto()
    EAR = enum.auto()
    NOSE = enum.auto()
    SNOUT = enum.auto()
    MUZZLE = enum.auto()
    BEAK = enum.auto()
    MOUTH = enum.auto()
    WHISKER = enum.auto()
    TONGUE = enum.auto()
    MANE = enum.auto()
    PATCH = enum.auto()
    STRIPE = enum.auto()
    CHEEK = enum.auto()
    RUFF = enum.auto()
    TUFT = enum.auto()
    WHEEL = enum.auto()
    WINDOW = enum.auto()
    ROOF = enum.auto()
    DOOR = enum.auto()
    CHIMNEY = enum.auto()
    DIAL = enum.auto()
    HAND = enum.auto()
    NUMERAL = enum.auto()
    PETAL = enum.auto()
    DISC = enum.auto()
    LEAF = enum.auto()
    SADDLE = enum.auto()
    FRAME = enum.auto()
    HANDLEBAR = enum.auto()
    PINNA = enum.auto()


PARTS = tuple(part for part in Part if part)

DEFINING = {
    "cat": Part.WHISKER,
    "dog": Part.MUZZLE,
    "rabbit": Part.PINNA,
    "bear": Part.PINNA,
    "owl": Part.BEAK,
    "fox": Part.CHEEK,
    "mouse": Part.PINNA,
    "panda": Part.PATCH,
    "pig": Part.SNOUT,
    "lion": Part.MANE,
    "frog": Part.EYE,
    "car": Part.WHEEL,
    "bicycle": Part.FRAME,
    "house": Part.ROOF,
    "clock": Part.HAND,
    "flower": Part.PETAL,
}
"""The part without which a picture of the kind is not drawn: the world draws again until it is in view."""


def part_name(part: Part) -> str:
    """A part's name as masks, unit labels and tables show it, such as ``eye``."""
    return (part.name or "").lower()
