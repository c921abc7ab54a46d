"""The parts that animal faces share: eyes, noses, muzzles, mouths, whiskers and ears.

Positions are in the head's frame (the head is about one unit in radius). Parts that stick out of the head
follow its turn: `Face.at` shifts a place by how far it stands before the head.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from catvis.menagerie.canvas import Canvas, Colour
from catvis.menagerie.kinds import Part
from catvis.menagerie.palette import INK, THROAT, TONGUE, WHITE, Coat, darker, lighter
from catvis.menagerie.shapes import Points, blob, curve, ellipse, ribbon, wobbled


@dataclass(frozen=True)
class Face:
    """One animal's face in the making.

    Attributes:
        canvas: posed so that the head lies around the origin.
        rng: the picture's stream of numbers.
        coat: its colours.
        turn: how far the head looks aside and down, at most about 0.25 each.
        eyes: ``open``, ``closed`` or ``wink``.
        fur: how long and dense hair is; 0 for none.
    """

    canvas: Canvas
    rng: np.random.Generator
    coat: Coat
    turn: tuple[float, float]
    eyes: str = "open"
    fur: float = 1.0

    def at(self, x: float, y: float, before: float = 0.5) -> tuple[float, float]:
        """Where a place of the head is seen that stands ``before`` units before it."""
        return x + self.turn[0] * before, y + self.turn[1] * before

    def some(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))


def piece(
    face: Face, outline: Points, colour: Colour, part: Part = Part.NONE, *, relief: float = 0.7
) -> None:
    """One cut piece of felt with its shadow and relief."""
    face.canvas.shadow(outline)
    face.canvas.fill(outline, colour, part)
    face.canvas.model(outline, relief)


def comb(
    face: Face, outline: Points, root: tuple[float, float], length: float = 0.14, density: float = 1.0
) -> None:
    """Brush the fur of an outline away from a place."""
    if face.fur > 0:
        fine = min(face.fur, 1.0)
        face.canvas.comb(
            outline,
            face.rng,
            root=root,
            length=0.8 * length * face.fur,
            density=density,
            contrast=0.17 * fine,
        )


def eye(
    face: Face, x: float, y: float, r: float, *, slit: float = 1.0, bead: bool = False, rim: Colour = INK
) -> None:
    """An open eye: rim, iris, pupil and two catch-lights.

    Args:
        face: whose.
        x: of its middle.
        y: of its middle.
        r: its radius.
        slit: the pupil's width over its height.
        bead: all dark, as small animals' eyes are.
        rim: the colour of the lid's edge.
    """
    canvas, (tilt_x, tilt_y) = face.canvas, face.turn
    tall = r * face.some(0.88, 1.04)
    canvas.tint(
        ellipse(x, y, r * 1.35, tall * 1.35), darker(face.coat.fur, 0.5), soft=r * 0.35, strength=0.45
    )
    canvas.fill(ellipse(x, y, r * 1.12, tall * 1.12), rim, Part.EYE)
    look_x, look_y = x + tilt_x * r * 0.9, y + tilt_y * r * 0.9
    pupil = r * face.some(0.5, 0.72)
    if bead:
        canvas.fill(ellipse(x, y, r, tall), darker(face.coat.iris, 0.2), Part.EYE | Part.PUPIL)
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
    canvas.fill(ellipse(x + light_x, y + light_y, r * 0.24, corners=16), WHITE, Part.EYE | Part.PUPIL)
    canvas.fill(
        ellipse(x - light_x * 0.9, y - light_y * 0.9, r * 0.11, corners=12),
        (214, 216, 220),
        Part.EYE | Part.PUPIL,
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
            eye(face, *at, r, slit=slit, bead=bead, rim=rim)


def nose(face: Face, x: float, y: float, w: float, *, round_: float = 0.0, under: Part = Part.NONE) -> None:
    """A nose leather: a soft triangle, or an oval as ``round_`` goes to 1, with nostrils and a wet light."""
    canvas, h = face.canvas, w * (0.66 + 0.12 * round_)
    top, low = 0.55 + 0.3 * round_, w * 0.5 * (1 + round_ * 0.5)
    outline = blob(
        [
            (x - w * top, y - h * 0.8),
            (x, y - h * 0.72 - h * 0.2 * round_),
            (x + w * top, y - h * 0.8),
            (x + w, y - h * 0.1),
            (x + low, y + h * 0.6),
            (x, y + h),
            (x - low, y + h * 0.6),
            (x - w, y - h * 0.1),
        ]
    )
    colour = face.coat.nose
    canvas.tint(ellipse(x, y, w * 1.3, h * 1.4), darker(colour, 0.6), soft=w * 0.3, strength=0.35)
    canvas.fill(outline, darker(colour, 0.35), Part.NOSE | under)
    canvas.fill(outline * 0.88 + np.array([x, y]) * 0.12, colour, Part.NOSE | under)
    for side in (-1, 1):
        canvas.fill(
            ellipse(x + side * w * 0.42, y + h * 0.18, w * 0.17, h * 0.15, side * 0.5, 14),
            darker(colour, 0.8),
            Part.NOSE | under,
        )
    shine = ellipse(x + canvas.light[0] * w * 0.25, y - h * 0.45, w * 0.36, h * 0.16)
    canvas.tint(shine, lighter(colour, 0.75), soft=w * 0.1, strength=0.75)


def mouth(
    face: Face,
    x: float,
    y: float,
    w: float,
    *,
    under: Part = Part.NONE,
    open_: float = 0.0,
    tongue: float = 0.0,
) -> None:
    """A mouth below a nose at (x, y): two bows; open by ``open_``, the tongue out by ``tongue``."""
    canvas, line, drop = face.canvas, max(0.022, w * 0.07), w * 0.42
    y1 = y + drop
    if open_ > 0 or tongue > 0:
        deep = w * max(open_, tongue * 0.5)
        gap = blob(
            [
                (x - w * 0.55, y1),
                (x, y1 - w * 0.04),
                (x + w * 0.55, y1),
                (x + w * 0.36, y1 + deep * 0.8),
                (x, y1 + deep),
                (x - w * 0.36, y1 + deep * 0.8),
            ]
        )
        canvas.fill(gap, THROAT, Part.MOUTH | under)
        if tongue > 0:
            length, sway = w * (0.3 + tongue), face.some(-0.12, 0.12) * w
            out = blob(
                [
                    (x - w * 0.3, y1 + w * 0.06),
                    (x, y1 + w * 0.14),
                    (x + w * 0.3, y1 + w * 0.06),
                    (x + w * 0.34 + sway, y1 + length * 0.7),
                    (x + sway, y1 + length * 1.05),
                    (x - w * 0.34 + sway, y1 + length * 0.7),
                ]
            )
            canvas.shadow(out, 0.04, 0.35)
            canvas.fill(out, TONGUE, Part.TONGUE | Part.MOUTH)
            canvas.model(out, 0.6)
            groove = curve([(x, y1 + w * 0.2), (x + sway * 0.6, y1 + length * 0.8)])
            canvas.fill(ribbon(groove, line * 0.5, line), darker(TONGUE, 0.3), Part.TONGUE | Part.MOUTH)
    bend = face.some(0.25, 0.5)
    bows = [
        curve(
            [
                (x, y1 - drop * 0.2),
                (x + side * w * 0.3, y1 + w * 0.2 * bend),
                (x + side * w * 0.75, y1 + w * 0.06),
                (x + side * w * 0.98, y1 - w * 0.22 * bend),
            ]
        )
        for side in (-1, 1)
    ]
    canvas.mark(ellipse(x, y1 - drop * 0.1, w * 0.9, drop * 0.75), Part.MOUTH)
    canvas.stroke(curve([(x, y), (x, y1 - drop * 0.15)]), INK, line, Part.MOUTH | under)
    for bow in bows:
        canvas.stroke(bow, INK, line, Part.MOUTH | under)


def muzzle(face: Face, x: float, y: float, w: float, h: float, colour: Colour, *, pads: bool = False) -> None:
    """The light cushion under the nose, in one piece or as two pads with whisker dots."""
    canvas = face.canvas
    if pads:
        canvas.fill(ellipse(x, y + h * 0.5, w * 0.42, h * 0.75), darker(colour, 0.06), Part.MUZZLE)
        shapes = [ellipse(x + side * w * 0.46, y, w * 0.58, h * 0.78, side * 0.2) for side in (-1, 1)]
    else:
        shapes = [wobbled(ellipse(x, y, w, h), face.rng, 0.03)]
    for shape in shapes:
        canvas.tint(shape, darker(face.coat.fur, 0.4), soft=0.06, strength=0.35)
        canvas.tint(shape, colour, Part.MUZZLE, soft=0.03)
        canvas.model(shape, 0.65)
        comb(face, shape, (x, y - h * 0.6), 0.07, 0.6)
    if pads:
        spots = face.rng.uniform(-1, 1, (10, 2)) * (w * 0.28, h * 0.3)
        for index, (dx, dy) in enumerate(spots):
            canvas.fill(
                ellipse(x + (1 if index % 2 else -1) * w * 0.5 + dx, y + dy, 0.016, corners=8),
                darker(colour, 0.5),
                Part.MUZZLE,
            )


def whiskers(
    face: Face, x: float, y: float, w: float, length: float, colour: Colour = WHITE, count: int = 4
) -> None:
    """A fan of whiskers on each side; its mask is the fan that they span."""
    canvas, droop = face.canvas, face.some(-0.15, 0.3)
    for side in (-1, 1):
        tips, roots = [], []
        for index in range(count):
            share = index / (count - 1) - 0.5
            angle = share * face.some(0.5, 0.9) + face.some(-0.05, 0.05)
            reach = length * face.some(0.85, 1.15)
            root = (x + side * w * 0.6, y + share * w * 0.5)
            tip = (root[0] + side * reach * math.cos(angle), root[1] + reach * (math.sin(angle) + droop))
            middle = ((root[0] + tip[0]) / 2, (root[1] + tip[1]) / 2 - reach * 0.08)
            roots.append(root)
            tips.append(tip)
            canvas.fill(ribbon(curve([root, middle, tip]), 0.034, 0.010), colour, Part.WHISKER)
        canvas.mark(np.array(roots + tips[::-1]), Part.WHISKER)
