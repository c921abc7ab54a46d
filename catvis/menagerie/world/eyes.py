"""Eyes: round ones of cuddly toys, beads, a cat's almonds, and closed lids. Positions are in the head's frame."""

from __future__ import annotations

import numpy as np

from catvis.menagerie.world.canvas import Colour
from catvis.menagerie.world.face import Face
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import INK, WHITE, darker, lighter, mixed
from catvis.menagerie.world.shapes import blob, curve, ellipse, ribbon


def eye(
    face: Face,
    x: float,
    y: float,
    r: float,
    *,
    slit: float = 1.0,
    bead: bool = False,
    rim: Colour = INK,
    shine: float = 0.85,
) -> None:
    """An open eye: rim, iris, pupil and two catch-lights.

    Args:
        face: whose.
        x: of its middle.
        y: of its middle.
        r: its radius.
        slit: the pupil's width over its height.
        bead: all dark, as small animals' eyes are; no pupil is to be told from the rest of it.
        rim: the colour of the lid's edge.
        shine: how bright the catch-lights are, 0 to 1.
    """
    canvas, (tilt_x, tilt_y) = face.canvas, face.turn
    tall = r * face.some(0.88, 1.04)
    canvas.tint(
        ellipse(x, y, r * 1.35, tall * 1.35), darker(face.coat.fur, 0.5), soft=r * 0.35, strength=0.45
    )
    canvas.fill(ellipse(x, y, r * 1.12, tall * 1.12), rim, Part.EYE)
    look_x, look_y = x + tilt_x * r * 0.9, y + tilt_y * r * 0.9
    pupil = r * face.some(0.4, 0.58)
    if bead:
        canvas.fill(ellipse(x, y, r, tall), darker(face.coat.iris, 0.2), Part.EYE)
        canvas.tint(
            ellipse(x, y + r * 0.4, r * 0.6, r * 0.35),
            lighter(face.coat.iris, 0.4),
            soft=r * 0.2,
            strength=0.5,
        )
    else:
        iris = face.coat.iris
        canvas.fill(ellipse(x, y, r, tall), darker(iris, 0.35), Part.EYE)
        canvas.tint(ellipse(x, y + r * 0.15, r * 0.85, tall * 0.8), lighter(iris, 0.12), soft=r * 0.2)
        canvas.tint(
            ellipse(x, y + r * 0.5, r * 0.6, r * 0.3), lighter(iris, 0.45), soft=r * 0.2, strength=0.7
        )
        canvas.fill(
            ellipse(look_x, look_y, max(pupil * slit, r * 0.14), pupil * (1.0 if slit > 0.8 else 1.2)),
            (20, 16, 18),
            Part.EYE | Part.PUPIL,
        )
        lid = curve([(x - r * 1.15, y - tall * 0.25), (x, y - tall * 1.08), (x + r * 1.15, y - tall * 0.25)])
        canvas.fill(ribbon(lid, r * 0.06, r * 0.06, r * 0.22), rim, Part.EYE)
    light_x, light_y = canvas.light * r * 0.4
    bright = mixed(INK, WHITE, shine)
    canvas.fill(ellipse(x + light_x, y + light_y, r * 0.21, corners=16), bright, Part.EYE)
    canvas.fill(
        ellipse(x - light_x * 0.9, y - light_y * 0.9, r * 0.1, corners=12), darker(bright, 0.15), Part.EYE
    )


def almond_eye(face: Face, x: float, y: float, r: float, *, side: int, slit: float) -> None:
    """A cat's eye as photographs show it: lids that meet in corners, a clear iris and a dark line to the nose.

    Args:
        face: whose.
        x: of its middle.
        y: of its middle.
        r: its radius.
        side: +1 for the eye on the right of the picture, −1 for the left one.
        slit: the pupil's width over its height.
    """
    canvas, iris, turn = face.canvas, face.coat.iris, face.turn
    wide = r * max(0.6, 1 - max(0.0, 1.2 * side * turn[0]))
    tall = r * face.some(0.78, 1.0)
    lids = blob(
        [
            (x - side * wide * 1.3, y + tall * 0.5),
            (x - side * wide * 0.7, y - tall * 0.5),
            (x, y - tall * 0.98),
            (x + side * wide * 0.75, y - tall * 0.72),
            (x + side * wide * 1.2, y - tall * 0.3),
            (x + side * wide * 0.8, y + tall * 0.55),
            (x, y + tall * 0.95),
            (x - side * wide * 0.7, y + tall * 0.75),
        ]
    )
    middle = np.array([x, y])
    canvas.tint(
        lids * 1.3 - middle * 0.3, lighter(face.coat.light, 0.1), soft=r * 0.3, strength=face.some(0, 0.6)
    )
    canvas.fill(lids * 1.14 - middle * 0.14, darker(face.coat.dark, 0.55), Part.EYE)
    canvas.fill(lids, darker(iris, 0.3), Part.EYE)
    canvas.tint(ellipse(x, y, wide * 0.9, tall * 0.85), iris, soft=r * 0.2, within=lids)
    canvas.tint(
        ellipse(x, y + tall * 0.4, wide * 0.7, tall * 0.4), lighter(iris, 0.35), soft=r * 0.25, within=lids
    )
    high = tall * face.some(0.6, 0.8)
    look = (x + turn[0] * r * 0.5, y + turn[1] * r * 0.5)
    pupil = ellipse(*look, max(high * slit * 0.8, r * 0.14), high)
    canvas.tint(pupil, (22, 18, 20), Part.PUPIL, soft=r * 0.06, within=lids)
    canvas.tint(lids + np.array([0, -tall * 1.5]), INK, soft=r * 0.2, strength=0.5, within=lids)
    shine = canvas.light * r * 0.36
    canvas.tint(ellipse(look[0] + shine[0], look[1] + shine[1], r * face.some(0.08, 0.2)), WHITE, within=lids)


def closed_eye(face: Face, x: float, y: float, r: float) -> None:
    """A sleeping eye: a lid's line with lashes, which is no part."""
    bow = face.some(-0.5, 0.6) * r
    lid = curve([(x - r, y), (x, y + bow), (x + r, y)])
    face.canvas.fill(ribbon(lid, r * 0.08, r * 0.08, r * 0.26), INK)


def pair_of_eyes(
    face: Face,
    x: float,
    y: float,
    r: float,
    *,
    slit: float = 1.0,
    bead: bool = False,
    before: float = 0.45,
    rim: Colour = INK,
    shine: float = 0.85,
    almond: bool = False,
) -> None:
    """Two eyes, each open or closed as the face has it."""
    for side in (-1, 1):
        at = face.at(side * x, y, before)
        if face.eyes == "closed" or (face.eyes == "wink" and side > 0):
            closed_eye(face, *at, r)
        elif almond:
            almond_eye(face, *at, r, side=side, slit=slit)
        else:
            eye(face, *at, r, slit=slit, bead=bead, rim=rim, shine=shine)
