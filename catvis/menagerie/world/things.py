"""The five things: a house, a clock and a flower are drawn here, a car and a bicycle in `vehicles`.

Each function draws onto a posed canvas, back to front, in a frame where the thing is about one unit in
radius.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from catvis.menagerie.world.canvas import Canvas
from catvis.menagerie.world.felt import sewn, window
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import FELT, darker, jittered, lighter, picked
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import blob, box, curve, ellipse, jagged, polygon, ribbon, wobbled
from catvis.menagerie.world.vehicles import bicycle, car


def house(canvas: Canvas, rng: np.random.Generator) -> None:
    """A tiled roof over a wall with a door, windows and a chimney."""
    wall = lighter(picked(FELT, rng), float(rng.uniform(0.35, 0.65)))
    tiles = darker(picked(FELT[:6], rng), 0.1)
    wide, eaves, peak = (
        float(rng.uniform(0.72, 0.95)),
        float(rng.uniform(-0.25, -0.1)),
        float(rng.uniform(-1.1, -0.85)),
    )
    side = 1 if rng.random() < 0.5 else -1
    chimney = box(side * wide * 0.55 - 0.11, peak + 0.05, side * wide * 0.55 + 0.11, eaves)
    sewn(canvas, chimney, (150, 84, 70), Part.CHIMNEY, seam=0.0)
    for row in range(3):
        y = peak + 0.16 + row * 0.12
        canvas.stroke(
            np.array([(side * wide * 0.55 - 0.11, y), (side * wide * 0.55 + 0.11, y)]),
            (196, 150, 136),
            0.015,
            Part.CHIMNEY,
        )
    wall_shape = box(-wide, eaves - 0.05, wide, 0.95, 0.04)
    sewn(canvas, wall_shape, wall, seam=0.0)
    ridge = float(rng.uniform(0.1, 0.7)) * wide
    roof = polygon(
        (-ridge * 0.6, peak), (ridge * 0.6, peak), (wide * 1.18, eaves + 0.06), (-wide * 1.18, eaves + 0.06)
    )
    shadow(canvas, roof, 0.07, 0.5)
    canvas.fill(roof, tiles, Part.ROOF)
    rows = 5
    for row in range(rows):
        share = (row + 1) / rows
        y = peak + (eaves + 0.06 - peak) * share
        half = ridge * 0.6 + (wide * 1.18 - ridge * 0.6) * share
        scallops = 5 + row * 2
        for index in range(scallops):
            x = -half + (index + 0.5) * 2 * half / scallops
            tint = jittered(tiles, rng, 1.2)
            shingle = ellipse(x, y - 0.05, half / scallops, 0.1, corners=14)
            canvas.tint(shingle, darker(tint, 0.6), strength=0.9, within=roof)
            canvas.tint(
                shingle * 0.86 + shingle.mean(axis=0) * 0.14 - (0, 0.02), tint, strength=0.9, within=roof
            )
    cushion(canvas, roof, 0.35)
    door_x = float(rng.uniform(-0.2, 0.2)) * wide
    paint = picked(FELT, rng)
    door = box(door_x - 0.17, 0.36, door_x + 0.17, 0.95, 0.05)
    sewn(canvas, door, paint, Part.DOOR, seam=0.86)
    canvas.fill(ellipse(door_x + 0.1, 0.68, 0.03, corners=10), (230, 200, 110), Part.DOOR)
    frame = lighter(picked(FELT, rng), 0.4)
    for x in (-wide * 0.62, wide * 0.62):
        window(canvas, box(x - 0.19, 0.1, x + 0.19, 0.52), frame, bars=True)


def clock(canvas: Canvas, rng: np.random.Generator) -> None:
    """A dial with two hands in a sewn case, some with bells."""
    case, plate = picked(FELT, rng), lighter(picked(FELT, rng), float(rng.uniform(0.7, 0.92)))
    r = 1.0
    if rng.random() < 0.55:
        for side in (-1, 1):
            bell = ellipse(side * 0.55, -0.92, 0.34, 0.26, side * 0.6)
            sewn(canvas, bell, jittered((206, 170, 84), rng), seam=0.0, relief=1.0)
            foot = ribbon(np.array([(side * 0.5, 0.8), (side * 0.74, 1.18)]), 0.16, 0.1)
            sewn(canvas, foot, darker(case, 0.3), seam=0.0)
    rim = ellipse(0, 0, r, corners=56) if rng.random() < 0.7 else box(-r, -r, r, r, 0.3)
    sewn(canvas, rim, case, seam=0.96)
    dial = ellipse(0, 0, 0.8, corners=48)
    shadow(canvas, dial, -0.03, 0.4)
    canvas.fill(dial, plate, Part.DIAL)
    cushion(canvas, dial, 0.3)
    ink, dots = darker(case, 0.7), rng.random() < 0.4
    for hour in range(12):
        angle = hour * np.pi / 6
        x, y = math.sin(angle), -math.cos(angle)
        long = 0.16 if hour % 3 == 0 else 0.09
        if dots:
            canvas.fill(ellipse(x * 0.66, y * 0.66, long * 0.4, corners=12), ink, Part.DIAL | Part.NUMERAL)
        else:
            canvas.fill(
                ribbon(np.array([(x * 0.74, y * 0.74), (x * (0.74 - long), y * (0.74 - long))]), 0.06, 0.05),
                ink,
                Part.DIAL | Part.NUMERAL,
            )
    colour = darker(picked(FELT, rng), 0.55)
    for length, width in ((0.42, 0.1), (0.62, 0.07)):
        angle = float(rng.uniform(0, 2 * np.pi))
        tip = (math.sin(angle) * length, -math.cos(angle) * length)
        hand = ribbon(
            np.array([(-tip[0] * 0.2, -tip[1] * 0.2), (tip[0] * 0.7, tip[1] * 0.7), tip]),
            width,
            width * 0.3,
            width * 0.3,
        )
        shadow(canvas, hand, 0.03, 0.35)
        canvas.fill(hand, colour, Part.DIAL | Part.HAND)
    canvas.fill(ellipse(0, 0, 0.075, corners=16), colour, Part.DIAL | Part.HAND)
    canvas.fill(ellipse(0, 0, 0.035, corners=12), lighter(colour, 0.5), Part.DIAL | Part.HAND)


def flower(canvas: Canvas, rng: np.random.Generator) -> None:
    """Two rings of petals around a fluffy disc, on a stem with leaves."""
    tone, heart = (
        lighter(picked(FELT[:3] + FELT[5:9], rng), 0.12),
        jittered((228, 178, 62) if rng.random() < 0.6 else (116, 76, 48), rng),
    )
    green = jittered((92, 138, 70), rng)
    bend = float(rng.uniform(-0.3, 0.3))
    stem = curve([(0, 0.2), (bend * 0.6, 1.0), (bend, 2.2)])
    canvas.fill(ribbon(stem, 0.12, 0.15), green)
    for side in (-1, 1):
        leaf = blob(
            [
                (bend * 0.5, 1.35),
                (side * 0.4 + bend * 0.5, 0.95),
                (side * 0.95 + bend * 0.5, 0.85),
                (side * 0.6 + bend * 0.5, 1.3),
            ]
        )
        sewn(canvas, leaf, green, Part.LEAF, seam=0.0)
    petals = int(rng.integers(6, 13))
    start = float(rng.uniform(0, 2 * np.pi))
    wide = float(rng.uniform(0.85, 1.25)) * 2.2 / petals
    point = float(rng.uniform(0.0, 0.16))
    for layer, reach in ((0, 1.06), (1, 0.92)):
        colour = darker(tone, 0.18) if layer == 0 else tone
        for index in range(petals):
            angle = start + (index + layer * 0.5) * 2 * np.pi / petals
            along, across = (
                np.array([math.cos(angle), math.sin(angle)]),
                np.array([-math.sin(angle), math.cos(angle)]),
            )
            corners = [
                (0.2, 0.1),
                (0.62, wide * 0.5),
                (0.88 + point * 0.3, wide * 0.42),
                (1.0 + point, 0),
                (0.88 + point * 0.3, -wide * 0.42),
                (0.62, -wide * 0.5),
                (0.2, -0.1),
            ]
            petal = blob([tuple(along * u * reach + across * v) for u, v in corners])
            shadow(canvas, petal, 0.03, 0.3)
            canvas.fill(petal, jittered(colour, rng, 0.5), Part.PETAL)
            cushion(canvas, petal, 0.8)
            canvas.stroke(
                np.array([along * 0.3, along * reach * 0.8]), darker(colour, 0.15), 0.02, Part.PETAL
            )
    disc = jagged(wobbled(ellipse(0, 0, float(rng.uniform(0.28, 0.42)), corners=40), rng, 0.02), rng, 0.06)
    sewn(canvas, disc, heart, Part.DISC, relief=0.9, seam=0.0)
    canvas.comb(disc, rng, root=(0, 0), length=0.07, density=1.6, contrast=0.3)
    for x, y in rng.normal(0, 0.13, (14, 2)):
        canvas.fill(ellipse(x, y, 0.025, corners=8), darker(heart, 0.45), Part.DISC)


THINGS: dict[str, Callable[[Canvas, np.random.Generator], None]] = {
    "car": car,
    "bicycle": bicycle,
    "house": house,
    "clock": clock,
    "flower": flower,
}
