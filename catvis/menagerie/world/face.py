"""The parts that animal faces share: noses, muzzles, mouths and whiskers, and the felt that they are cut from.

Positions are in the head's frame (the head is about one unit in radius). Parts that stick out of the head
follow its turn: `Face.at` shifts a place by how far it stands before the head.
"""

from __future__ import annotations

import math

import numpy as np

from catvis.frozen import Frozen
from catvis.menagerie.world.canvas import Canvas, Colour
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import INK, THROAT, TONGUE, WHITE, Coat, darker, lighter, mixed
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import Points, blob, curve, ellipse, ribbon, wobbled


class Face(Frozen):
    """One animal's face in the making.

    Attributes:
        canvas: posed so that the head lies around the origin.
        rng: the picture's stream of numbers.
        coat: its colours.
        turn: how far the head looks aside and down, mostly within 0.25, a cat's within 0.5.
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
    shadow(face.canvas, outline)
    face.canvas.fill(outline, colour, part)
    cushion(face.canvas, outline, relief)


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
    ink: Colour | None = None,
) -> None:
    """A mouth below a nose at (x, y): two bows; open by ``open_``, the tongue out by ``tongue``.

    The bows are softer than the nose, unless they are drawn in ``ink``.
    """
    ink = ink or mixed(INK, face.coat.light, 0.45)
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
            shadow(canvas, out, 0.04, 0.35)
            canvas.fill(out, TONGUE, Part.TONGUE | Part.MOUTH)
            cushion(canvas, out, 0.6)
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
    canvas.stroke(curve([(x, y), (x, y1 - drop * 0.15)]), ink, line, Part.MOUTH | under)
    for bow in bows:
        canvas.stroke(bow, ink, line, Part.MOUTH | under)


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
        cushion(canvas, shape, 0.65)
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
