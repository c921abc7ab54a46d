"""Animals of forest and pond: bear, panda, fox, lion, owl and frog, each with proportions of its own.

Every function takes a `Face` and draws onto its canvas, back to front.
"""

from __future__ import annotations

from msgspec.structs import replace

from catvis.menagerie.world.eyes import pair_of_eyes
from catvis.menagerie.world.face import Face, comb, mouth, muzzle, nose, piece
from catvis.menagerie.world.head import dye, ear, head_of
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import INK, TONGUE, darker, lighter
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import blob, curve, ellipse, jagged, ribbon, wobbled


def bear(face: Face) -> None:
    """Round ears, small bead eyes and a light muzzle in one piece."""
    coat = face.coat
    outer, inner = ellipse(0.72, -0.72, 0.34), ellipse(0.73, -0.7, 0.2)
    ear(face, outer, inner, (0.6, -0.55))
    skull = head_of(face, 0.98, 0.9, jowl=0.02)
    comb(face, skull, face.at(0, 0.25), 0.18, 1.1)
    pair_of_eyes(face, 0.34, -0.14, face.some(0.095, 0.13), bead=True)
    x, y = face.at(0, 0.16, 0.8)
    muzzle(face, x, y + 0.2, 0.44, 0.38, coat.light)
    mouth(face, x, y + 0.16, 0.28, under=Part.MUZZLE, open_=0.4 if face.some(0, 1) < 0.2 else 0.0)
    nose(face, x, y, 0.19, round_=0.9, under=Part.MUZZLE)


def panda(face: Face) -> None:
    """A white bear with dark ears and dark patches that hold the eyes."""
    coat = face.coat
    outer, inner = ellipse(0.74, -0.68, 0.33), ellipse(0.74, -0.66, 0.18)
    dark = replace(face, coat=replace(coat, fur=coat.dark, light=coat.dark, iris=darker(coat.iris, 0.75)))
    ear(dark, outer, inner, (0.6, -0.5))
    skull = head_of(face, 1.04, 0.9, jowl=0.05)
    for side in (-1, 1):
        x, y = face.at(side * 0.42, -0.06, 0.4)
        patch = wobbled(ellipse(x, y, 0.27, 0.34, side * face.some(0.4, 0.8)), face.rng, 0.04)
        dye(face, patch, skull, coat.dark)
    comb(face, skull, face.at(0, 0.2), 0.15)
    pair_of_eyes(dark, 0.4, -0.1, face.some(0.11, 0.15), bead=True, rim=darker(coat.dark, 0.4), shine=0.45)
    x, y = face.at(0, 0.28, 0.8)
    muzzle(face, x, y + 0.12, 0.32, 0.26, coat.light)
    mouth(face, x, y + 0.08, 0.24, under=Part.MUZZLE)
    nose(face, x, y, 0.15, round_=0.8, under=Part.MUZZLE)


def fox(face: Face) -> None:
    """A wide face that narrows to the nose, white cheeks and dark-lined ears."""
    coat = face.coat
    tall = face.some(0.95, 1.15)
    outer = blob([(0.2, -0.6), (0.46, -1.1), (0.78, -0.6 - 0.88 * tall), (0.95, -1.0), (0.92, -0.3)])
    inner = blob([(0.42, -0.7), (0.56, -1.06), (0.76, -0.6 - 0.7 * tall), (0.84, -0.96), (0.8, -0.5)])
    ear(face, outer, inner, (0.55, -0.5))
    head = blob(
        [
            (0, -0.74),
            (0.6, -0.66),
            (0.98, -0.1),
            (1.12, 0.26),
            (0.62, 0.6),
            (0.2, 0.98),
            (-0.2, 0.98),
            (-0.62, 0.6),
            (-1.12, 0.26),
            (-0.98, -0.1),
            (-0.6, -0.66),
        ]
    )
    piece(face, head, coat.fur)
    x, y = face.at(0, 0.0, 0.35)
    for side in (-1, 1):
        cheek = blob(
            [
                (x + side * 0.05, 0.62),
                (x + side * 0.3, 0.18 + y),
                (x + side * 0.72, 0.06 + y),
                (side * 1.2, 0.3),
                (side * 0.66, 0.68),
                (side * 0.14, 1.05),
            ]
        )
        dye(face, cheek, head, coat.light, Part.CHEEK)
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
    """A face in the middle of a mane."""
    coat = face.coat
    mane = jagged(ellipse(0, -0.02, 1.28, 1.26, corners=44), face.rng, 0.26)
    piece(face, blob(mane[::2]), coat.dark, Part.MANE)
    comb(face, mane, (0, 0), 0.42, 0.8)
    inner_mane = jagged(ellipse(0, -0.02, 1.0, 0.98, corners=36), face.rng, 0.2)
    face.canvas.tint(inner_mane, lighter(coat.dark, 0.16), soft=0.06, strength=0.7)
    face.canvas.comb(inner_mane, face.rng, root=(0, 0), length=0.4, density=0.8, contrast=0.28)
    outer, inner = ellipse(0.66, -0.66, 0.25), ellipse(0.67, -0.64, 0.14)
    ear(face, outer, inner, (0.55, -0.5))
    skull = head_of(face, 0.8, 0.82)
    comb(face, skull, face.at(0, 0.2), 0.12)
    pair_of_eyes(face, 0.34, -0.12, face.some(0.12, 0.16))
    x, y = face.at(0, 0.2, 0.8)
    bridge = blob([(x - 0.13, -0.2), (x + 0.13, -0.2), (x + 0.2, y), (x - 0.2, y)])
    face.canvas.tint(bridge, lighter(coat.fur, 0.2), soft=0.05, strength=0.8)
    muzzle(face, x, y + 0.16, 0.36, 0.28, coat.light, pads=True)
    mouth(face, x, y + 0.1, 0.3, under=Part.MUZZLE, open_=0.5 if face.some(0, 1) < 0.25 else 0.0)
    nose(face, x, y, 0.2, under=Part.MUZZLE)


