"""What faces are set on: the head's felt, its dyed markings, ears and rosy cheeks."""

from __future__ import annotations

import math

import numpy as np

from catvis.menagerie.world.canvas import Colour
from catvis.menagerie.world.face import Face, comb, piece
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import darker, mixed
from catvis.menagerie.world.shadows import cushion
from catvis.menagerie.world.shapes import Points, blob, both_sides, ellipse, mirrored, wobbled


def head_of(
    face: Face,
    width: float,
    height: float,
    *,
    jowl: float = 0.0,
    crown: float = 0.0,
    colour: Colour | None = None,
) -> Points:
    """Lay the head's felt: an oval, wider below by ``jowl``, flatter on top by ``crown``; give its outline."""
    w, h = width * face.some(0.96, 1.04), height * face.some(0.96, 1.04)
    right = [
        (0.0, -h * (1 - crown)),
        (w * 0.62, -h * (0.84 - crown * 0.5)),
        (w * 0.97, -h * 0.3),
        (w * (1 + jowl), h * 0.28),
        (w * (0.66 + jowl), h * 0.8),
        (0.0, h),
    ]
    outline = wobbled(blob(both_sides(right)), face.rng, 0.015)
    piece(face, outline, colour or face.coat.fur)
    return outline


def dye(face: Face, outline: Points, head: Points, colour: Colour, part: Part = Part.PATCH) -> None:
    """Dye a marking into the head's fur."""
    face.canvas.tint(outline, colour, part, soft=0.03, within=head)


def ear(
    face: Face,
    outer: Points,
    inner: Points,
    root: tuple[float, float],
    *,
    inner_colour: Colour | None = None,
    both: bool = True,
) -> None:
    """A pair of ears given as the right one's outlines; the inner side stands out in colour."""
    canvas = face.canvas
    for side in (1, -1) if both else (1,):
        twist = face.some(-0.09, 0.09)
        shift = np.array(face.at(0.0, 0.0, -0.35))

        def placed(outline: Points, twist: float = twist, side: int = side, shift: Points = shift) -> Points:
            cos, sin = math.cos(twist), math.sin(twist)
            swung = (outline - root) @ np.array([[cos, sin], [-sin, cos]]) + root
            return (swung if side > 0 else mirrored(swung)) + shift

        whole, hollow = placed(outer), placed(inner)
        base = (side * root[0] + shift[0], root[1] + shift[1])
        piece(face, whole, face.coat.fur, Part.PINNA)
        comb(face, whole, base, 0.12)
        canvas.tint(hollow, darker(face.coat.fur, 0.55), soft=0.05, strength=0.8)
        canvas.fill(hollow, inner_colour or face.coat.inner, Part.PINNA | Part.EAR)
        cushion(canvas, hollow, 1.1)
        if face.fur > 0:
            canvas.comb(hollow, face.rng, root=base, length=0.16, density=0.35, contrast=0.12)


def cheek_blush(face: Face, x: float, y: float, r: float) -> None:
    """Rosy cheeks."""
    for side in (-1, 1):
        at = face.at(side * x, y, 0.35)
        face.canvas.tint(
            ellipse(*at, r, r * 0.7), mixed(face.coat.fur, (230, 110, 110), 0.6), soft=r * 0.5, strength=0.5
        )
