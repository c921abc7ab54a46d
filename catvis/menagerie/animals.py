"""The eleven animals: each draws ears, head, markings and face with the shared parts, and with proportions of its own.

Every function takes a `Face` and draws onto its canvas, back to front; `ANIMALS` maps kinds to them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from catvis.menagerie.canvas import Colour
from catvis.menagerie.face import (
    Face,
    cheek_blush,
    comb,
    ear,
    mouth,
    muzzle,
    nose,
    pair_of_eyes,
    piece,
    whiskers,
)
from catvis.menagerie.kinds import Part
from catvis.menagerie.palette import INK, WHITE, darker, lighter, mixed
from catvis.menagerie.shapes import Points, blob, curve, ellipse, jagged, mirrored, polygon, ribbon, wobbled


def _head(face: Face, width: float, height: float, *, jowl: float = 0.0, crown: float = 0.0, colour: Colour | None = None) -> Points:
    """The head's felt: an oval, wider below by ``jowl`` and flatter on top by ``crown``; combed away from the nose."""
    w, h = width * face.some(0.96, 1.04), height * face.some(0.96, 1.04)
    outline = blob(
        [(0, -h * (1 - crown)), (w * 0.62, -h * (0.84 - crown * 0.5)), (w * 0.97, -h * 0.3), (w * (1 + jowl), h * 0.28), (w * (0.66 + jowl), h * 0.8),
         (0, h), (-w * (0.66 + jowl), h * 0.8), (-w * (1 + jowl), h * 0.28), (-w * 0.97, -h * 0.3), (-w * 0.62, -h * (0.84 - crown * 0.5))]
    )  # fmt: skip
    outline = wobbled(outline, face.rng, 0.015)
    piece(face, outline, colour or face.coat.fur)
    return outline


def _patch(face: Face, outline: Points, head: Points, colour: Colour, part: Part = Part.PATCH) -> None:
    face.canvas.tint(outline, colour, part, soft=0.03, within=head)


def _bars(face: Face, head: Points, colour: Colour) -> None:
    """A tabby's stripes: bars up the forehead, and from the eyes across the cheeks."""
    canvas, wide = face.canvas, face.some(0.07, 0.11)
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
        canvas.tint(stripe, colour, Part.STRIPE, soft=0.02, strength=face.some(0.75, 1.0), within=head)


def cat(face: Face) -> None:
    coat, tall = face.coat, face.some(0.92, 1.16)
    outer = blob([(0.18, -0.72), (0.42, -1.12), (0.74, -0.72 - 0.72 * tall), (0.88, -1.1), (0.93, -0.42), (0.5, -0.5)])
    inner = blob([(0.4, -0.78), (0.54, -1.06), (0.72, -0.72 - 0.56 * tall), (0.79, -1.02), (0.78, -0.6)])
    ear(face, outer, inner, (0.55, -0.6))
    head = _head(face, 1.0, 0.9, jowl=0.05)
    style = face.some(0, 1)
    if style < 0.72:
        _bars(face, head, darker(coat.dark, 0.1))
    elif style < 0.86:
        side = 1 if face.some(0, 1) < 0.5 else -1
        _patch(face, blob([(side * 0.05, -1.0), (side * 1.1, -0.9), (side * 1.1, 0.1), (side * 0.3, 0.15)]), head, coat.dark)
    if face.some(0, 1) < 0.75:
        x, y = face.at(0, 0.35, 0.4)
        _patch(face, blob([(x, y - 0.62), (x + 0.14, y - 0.2), (x + 0.5, y + 0.1), (x + 0.3, y + 0.6), (x - 0.3, y + 0.6), (x - 0.5, y + 0.1), (x - 0.14, y - 0.2)]), head, coat.light, Part.NONE)
    comb(face, head, face.at(0, 0.2), 0.16)
    pair_of_eyes(face, 0.42, -0.08, face.some(0.16, 0.25), slit=face.some(0.25, 1.0))
    x, y = face.at(0, 0.32, 0.7)
    muzzle(face, x, y + 0.14, 0.36, 0.26, lighter(coat.light, 0.1), pads=True)
    mouth(face, x, y + 0.06, 0.3, under=Part.MUZZLE, open_=face.some(0.2, 0.6) if face.some(0, 1) < 0.12 else 0.0)
    nose(face, x, y, 0.14, under=Part.MUZZLE)
    whiskers(face, x, y + 0.14, 0.36, face.some(0.75, 1.1), mixed(WHITE, coat.dark, face.some(0, 0.15)))


