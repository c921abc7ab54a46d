"""Animals of house and farm: cat, dog, rabbit, mouse and pig, each with proportions of its own.

Every function takes a `Face` and draws onto its canvas, back to front.
"""

from __future__ import annotations

import numpy as np

from catvis.menagerie.world.canvas import Colour
from catvis.menagerie.world.eyes import pair_of_eyes
from catvis.menagerie.world.face import Face, comb, mouth, muzzle, nose, piece, whiskers
from catvis.menagerie.world.head import cheek_blush, dye, ear, head_of
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import WHITE, darker, lighter, mixed
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import Points, blob, both_sides, curve, ellipse, mirrored, ribbon, wobbled


def cat(face: Face) -> None:
    """Pointed ears, clear eyes, a tabby's stripes or a patch, and long pale whiskers.

    Some are cuddly toys, round-eyed and short in the face; others come close to what photographs show.
    """
    coat, tall, long = face.coat, face.some(0.92, 1.16), face.some(0.0, 0.38)
    natural = face.some(0, 1) < 0.65
    outer = blob(
        [(0.18, -0.72), (0.42, -1.12), (0.74, -0.72 - 0.72 * tall), (0.88, -1.1), (0.93, -0.42), (0.5, -0.5)]
    )
    inner = blob([(0.4, -0.78), (0.54, -1.06), (0.72, -0.72 - 0.56 * tall), (0.79, -1.02), (0.78, -0.6)])
    ear(face, outer, inner, (0.55, -0.6))
    skull = head_of(face, 1.0 + 0.1 * long, 0.9 + 0.4 * long, jowl=0.05)
    style = face.some(0, 1)
    if style < 0.78:
        _bars(face, skull, darker(coat.dark, 0.1))
    elif style < 0.88:
        side = 1 if face.some(0, 1) < 0.5 else -1
        half = [(side * 0.05, -1.0), (side * 1.1, -0.9), (side * 1.1, 0.1), (side * 0.3, 0.15)]
        dye(face, blob(half), skull, coat.dark)
    x, y = face.at(0, 0.3 + long, 0.5)
    if face.some(0, 1) < 0.6:
        blaze = [(0.0, -0.62), (0.14, -0.2), (0.5, 0.1), (0.3, 0.6)]
        dye(face, blob(both_sides([*blaze, (0.0, 0.7)])) + np.array([x, y]), skull, coat.light, Part.NONE)
    elif face.some(0, 1) < 0.7:
        bridge = blob(both_sides([(0.0, -0.5), (0.12, -0.4), (0.2, 0.0), (0.0, 0.1)])) + np.array([x, y])
        face.canvas.tint(bridge, mixed(coat.fur, (206, 140, 84), 0.6), soft=0.06, strength=0.8)
    comb(face, skull, face.at(0, 0.2 + long * 0.6), face.some(0.06, 0.16), 1.3)
    size, slit = face.some(0.16, 0.25), face.some(0.15, 0.6)
    pair_of_eyes(face, face.some(0.4, 0.46), -0.08, size, slit=slit, almond=natural)
    x, y = face.at(0, 0.3 + long, 0.7)
    muzzle(face, x, y + 0.14, 0.36, 0.26, mixed(coat.light, coat.fur, face.some(0, 0.5)), pads=True)
    yawns = face.some(0, 1) < 0.12
    mouth(face, x, y + 0.06, 0.3, under=Part.MUZZLE, open_=face.some(0.2, 0.6) if yawns else 0.0)
    nose(face, x, y, face.some(0.12, 0.17), under=Part.MUZZLE)
    whiskers(face, x, y + 0.14, 0.36, face.some(0.75, 1.2), mixed(WHITE, coat.dark, face.some(0, 0.2)))


