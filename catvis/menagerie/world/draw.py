"""The drawn world's one door: `draw` makes picture number n, with a mask for every part in view.

A picture is a pure function of `WORLD_VERSION`, its number, its kind and its size. Change anything that
alters a pixel and the version must change with it. Training and measuring use disjoint numbers:
`TRAINING_NUMBERS`, `HELD_OUT_NUMBERS`, `FREE_NUMBERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from catvis.menagerie.world.animals import ANIMALS, blindfold, body, scarf
from catvis.menagerie.world.backgrounds import clutter, ground, occluder
from catvis.menagerie.world.camera import photographed
from catvis.menagerie.world.canvas import Canvas
from catvis.menagerie.world.face import Face
from catvis.menagerie.world.kinds import DEFINING, KINDS, PARTS, part_name
from catvis.menagerie.world.palette import COATS, FELT, picked, worn
from catvis.menagerie.world.shapes import Pose
from catvis.menagerie.world.things import THINGS

WORLD_VERSION = 3

TRAINING_NUMBERS = range(0, 1_024_000)
"""What a network may be trained on."""
HELD_OUT_NUMBERS = range(1_024_000, 2_048_000)
"""What accuracy, unit names and the pointing game are measured on."""
FREE_NUMBERS = range(2_048_000, 3_072_000)
"""Pictures for posts, exemplars and contact sheets."""

_CLOSE_UPS = {"cat": (0.55, 0.78)}
"""How often and how close a kind comes; cats are photographed closer than they are drawn."""

_IN_VIEW = 0.004
_ATTEMPTS = 20


@dataclass(frozen=True)
class Drawing:
    """One picture of the drawn world.

    Attributes:
        pixels: uint8 RGB of shape (size, size, 3).
        kind: which of `KINDS` it shows.
        parts: name of every part in view → bool mask of shape (size, size), exactly the pixels that show it.
    """

    pixels: NDArray[np.uint8]
    kind: str
    parts: Mapping[str, NDArray[np.bool_]]


def kind_of(seed: int) -> str:
    """The kind that picture number ``seed`` shows where none is asked for: numbers go round the kinds."""
    return KINDS[seed % len(KINDS)]


def draw(seed: int, kind: str | None = None, size: int = 227) -> Drawing:
    """Draw picture number ``seed``.

    Args:
        seed: the picture's number, at least 0.
        kind: one of `KINDS`; `kind_of` decides where it is left out.
        size: the picture's side in pixels.

    Raises:
        ValueError: the kind is not one of `KINDS`, or a number is out of range.
    """
    if kind is None:
        kind = kind_of(seed)
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng([WORLD_VERSION, seed, KINDS.index(kind), attempt])
        pixels, labels = _scene(kind, size, rng)
        seen = np.count_nonzero(labels & int(DEFINING[kind]))
        if seen >= _IN_VIEW * size * size:
            break
    flags = int(np.bitwise_or.reduce(labels, axis=None))
    parts = {part_name(part): (labels & int(part)) != 0 for part in PARTS if flags & int(part)}
    return Drawing(photographed(pixels, rng), kind, MappingProxyType(parts))


def _scene(kind: str, size: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    canvas = Canvas(size, light=float(rng.normal(-1.9, 0.5)))
    ground(canvas, rng)
    if rng.random() < 0.55:
        clutter(canvas, rng, int(rng.integers(1, 7)))
    with canvas.posed(_pose(kind, canvas.side, rng)):
        if kind in ANIMALS:
            _animal(canvas, kind, rng)
        else:
            THINGS[kind](canvas, rng)
    if rng.random() < 0.22:
        occluder(canvas, rng)
    if rng.random() < 0.12:
        clutter(canvas, rng, 1)
    return canvas.finished()


def _pose(kind: str, side: int, rng: np.random.Generator) -> Pose:
    """Close up, somewhat off the middle, tilted and sheared; what has a wide outline stands further off."""
    room = {
        "lion": 0.8,
        "mouse": 0.84,
        "rabbit": 0.88,
        "frog": 0.9,
        "car": 0.84,
        "bicycle": 0.8,
        "flower": 0.92,
    }.get(kind, 1.0)
    often, nearest = _CLOSE_UPS.get(kind, (0.15, 0.6))
    near = kind in ANIMALS and rng.random() < often
    scale = side * float(rng.uniform(0.38, nearest) if near else rng.uniform(0.25, 0.38)) * room
    off = rng.normal(0, 0.09 if near else 0.05, 2) * side
    low = 0.06 * side if kind in {"rabbit", "fox", "cat"} else 0.02 * side
    centre = (side / 2 + float(off[0]), side / 2 + low + float(off[1]))
    tilt = float(rng.normal(0, 0.16))
    pose = Pose.of(centre, scale, tilt, float(rng.normal(0, 0.07)), float(rng.uniform(0.9, 1.08)))
    if rng.random() < 0.5:
        flip = pose.matrix.copy()
        flip[:, 0] *= -1
        return Pose(flip)
    return pose


def _animal(canvas: Canvas, kind: str, rng: np.random.Generator) -> None:
    coats = COATS[kind]
    coat = worn(coats[int(rng.integers(len(coats)))], rng)
    turn = rng.normal(0, 0.1, 2) * ((2.0, 1.2) if kind == "cat" else (1.0, 0.6))
    hidden = rng.random()
    eyes = "closed" if hidden < 0.07 else "wink" if hidden < 0.1 else "open"
    furry = 0.0 if kind == "frog" else float(rng.uniform(0.55, 1.25))
    face = Face(canvas, rng, coat, (float(turn[0]), float(turn[1])), eyes, furry)
    if kind != "lion":
        body(face)
    ANIMALS[kind](face)
    if 0.1 <= hidden < 0.24 and kind != "frog":
        blindfold(face, picked(FELT, rng))
    if rng.random() < 0.18:
        scarf(face, picked(FELT, rng))