def dog(face: Face) -> None:
    coat = face.coat
    head = _head(face, 0.88, 0.95, crown=0.06)
    kind = face.some(0, 1)
    if kind < 0.45:
        side = 1 if face.some(0, 1) < 0.5 else -1
        x, y = face.at(side * 0.4, -0.18, 0.4)
        _patch(face, wobbled(ellipse(x, y, 0.36, 0.4), face.rng, 0.08), head, coat.dark)
    if kind > 0.3:
        x, _ = face.at(0, 0, 0.4)
        _patch(face, blob([(x - 0.09, -1.0), (x + 0.09, -1.0), (x + 0.12, -0.2), (x + 0.4, 0.3), (x - 0.4, 0.3), (x - 0.12, -0.2)]), head, coat.light, Part.NONE)
    comb(face, head, face.at(0, 0.2), 0.15)
    flop = face.some(-0.1, 0.15)
    outer = blob([(0.5, -0.84), (0.86, -0.86), (1.16, -0.4 + flop), (1.2, 0.25 + flop), (0.98, 0.5 + flop), (0.8, 0.15), (0.74, -0.35)])
    inner = blob([(0.98, -0.2 + flop), (1.08, 0.16 + flop), (0.97, 0.36 + flop), (0.9, 0.1)])
    dark_ear = coat.dark if face.some(0, 1) < 0.75 else darker(coat.fur, 0.25)
    for side in (1, -1):
        shift = np.array(face.at(0, 0, -0.1))
        whole = (outer if side > 0 else mirrored(outer)) + shift
        piece(face, whole, dark_ear, Part.EAR)
        face.canvas.tint((inner if side > 0 else mirrored(inner)) + shift, lighter(dark_ear, 0.2), soft=0.08, strength=0.6)
        comb(face, whole, (side * 0.6, -0.9), 0.16, 0.9)
    pair_of_eyes(face, 0.36, -0.16, face.some(0.14, 0.19))
    x, y = face.at(0, 0.24, 1.0)
    muzzle(face, x, y + 0.2, 0.44, 0.42, lighter(coat.light, 0.05))
    panting = face.some(0, 1) < 0.55
    mouth(face, x, y + 0.16, 0.4, under=Part.MUZZLE, open_=0.5 if panting else 0.0, tongue=face.some(0.7, 1.2) if panting else 0.0)
    nose(face, x, y, 0.2, round_=0.7, under=Part.MUZZLE)


def rabbit(face: Face) -> None:
    coat, tall, lean = face.coat, face.some(1.1, 1.45), face.some(-0.06, 0.28)
    top = -0.6 - tall
    outer = blob([(0.16, -0.62), (0.14 + lean * 0.4, -0.6 - tall * 0.55), (0.36 + lean, top), (0.6 + lean, -0.6 - tall * 0.6), (0.56, -0.6)])
    inner = blob([(0.27, -0.72), (0.26 + lean * 0.4, -0.6 - tall * 0.55), (0.37 + lean, top + 0.15), (0.49 + lean, -0.6 - tall * 0.58), (0.45, -0.7)])
    ear(face, outer, inner, (0.36, -0.6))
    head = _head(face, 0.84, 0.86, jowl=0.1)
    comb(face, head, face.at(0, 0.1), 0.17)
    pair_of_eyes(face, 0.46, -0.12, face.some(0.15, 0.2), bead=face.some(0, 1) < 0.7, before=0.3)
    x, y = face.at(0, 0.26, 0.7)
    muzzle(face, x, y + 0.16, 0.3, 0.24, coat.light, pads=True)
    tooth = [ellipse(x + side * 0.062, y + 0.43, 0.062, 0.12) for side in (-1, 1)]
    for shape in tooth:
        face.canvas.fill(shape * 1.0, darker(WHITE, 0.35), Part.TOOTH)
        face.canvas.fill(shape * 0.86 + shape.mean(axis=0) * 0.14, WHITE, Part.TOOTH)
    mouth(face, x, y + 0.06, 0.24, under=Part.MUZZLE)
    nose(face, x, y, 0.1, under=Part.MUZZLE)
    cheek_blush(face, 0.58, 0.26, 0.17)


def bear(face: Face) -> None:
    coat = face.coat
    outer, inner = ellipse(0.72, -0.72, 0.34), ellipse(0.73, -0.7, 0.2)
    ear(face, outer, inner, (0.6, -0.55))
    head = _head(face, 0.98, 0.9, jowl=0.02)
    comb(face, head, face.at(0, 0.25), 0.18, 1.1)
    pair_of_eyes(face, 0.34, -0.14, face.some(0.095, 0.13), bead=True)
    x, y = face.at(0, 0.16, 0.8)
    muzzle(face, x, y + 0.2, 0.44, 0.38, coat.light)
    mouth(face, x, y + 0.16, 0.28, under=Part.MUZZLE, open_=0.4 if face.some(0, 1) < 0.2 else 0.0)
    nose(face, x, y, 0.19, round_=0.9, under=Part.MUZZLE)


