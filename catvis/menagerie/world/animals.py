"""Kinds of animal → what draws their faces, and what they wear: a body, and sometimes a hat or a scarf."""

from __future__ import annotations

from collections.abc import Callable

from catvis.menagerie.world import pets, wild
from catvis.menagerie.world.canvas import Colour
from catvis.menagerie.world.face import Face, piece
from catvis.menagerie.world.palette import darker, lighter
from catvis.menagerie.world.shapes import blob, ellipse, polygon

ANIMALS: dict[str, Callable[[Face], None]] = {
    "cat": pets.cat,
    "dog": pets.dog,
    "rabbit": pets.rabbit,
    "bear": wild.bear,
    "owl": wild.owl,
    "fox": wild.fox,
    "mouse": pets.mouse,
    "panda": wild.panda,
    "pig": pets.pig,
    "lion": wild.lion,
    "frog": wild.frog,
}


def body(face: Face) -> None:
    """Shoulders and chest below the head, so that it does not float."""
    wide = face.some(0.75, 1.05)
    outline = blob(
        [
            (0, 0.5),
            (wide * 0.8, 0.75),
            (wide * 1.15, 1.6),
            (wide, 2.6),
            (-wide, 2.6),
            (-wide * 1.15, 1.6),
            (-wide * 0.8, 0.75),
        ]
    )
    piece(face, outline, darker(face.coat.fur, 0.08))
    chest = blob([(0, 0.7), (0.4, 1.1), (0.35, 2.0), (-0.35, 2.0), (-0.4, 1.1)])
    face.canvas.tint(chest, face.coat.light, soft=0.1, strength=0.8)
    if face.fur > 0:
        face.canvas.comb(outline, face.rng, root=(0, 0), length=0.2, density=0.6)


def blindfold(face: Face, colour: Colour) -> None:
    """Something over the eyes: a strip of felt, or a hat pulled down."""
    if face.some(0, 1) < 0.5:
        strip = blob([(-1.1, -0.36), (0, -0.42), (1.1, -0.36), (1.14, 0.02), (0, 0.1), (-1.14, 0.02)])
        piece(face, strip, colour)
        face.canvas.stitch(strip, lighter(colour, 0.5))
    else:
        brim = blob([(-1.25, -0.14), (0, -0.3), (1.25, -0.14), (1.1, 0.12), (0, 0.06), (-1.1, 0.12)])
        crown = blob([(-0.82, -0.12), (-0.78, -0.9), (0, -1.15), (0.78, -0.9), (0.82, -0.12)])
        piece(face, crown, colour)
        piece(face, brim, darker(colour, 0.15))
        face.canvas.stitch(brim, lighter(colour, 0.5))


def scarf(face: Face, colour: Colour) -> None:
    """A scarf, or a bow with a knot that is round as a nose is."""
    if face.some(0, 1) < 0.5:
        band = blob([(-0.8, 0.86), (0, 1.0), (0.8, 0.86), (0.86, 1.1), (0, 1.28), (-0.86, 1.1)])
        piece(face, band, colour)
        face.canvas.stitch(band, lighter(colour, 0.5))
        return
    for side in (-1, 1):
        loop = polygon((side * 0.05, 1.08), (side * 0.5, 0.86), (side * 0.54, 1.36))
        piece(face, loop, colour)
    piece(face, ellipse(0, 1.1, 0.13), darker(colour, 0.2))