def owl(face: Face) -> None:
    """Tufts, two pale discs around large eyes, and a beak between them."""
    coat = face.coat
    for side in (-1, 1):
        tuft = blob(
            [
                (side * 0.25, -0.72),
                (side * 0.55, -0.95),
                (side * face.some(0.85, 1.0), -1.3),
                (side * 0.94, -0.5),
            ]
        )
        piece(face, tuft, darker(coat.fur, 0.25), Part.TUFT)
        comb(face, tuft, (side * 0.5, -0.4), 0.16)
    skull = head_of(face, 1.0, 0.92, crown=0.1)
    flecks = face.rng.uniform(-1, 1, (46, 2))
    for x, y in flecks:
        fleck = ellipse(x, y, 0.035, 0.06, corners=8)
        face.canvas.tint(fleck, coat.dark if x + y > 0 else coat.light, strength=0.6, within=skull)
    comb(face, skull, face.at(0, 0.0), 0.12, 0.9)
    r = face.some(0.44, 0.5)
    for side in (-1, 1):
        x, y = face.at(side * 0.42, -0.1, 0.3)
        disc = jagged(ellipse(x, y, r, r * 1.05, corners=40), face.rng, 0.1)
        face.canvas.tint(disc, darker(coat.fur, 0.45), soft=0.05, strength=0.6)
        face.canvas.fill(disc * 0.94 + disc.mean(axis=0) * 0.06, coat.light, Part.RUFF)
        cushion(face.canvas, disc, 0.5)
        face.canvas.comb(disc, face.rng, root=(x, y), length=0.14, density=0.9, contrast=0.16)
    pair_of_eyes(face, 0.4, -0.1, face.some(0.16, 0.22), before=0.35, shine=0.6)
    x, y = face.at(0, 0.16, 0.9)
    beak = blob(
        [
            (x - 0.19, y - 0.16),
            (x, y - 0.28),
            (x + 0.19, y - 0.16),
            (x + 0.14, y + 0.18),
            (x, y + 0.44),
            (x - 0.14, y + 0.18),
        ]
    )
    shadow(face.canvas, beak, 0.05, 0.45)
    face.canvas.fill(beak, darker(coat.nose, 0.8), Part.BEAK)
    face.canvas.fill(beak * 0.86 + beak.mean(axis=0) * 0.14, coat.nose, Part.BEAK)
    cushion(face.canvas, beak, 0.9)
    face.canvas.fill(
        ribbon(curve([(x, y - 0.18), (x, y + 0.26)]), 0.06, 0.01), lighter(coat.nose, 0.4), Part.BEAK
    )


def frog(face: Face) -> None:
    """Eyes that stand on top of a wide skull, and a smile from side to side."""
    coat, r = face.coat, face.some(0.3, 0.37)
    for side in (-1, 1):
        x, y = face.at(side * 0.56, -0.66, -0.1)
        piece(face, ellipse(x, y, r * 1.22, r * 1.2), coat.fur)
    skull = head_of(face, 1.16, 0.78, jowl=0.08)
    for side in (-1, 1):
        x, y = face.at(side * 0.56, -0.66, -0.1)
        face.canvas.tint(ellipse(x, y + 0.1, r * 1.15, r * 1.15), coat.fur, soft=0.05)
    chin = blob([(-0.8, 0.5), (0, 0.42), (0.8, 0.5), (0.6, 0.9), (-0.6, 0.9)])
    face.canvas.tint(chin, coat.light, soft=0.08, within=skull)
    for x, y in face.rng.uniform(-1, 1, (14, 2)) * (0.9, 0.3) + (0, -0.15):
        face.canvas.tint(
            ellipse(x, y, face.some(0.03, 0.1), face.some(0.03, 0.08)),
            coat.dark,
            soft=0.015,
            strength=0.6,
            within=skull,
        )
    face.canvas.comb(skull, face.rng, root=(0, 0), length=0.04, density=0.5, contrast=0.1)
    pair_of_eyes(
        face, 0.56, -0.68, r * 0.74, slit=face.some(1.0, 1.4), before=-0.05, rim=darker(coat.dark, 0.3)
    )
    x, y = face.at(0, 0.26, 0.5)
    wide, smile = face.some(0.66, 0.86), face.some(0.1, 0.26)
    line = curve(
        [
            (x - wide, y - smile * 0.6),
            (x - wide * 0.5, y + smile * 0.6),
            (x, y + smile),
            (x + wide * 0.5, y + smile * 0.6),
            (x + wide, y - smile * 0.6),
        ]
    )
    if face.some(0, 1) < 0.25:
        tongue = blob(
            [
                (x - 0.16, y + smile),
                (x + 0.16, y + smile),
                (x + 0.2, y + 0.5),
                (x, y + 0.6),
                (x - 0.2, y + 0.5),
            ]
        )
        piece(face, tongue, TONGUE, Part.TONGUE)
    face.canvas.fill(ribbon(line, 0.04, 0.04, 0.05), darker(coat.dark, 0.6), Part.MOUTH)
    face.canvas.mark(ribbon(line, 0.1, 0.1, 0.14), Part.MOUTH)
    for side in (-1, 1):
        face.canvas.fill(ellipse(x + side * 0.12, y - 0.2, 0.035, 0.025, corners=10), INK, Part.NOSE)