def panda(face: Face) -> None:
    coat = face.coat
    outer, inner = ellipse(0.74, -0.68, 0.33), ellipse(0.74, -0.66, 0.18)
    dark = Face(face.canvas, face.rng, type(coat)(coat.dark, coat.dark, coat.dark, coat.inner, coat.nose, coat.iris), face.turn, face.eyes, face.fur)
    ear(dark, outer, inner, (0.6, -0.5))
    head = _head(face, 1.04, 0.9, jowl=0.05)
    for side in (-1, 1):
        x, y = face.at(side * 0.42, -0.06, 0.4)
        patch = wobbled(ellipse(x, y, 0.27, 0.34, side * face.some(0.4, 0.8)), face.rng, 0.04)
        _patch(face, patch, head, coat.dark)
    comb(face, head, face.at(0, 0.2), 0.15)
    pair_of_eyes(face, 0.4, -0.1, face.some(0.11, 0.15), rim=darker(coat.dark, 0.4))
    x, y = face.at(0, 0.28, 0.8)
    muzzle(face, x, y + 0.12, 0.32, 0.26, coat.light)
    mouth(face, x, y + 0.08, 0.24, under=Part.MUZZLE)
    nose(face, x, y, 0.15, round_=0.8, under=Part.MUZZLE)


def mouse(face: Face) -> None:
    coat, r = face.coat, face.some(0.54, 0.68)
    outer, inner = ellipse(0.86, -0.66, r, r * 0.98), ellipse(0.87, -0.63, r * 0.74, r * 0.72)
    ear(face, outer, inner, (0.6, -0.4))
    w = face.some(0.72, 0.8)
    head = blob([(0, -0.76), (w * 0.8, -0.55), (w, 0.0), (w * 0.6, 0.5), (0.16, 0.9), (-0.16, 0.9), (-w * 0.6, 0.5), (-w, 0.0), (-w * 0.8, -0.55)])
    piece(face, head, coat.fur)
    comb(face, head, face.at(0, 0.5), 0.13)
    pair_of_eyes(face, 0.32, -0.04, face.some(0.11, 0.15), bead=True)
    x, y = face.at(0, 0.62, 0.9)
    muzzle(face, x, y + 0.06, 0.22, 0.2, coat.light)
    mouth(face, x, y + 0.1, 0.16, under=Part.MUZZLE)
    whiskers(face, x, y + 0.06, 0.2, face.some(0.5, 0.7), darker(coat.fur, 0.35), count=3)
    nose(face, x, y, 0.11, round_=1.0, under=Part.MUZZLE)


def pig(face: Face) -> None:
    coat = face.coat
    outer = blob([(0.28, -0.74), (0.62, -1.12), (1.02, -1.1), (1.06, -0.62), (0.86, -0.34)])
    inner = blob([(0.52, -0.76), (0.7, -0.98), (0.94, -0.98), (0.94, -0.66), (0.8, -0.5)])
    ear(face, outer, inner, (0.6, -0.5))
    head = _head(face, 0.98, 0.92, jowl=0.06)
    comb(face, head, face.at(0, 0.2), 0.08, 0.5)
    cheek_blush(face, 0.62, 0.3, 0.2)
    pair_of_eyes(face, 0.4, -0.18, face.some(0.1, 0.14), bead=True)
    x, y = face.at(0, 0.2, 0.9)
    mouth(face, x, y + 0.2, 0.36, open_=0.35 if face.some(0, 1) < 0.3 else 0.0)
    snout = wobbled(ellipse(x, y, 0.4, face.some(0.27, 0.33)), face.rng, 0.02)
    face.canvas.shadow(snout, 0.06, 0.45)
    face.canvas.fill(snout, darker(coat.nose, 0.18), Part.SNOUT)
    plate = snout * 0.9 + snout.mean(axis=0) * 0.1
    face.canvas.fill(plate, coat.nose, Part.SNOUT)
    face.canvas.model(snout, 0.8)
    for side in (-1, 1):
        face.canvas.fill(ellipse(x + side * 0.14, y + 0.01, 0.065, 0.11, side * 0.15), darker(coat.nose, 0.72), Part.SNOUT | Part.NOSE)