def _bars(face: Face, skull: Points, colour: Colour) -> None:
    """A tabby's stripes: bars up the forehead, and from the eyes across the cheeks."""
    canvas, wide = face.canvas, face.some(0.035, 0.11)
    bars = [[(0.0, -0.95), (0.0, -0.72), (0.0, -0.42)]]
    for side in (-1, 1):
        bars.append([(side * 0.3, -0.95), (side * 0.21, -0.7), (side * 0.17, -0.4)])
        bars.append([(side * 0.52, -0.82), (side * 0.42, -0.62), (side * 0.36, -0.42)])
        bars.append([(side * 0.66, -0.06), (side * 0.86, -0.06), (side * 1.02, 0.04)])
        bars.append([(side * 0.6, 0.14), (side * 0.8, 0.24), (side * 0.98, 0.26)])
        bars.append([(side * 0.62, 0.42), (side * 0.74, 0.5), (side * 0.86, 0.52)])
    for corners in bars:
        placed = [face.at(x + face.some(-0.03, 0.03), y, 0.35) for x, y in corners]
        stripe = ribbon(curve(placed), wide * 0.5, wide * 0.3, wide * face.some(0.5, 0.9))
        canvas.tint(stripe, colour, Part.STRIPE, soft=0.02, strength=face.some(0.75, 1.0), within=skull)


def dog(face: Face) -> None:
    """Hanging ears, a patch over one eye, a blaze, a round nose and often the tongue out."""
    coat = face.coat
    skull = head_of(face, 0.88, 0.95, crown=0.06)
    kind = face.some(0, 1)
    if kind < 0.45:
        side = 1 if face.some(0, 1) < 0.5 else -1
        x, y = face.at(side * 0.4, -0.18, 0.4)
        dye(face, wobbled(ellipse(x, y, 0.36, 0.4), face.rng, 0.08), skull, coat.dark)
    if kind > 0.3:
        x, _ = face.at(0, 0, 0.4)
        dye(
            face,
            blob(
                [
                    (x - 0.09, -1.0),
                    (x + 0.09, -1.0),
                    (x + 0.12, -0.2),
                    (x + 0.4, 0.3),
                    (x - 0.4, 0.3),
                    (x - 0.12, -0.2),
                ]
            ),
            skull,
            coat.light,
            Part.NONE,
        )
    comb(face, skull, face.at(0, 0.2), 0.15)
    flop = face.some(-0.1, 0.15)
    outer = blob(
        [
            (0.5, -0.84),
            (0.86, -0.86),
            (1.16, -0.4 + flop),
            (1.2, 0.25 + flop),
            (0.98, 0.5 + flop),
            (0.8, 0.15),
            (0.74, -0.35),
        ]
    )
    inner = blob([(0.98, -0.2 + flop), (1.08, 0.16 + flop), (0.97, 0.36 + flop), (0.9, 0.1)])
    dark_ear = coat.dark if face.some(0, 1) < 0.75 else darker(coat.fur, 0.25)
    for side in (1, -1):
        shift = np.array(face.at(0, 0, -0.1))
        whole = (outer if side > 0 else mirrored(outer)) + shift
        piece(face, whole, dark_ear, Part.PINNA)
        face.canvas.tint(
            (inner if side > 0 else mirrored(inner)) + shift, lighter(dark_ear, 0.2), soft=0.08, strength=0.6
        )
        comb(face, whole, (side * 0.6, -0.9), 0.16, 0.9)
    pair_of_eyes(face, 0.36, -0.16, face.some(0.14, 0.19))
    x, y = face.at(0, 0.24, 1.0)
    muzzle(face, x, y + 0.2, 0.44, 0.42, lighter(coat.light, 0.05))
    panting = face.some(0, 1) < 0.55
    mouth(
        face,
        x,
        y + 0.16,
        0.4,
        under=Part.MUZZLE,
        open_=0.5 if panting else 0.0,
        tongue=face.some(0.7, 1.2) if panting else 0.0,
    )
    nose(face, x, y, 0.2, round_=0.7, under=Part.MUZZLE)