def fox(face: Face) -> None:
    coat = face.coat
    tall = face.some(0.95, 1.15)
    outer = blob([(0.2, -0.6), (0.46, -1.1), (0.78, -0.6 - 0.88 * tall), (0.95, -1.0), (0.92, -0.3)])
    inner = blob([(0.42, -0.7), (0.56, -1.06), (0.76, -0.6 - 0.7 * tall), (0.84, -0.96), (0.8, -0.5)])
    ear(face, outer, inner, (0.55, -0.5))
    head = blob([(0, -0.74), (0.6, -0.66), (0.98, -0.1), (1.12, 0.26), (0.62, 0.6), (0.2, 0.98), (-0.2, 0.98), (-0.62, 0.6), (-1.12, 0.26), (-0.98, -0.1), (-0.6, -0.66)])
    piece(face, head, coat.fur)
    x, y = face.at(0, 0.0, 0.35)
    for side in (-1, 1):
        cheek = blob([(x + side * 0.05, 0.62), (x + side * 0.3, 0.18 + y), (x + side * 0.72, 0.06 + y), (side * 1.2, 0.3), (side * 0.66, 0.68), (side * 0.14, 1.05)])
        _patch(face, cheek, head, coat.light, Part.CHEEK)
        brow = ellipse(*face.at(side * 0.3, -0.32, 0.4), 0.08, 0.05, side * 0.4)
        face.canvas.tint(brow, coat.light, soft=0.03, strength=0.7)
    comb(face, head, face.at(0, 0.4), 0.17)
    pair_of_eyes(face, 0.4, -0.06, face.some(0.14, 0.18), slit=face.some(0.35, 0.8))
    x, y = face.at(0, 0.66, 1.0)
    bridge = blob([(x - 0.2, 0.1), (x + 0.2, 0.1), (x + 0.17, y), (x, y + 0.14), (x - 0.17, y)])
    face.canvas.tint(bridge, coat.fur, soft=0.06)
    mouth(face, x, y + 0.08, 0.24)
    nose(face, x, y, 0.15, round_=0.6)


def lion(face: Face) -> None:
    coat = face.coat
    mane = jagged(ellipse(0, -0.02, 1.28, 1.26, corners=44), face.rng, 0.26)
    piece(face, blob(mane[::2]), coat.dark, Part.MANE)
    comb(face, mane, (0, 0), 0.42, 0.8)
    inner_mane = jagged(ellipse(0, -0.02, 1.0, 0.98, corners=36), face.rng, 0.2)
    face.canvas.tint(inner_mane, lighter(coat.dark, 0.16), soft=0.06, strength=0.7)
    face.canvas.comb(inner_mane, face.rng, root=(0, 0), length=0.4, density=0.8, contrast=0.28)
    outer, inner = ellipse(0.66, -0.66, 0.25), ellipse(0.67, -0.64, 0.14)
    ear(face, outer, inner, (0.55, -0.5))
    head = _head(face, 0.8, 0.82)
    comb(face, head, face.at(0, 0.2), 0.12)
    pair_of_eyes(face, 0.34, -0.12, face.some(0.12, 0.16))
    x, y = face.at(0, 0.2, 0.8)
    bridge = blob([(x - 0.13, -0.2), (x + 0.13, -0.2), (x + 0.2, y), (x - 0.2, y)])
    face.canvas.tint(bridge, lighter(coat.fur, 0.2), soft=0.05, strength=0.8)
    muzzle(face, x, y + 0.16, 0.36, 0.28, coat.light, pads=True)
    mouth(face, x, y + 0.1, 0.3, under=Part.MUZZLE, open_=0.5 if face.some(0, 1) < 0.25 else 0.0)
    nose(face, x, y, 0.2, under=Part.MUZZLE)