def rabbit(face: Face) -> None:
    """Two long ears, a split lip with teeth, and rosy cheeks."""
    coat, tall, lean = face.coat, face.some(1.1, 1.45), face.some(-0.06, 0.28)
    top = -0.6 - tall
    outer = blob(
        [
            (0.16, -0.62),
            (0.14 + lean * 0.4, -0.6 - tall * 0.55),
            (0.36 + lean, top),
            (0.6 + lean, -0.6 - tall * 0.6),
            (0.56, -0.6),
        ]
    )
    inner = blob(
        [
            (0.27, -0.72),
            (0.26 + lean * 0.4, -0.6 - tall * 0.55),
            (0.37 + lean, top + 0.15),
            (0.49 + lean, -0.6 - tall * 0.58),
            (0.45, -0.7),
        ]
    )
    ear(face, outer, inner, (0.36, -0.6))
    skull = head_of(face, 0.84, 0.86, jowl=0.1)
    comb(face, skull, face.at(0, 0.1), 0.17)
    pair_of_eyes(face, 0.46, -0.12, face.some(0.15, 0.2), bead=face.some(0, 1) < 0.7, before=0.3)
    x, y = face.at(0, 0.26, 0.7)
    muzzle(face, x, y + 0.16, 0.3, 0.24, coat.light, pads=True)
    tooth = [ellipse(x + side * 0.062, y + 0.43, 0.062, 0.12) for side in (-1, 1)]
    for shape in tooth:
        face.canvas.fill(shape * 1.0, darker(WHITE, 0.35))
        face.canvas.fill(shape * 0.86 + shape.mean(axis=0) * 0.14, WHITE)
    mouth(face, x, y + 0.06, 0.24, under=Part.MUZZLE)
    nose(face, x, y, 0.1, under=Part.MUZZLE)
    cheek_blush(face, 0.58, 0.26, 0.17)


def mouse(face: Face) -> None:
    """Ears as large as the face, which runs to a point at a pink nose."""
    coat, r = face.coat, face.some(0.54, 0.68)
    outer, inner = ellipse(0.86, -0.66, r, r * 0.98), ellipse(0.87, -0.63, r * 0.74, r * 0.72)
    ear(face, outer, inner, (0.6, -0.4))
    w = face.some(0.72, 0.8)
    head = blob(
        [
            (0, -0.76),
            (w * 0.8, -0.55),
            (w, 0.0),
            (w * 0.6, 0.5),
            (0.16, 0.9),
            (-0.16, 0.9),
            (-w * 0.6, 0.5),
            (-w, 0.0),
            (-w * 0.8, -0.55),
        ]
    )
    piece(face, head, coat.fur)
    comb(face, head, face.at(0, 0.5), 0.13)
    pair_of_eyes(face, 0.32, -0.04, face.some(0.11, 0.15), bead=True)
    x, y = face.at(0, 0.62, 0.9)
    muzzle(face, x, y + 0.06, 0.22, 0.2, coat.light)
    mouth(face, x, y + 0.1, 0.16, under=Part.MUZZLE)
    whiskers(face, x, y + 0.06, 0.2, face.some(0.5, 0.7), darker(coat.fur, 0.35), count=3)
    nose(face, x, y, 0.11, round_=1.0, under=Part.MUZZLE)


def pig(face: Face) -> None:
    """Ears that fold forward and a flat snout with two nostrils."""
    coat = face.coat
    outer = blob([(0.28, -0.74), (0.62, -1.12), (1.02, -1.1), (1.06, -0.62), (0.86, -0.34)])
    inner = blob([(0.52, -0.76), (0.7, -0.98), (0.94, -0.98), (0.94, -0.66), (0.8, -0.5)])
    ear(face, outer, inner, (0.6, -0.5))
    skull = head_of(face, 0.98, 0.92, jowl=0.06)
    comb(face, skull, face.at(0, 0.2), 0.08, 0.5)
    cheek_blush(face, 0.62, 0.3, 0.2)
    pair_of_eyes(face, 0.4, -0.18, face.some(0.085, 0.12), bead=True, shine=0.55)
    x, y = face.at(0, 0.2, 0.9)
    mouth(
        face,
        x,
        y + 0.18,
        0.32,
        open_=0.35 if face.some(0, 1) < 0.3 else 0.0,
        ink=darker(coat.fur, 0.45),
    )
    snout = wobbled(ellipse(x, y, 0.4, face.some(0.27, 0.33)), face.rng, 0.02)
    shadow(face.canvas, snout, 0.06, 0.45)
    face.canvas.fill(snout, darker(coat.nose, 0.6), Part.SNOUT)
    plate = snout * 0.9 + snout.mean(axis=0) * 0.1
    face.canvas.fill(plate, coat.nose, Part.SNOUT)
    cushion(face.canvas, snout, 0.8)
    for side in (-1, 1):
        face.canvas.fill(
            ellipse(x + side * 0.15, y + 0.01, 0.085, 0.14, side * 0.15),
            darker(coat.nose, 0.88),
            Part.SNOUT | Part.NOSE,
        )