def owl(face: Face) -> None:
    coat = face.coat
    for side in (-1, 1):
        tuft = blob([(side * 0.25, -0.72), (side * 0.55, -0.95), (side * face.some(0.85, 1.0), -1.3), (side * 0.94, -0.5)])
        piece(face, tuft, darker(coat.fur, 0.25), Part.TUFT)
        comb(face, tuft, (side * 0.5, -0.4), 0.16)
    head = _head(face, 1.0, 0.92, crown=0.1)
    flecks = face.rng.uniform(-1, 1, (46, 2))
    for x, y in flecks:
        fleck = ellipse(x, y, 0.035, 0.06, corners=8)
        face.canvas.tint(fleck, coat.dark if x + y > 0 else coat.light, strength=0.6, within=head)
    comb(face, head, face.at(0, 0.0), 0.12, 0.9)
    r = face.some(0.44, 0.5)
    for side in (-1, 1):
        x, y = face.at(side * 0.42, -0.1, 0.3)
        disc = jagged(ellipse(x, y, r, r * 1.05, corners=40), face.rng, 0.1)
        face.canvas.tint(disc, darker(coat.fur, 0.45), soft=0.05, strength=0.6)
        face.canvas.fill(disc * 0.94 + disc.mean(axis=0) * 0.06, coat.light)
        face.canvas.model(disc, 0.5)
        face.canvas.comb(disc, face.rng, root=(x, y), length=0.14, density=0.9, contrast=0.16)
    pair_of_eyes(face, 0.4, -0.1, face.some(0.2, 0.28), before=0.35)
    x, y = face.at(0, 0.16, 0.9)
    beak = blob([(x - 0.14, y - 0.14), (x, y - 0.22), (x + 0.14, y - 0.14), (x + 0.1, y + 0.14), (x, y + 0.34), (x - 0.1, y + 0.14)])
    face.canvas.shadow(beak, 0.05, 0.45)
    face.canvas.fill(beak, darker(coat.nose, 0.3), Part.BEAK)
    face.canvas.fill(beak * 0.86 + beak.mean(axis=0) * 0.14, coat.nose, Part.BEAK)
    face.canvas.model(beak, 0.9)
    face.canvas.fill(ribbon(curve([(x, y - 0.14), (x, y + 0.2)]), 0.05, 0.01), lighter(coat.nose, 0.4), Part.BEAK)


def frog(face: Face) -> None:
    coat, r = face.coat, face.some(0.3, 0.37)
    for side in (-1, 1):
        x, y = face.at(side * 0.56, -0.66, -0.1)
        piece(face, ellipse(x, y, r * 1.22, r * 1.2), coat.fur)
    head = _head(face, 1.16, 0.78, jowl=0.08)
    for side in (-1, 1):
        x, y = face.at(side * 0.56, -0.66, -0.1)
        face.canvas.tint(ellipse(x, y + 0.1, r * 1.15, r * 1.15), coat.fur, soft=0.05)
    chin = blob([(-0.8, 0.5), (0, 0.42), (0.8, 0.5), (0.6, 0.9), (-0.6, 0.9)])
    face.canvas.tint(chin, coat.light, soft=0.08, within=head)
    for x, y in face.rng.uniform(-1, 1, (14, 2)) * (0.9, 0.3) + (0, -0.15):
        face.canvas.tint(ellipse(x, y, face.some(0.03, 0.1), face.some(0.03, 0.08)), coat.dark, soft=0.015, strength=0.6, within=head)
    face.canvas.comb(head, face.rng, root=(0, 0), length=0.04, density=0.5, contrast=0.1)
    pair_of_eyes(face, 0.56, -0.68, r * 0.82, slit=face.some(1.0, 1.4), before=-0.05, rim=darker(coat.dark, 0.3))
    x, y = face.at(0, 0.26, 0.5)
    wide, smile = face.some(0.66, 0.86), face.some(0.1, 0.26)
    line = curve([(x - wide, y - smile * 0.6), (x - wide * 0.5, y + smile * 0.6), (x, y + smile), (x + wide * 0.5, y + smile * 0.6), (x + wide, y - smile * 0.6)])
    if face.some(0, 1) < 0.25:
        tongue = blob([(x - 0.16, y + smile), (x + 0.16, y + smile), (x + 0.2, y + 0.5), (x, y + 0.6), (x - 0.2, y + 0.5)])
        piece(face, tongue, (222, 104, 116), Part.TONGUE)
    face.canvas.fill(ribbon(line, 0.04, 0.04, 0.05), darker(coat.dark, 0.6), Part.MOUTH)
    face.canvas.mark(ribbon(line, 0.1, 0.1, 0.14), Part.MOUTH)
    for side in (-1, 1):
        face.canvas.fill(ellipse(x + side * 0.12, y - 0.2, 0.035, 0.025, corners=10), INK, Part.NOSE)


ANIMALS: dict[str, Callable[[Face], None]] = {
    "cat": cat,
    "dog": dog,
    "rabbit": rabbit,
    "bear": bear,
    "owl": owl,
    "fox": fox,
    "mouse": mouse,
    "panda": panda,
    "pig": pig,
    "lion": lion,
    "frog": frog,
}


def body(face: Face) -> None:
    """Shoulders and chest below the head, so that it does not float."""
    wide = face.some(0.75, 1.05)
    outline = blob([(0, 0.5), (wide * 0.8, 0.75), (wide * 1.15, 1.6), (wide, 2.6), (-wide, 2.6), (-wide * 1.15, 1.6), (-wide * 0.8, 0.75)])
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
