"""The five things: a car, a bicycle, a house, a clock and a flower, cut from dyed felt and sewn.

Each function draws onto a posed canvas, back to front, in a frame where the thing is about one unit in radius; `THINGS` maps kinds to them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from catvis.menagerie.canvas import Canvas, Colour
from catvis.menagerie.kinds import Part
from catvis.menagerie.palette import FELT, INK, WHITE, darker, jittered, lighter, picked
from catvis.menagerie.shapes import Points, blob, box, curve, ellipse, jagged, polygon, ribbon, wobbled

GLASS: Colour = (178, 206, 220)
STEEL: Colour = (168, 170, 176)


def _sewn(canvas: Canvas, outline: Points, colour: Colour, part: Part = Part.NONE, *, relief: float = 0.6, seam: float = 0.93) -> None:
    canvas.shadow(outline, 0.05)
    canvas.fill(outline, colour, part)
    canvas.model(outline, relief)
    if seam:
        canvas.stitch(outline, lighter(colour, 0.5), seam)


def _window(canvas: Canvas, outline: Points, frame: Colour, *, bars: bool = False) -> None:
    canvas.fill(outline, frame, Part.WINDOW)
    centre = outline.mean(axis=0)
    glass = centre + (outline - centre) * 0.84
    canvas.fill(glass, GLASS, Part.WINDOW)
    low, high = glass.min(axis=0), glass.max(axis=0)
    span = high - low
    gleam = polygon(*(tuple(low + span * at) for at in ((0.1, 0.9), (0.55, 0.05), (0.8, 0.05), (0.35, 0.9))))
    canvas.tint(gleam, WHITE, soft=0.02, strength=0.55, within=glass)
    if bars:
        canvas.stroke(np.array([(centre[0], low[1]), (centre[0], high[1])]), frame, 0.045, Part.WINDOW)
        canvas.stroke(np.array([(low[0], centre[1]), (high[0], centre[1])]), frame, 0.045, Part.WINDOW)


def wheel(canvas: Canvas, x: float, y: float, r: float, rng: np.random.Generator, *, spokes: int = 0, tyre: Colour = INK, part: Part = Part.WHEEL) -> None:
    """A wheel: solid with a hub, or an open rim with thin spokes."""
    if not spokes:
        disc = ellipse(x, y, r)
        canvas.shadow(disc, 0.05)
        canvas.fill(disc, tyre, part)
        canvas.model(disc, 0.5)
        canvas.stitch(disc, lighter(tyre, 0.35), 0.88)
        canvas.fill(ellipse(x, y, r * 0.6), STEEL, part)
        canvas.model(ellipse(x, y, r * 0.6), 0.9)
        canvas.fill(ellipse(x, y, r * 0.2), darker(STEEL, 0.5), part)
        for angle in np.arange(5) * (2 * np.pi / 5) + rng.uniform(0, 1):
            canvas.fill(ellipse(x + r * 0.4 * math.cos(angle), y + r * 0.4 * math.sin(angle), r * 0.07, corners=8), darker(STEEL, 0.5), part)
        return
    start = float(rng.uniform(0, 1))
    rim = np.vstack([ellipse(x, y, r), ellipse(x, y, r)[:1]])
    for angle in np.arange(spokes) * (2 * np.pi / spokes) + start:
        canvas.stroke(np.array([(x, y), (x + r * math.cos(angle), y + r * math.sin(angle))]), lighter(STEEL, 0.2), 0.018)
    canvas.stroke(rim, tyre, r * 0.17)
    canvas.stroke((rim - (x, y)) * 0.89 + (x, y), STEEL, r * 0.05)
    canvas.fill(ellipse(x, y, r * 0.12), STEEL)
    canvas.mark(ellipse(x, y, r * 1.08), part)


def car(canvas: Canvas, rng: np.random.Generator) -> None:
    paint, long = picked(FELT, rng), float(rng.uniform(1.1, 1.3))
    roof = float(rng.uniform(-0.72, -0.56))
    cabin = blob([(-long * 0.66, -0.1), (-long * 0.46, roof), (0.0, roof - 0.08), (long * 0.36, roof), (long * 0.6, -0.08), (0, 0.05)])
    _sewn(canvas, cabin, lighter(paint, 0.06), seam=0.0)
    _window(canvas, blob([(-long * 0.5, -0.12), (-long * 0.38, roof + 0.12), (-0.08, roof + 0.06), (-0.08, -0.12)]), darker(paint, 0.35))
    _window(canvas, blob([(0.06, -0.12), (0.06, roof + 0.06), (long * 0.28, roof + 0.12), (long * 0.46, -0.12)]), darker(paint, 0.35))
    hull = blob([(-long, 0.34), (-long * 1.02, 0.0), (-long * 0.8, -0.12), (0, -0.14), (long * 0.72, -0.1), (long * 1.02, 0.06), (long * 1.02, 0.38), (0, 0.42)])
    _sewn(canvas, hull, paint)
    canvas.stroke(np.array([(-0.02, -0.1), (0.0, 0.36)]), darker(paint, 0.35), 0.02)
    canvas.fill(box(0.1, 0.02, 0.26, 0.06, 0.02), darker(paint, 0.5))
    canvas.fill(box(-long * 1.05, 0.28, -long * 0.8, 0.38, 0.04), STEEL)
    canvas.fill(box(long * 0.82, 0.28, long * 1.07, 0.38, 0.04), STEEL)
    lamp = ellipse(long * 0.94, 0.12, 0.1, 0.11)
    canvas.fill(lamp, darker(paint, 0.4), Part.LAMP)
    canvas.fill(ellipse(long * 0.95, 0.12, 0.075, 0.085), (250, 226, 150), Part.LAMP)
    canvas.fill(ellipse(-long * 0.98, 0.1, 0.05, 0.08), (196, 50, 44), Part.LAMP)
    r = float(rng.uniform(0.27, 0.34))
    for x in (-long * 0.55, long * 0.58):
        canvas.fill(ellipse(x, 0.38, r * 1.18), darker(paint, 0.6))
        wheel(canvas, x, 0.4, r, rng)


def bicycle(canvas: Canvas, rng: np.random.Generator) -> None:
    paint, r = darker(picked(FELT, rng), 0.1), float(rng.uniform(0.5, 0.58))
    back, front = (-0.76, 0.42), (0.78, 0.42)
    spokes = int(rng.integers(10, 15))
    tyre = darker(jittered((58, 48, 46), rng), 0.2)
    for x, y in (back, front):
        wheel(canvas, x, y, r, rng, spokes=spokes, tyre=tyre)
    crank, seat, head = (-0.12, 0.42), (-0.32, -0.34), (0.5, -0.32)
    tubes = [(back, crank), (back, seat), (seat, crank), (crank, head), (seat, head), (head, front)]
    for start, end in tubes:
        tube = ribbon(np.array([start, end]), 0.075, 0.075)
        canvas.shadow(tube, 0.03, 0.35)
        canvas.fill(tube, paint, Part.FRAME)
        gleam = ribbon(np.array([start, end]), 0.02, 0.02) + canvas.light * 0.015
        canvas.fill(gleam, lighter(paint, 0.4), Part.FRAME)
    canvas.mark(polygon(back, seat, head, crank), Part.FRAME)
    canvas.fill(ribbon(np.array([head, (0.44, -0.6)]), 0.06, 0.06), STEEL, Part.HANDLEBAR)
    bar = curve([(0.3, -0.62), (0.46, -0.64), (0.66, -0.58), (0.7, -0.42)])
    canvas.fill(ribbon(bar, 0.08, 0.08), darker(STEEL, 0.6), Part.HANDLEBAR)
    canvas.mark(ellipse(0.5, -0.55, 0.24, 0.16), Part.HANDLEBAR)
    canvas.fill(ribbon(np.array([seat, (-0.36, -0.48)]), 0.05, 0.05), STEEL)
    saddle = blob([(-0.62, -0.56), (-0.34, -0.54), (-0.12, -0.52), (-0.14, -0.46), (-0.4, -0.42), (-0.6, -0.46)])
    _sewn(canvas, saddle, (92, 62, 44), seam=0.0)
    canvas.fill(ellipse(*crank, 0.15), darker(STEEL, 0.3))
    canvas.fill(ellipse(*crank, 0.09), STEEL)
    angle = float(rng.uniform(0, 2 * np.pi))
    for turn in (angle, angle + np.pi):
        pedal = (crank[0] + 0.24 * math.cos(turn), crank[1] + 0.24 * math.sin(turn))
        canvas.fill(ribbon(np.array([crank, pedal]), 0.04, 0.04), INK)
        canvas.fill(box(pedal[0] - 0.08, pedal[1] - 0.03, pedal[0] + 0.08, pedal[1] + 0.03), INK)


def house(canvas: Canvas, rng: np.random.Generator) -> None:
    wall = lighter(picked(FELT, rng), float(rng.uniform(0.35, 0.65)))
    tiles = darker(picked(FELT[:6], rng), 0.1)
    wide, eaves, peak = float(rng.uniform(0.72, 0.95)), float(rng.uniform(-0.25, -0.1)), float(rng.uniform(-1.1, -0.85))
    side = 1 if rng.random() < 0.5 else -1
    chimney = box(side * wide * 0.55 - 0.11, peak + 0.05, side * wide * 0.55 + 0.11, eaves)
    _sewn(canvas, chimney, (150, 84, 70), Part.CHIMNEY, seam=0.0)
    for row in range(3):
        y = peak + 0.16 + row * 0.12
        canvas.stroke(np.array([(side * wide * 0.55 - 0.11, y), (side * wide * 0.55 + 0.11, y)]), (196, 150, 136), 0.015, Part.CHIMNEY)
    wall_shape = box(-wide, eaves - 0.05, wide, 0.95, 0.04)
    _sewn(canvas, wall_shape, wall, seam=0.96)
    ridge = float(rng.uniform(0.1, 0.7)) * wide
    roof = polygon((-ridge * 0.6, peak), (ridge * 0.6, peak), (wide * 1.18, eaves + 0.06), (-wide * 1.18, eaves + 0.06))
    canvas.shadow(roof, 0.07, 0.5)
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
            canvas.tint(shingle, darker(tint, 0.25), strength=0.7, within=roof)
            canvas.tint(shingle * 0.86 + shingle.mean(axis=0) * 0.14 - (0, 0.02), tint, strength=0.9, within=roof)
    canvas.model(roof, 0.35)
    door_x = float(rng.uniform(-0.2, 0.2)) * wide
    paint = picked(FELT, rng)
    door = box(door_x - 0.17, 0.36, door_x + 0.17, 0.95, 0.05)
    _sewn(canvas, door, paint, Part.DOOR, seam=0.86)
    canvas.fill(ellipse(door_x + 0.1, 0.68, 0.03, corners=10), (230, 200, 110), Part.DOOR)
    frame = lighter(picked(FELT, rng), 0.6)
    for x in (-wide * 0.62, wide * 0.62):
        _window(canvas, box(x - 0.17, 0.12, x + 0.17, 0.5), frame, bars=True)
    if rng.random() < 0.5:
        _window(canvas, ellipse(0, (peak + eaves) / 2 + 0.06, 0.15), frame, bars=True)


def clock(canvas: Canvas, rng: np.random.Generator) -> None:
    case, plate = picked(FELT, rng), lighter(picked(FELT, rng), float(rng.uniform(0.7, 0.92)))
    r = 1.0
    if rng.random() < 0.55:
        for side in (-1, 1):
            bell = ellipse(side * 0.55, -0.92, 0.34, 0.26, side * 0.6)
            _sewn(canvas, bell, jittered((206, 170, 84), rng), seam=0.0, relief=1.0)
            foot = ribbon(np.array([(side * 0.5, 0.8), (side * 0.74, 1.18)]), 0.16, 0.1)
            _sewn(canvas, foot, darker(case, 0.3), seam=0.0)
    rim = ellipse(0, 0, r, corners=56) if rng.random() < 0.7 else box(-r, -r, r, r, 0.3)
    _sewn(canvas, rim, case, seam=0.96)
    dial = ellipse(0, 0, 0.8, corners=48)
    canvas.shadow(dial, -0.03, 0.4)
    canvas.fill(dial, plate, Part.DIAL)
    canvas.model(dial, 0.3)
    ink, dots = darker(case, 0.7), rng.random() < 0.4
    for hour in range(12):
        angle = hour * np.pi / 6
        x, y = math.sin(angle), -math.cos(angle)
        long = 0.16 if hour % 3 == 0 else 0.09
        if dots:
            canvas.fill(ellipse(x * 0.66, y * 0.66, long * 0.4, corners=12), ink, Part.DIAL | Part.NUMERAL)
        else:
            canvas.fill(ribbon(np.array([(x * 0.74, y * 0.74), (x * (0.74 - long), y * (0.74 - long))]), 0.06, 0.05), ink, Part.DIAL | Part.NUMERAL)
    colour = darker(picked(FELT, rng), 0.55)
    for length, width in ((0.42, 0.1), (0.62, 0.07)):
        angle = float(rng.uniform(0, 2 * np.pi))
        tip = (math.sin(angle) * length, -math.cos(angle) * length)
        hand = ribbon(np.array([(-tip[0] * 0.2, -tip[1] * 0.2), (tip[0] * 0.7, tip[1] * 0.7), tip]), width, width * 0.3, width * 0.3)
        canvas.shadow(hand, 0.03, 0.35)
        canvas.fill(hand, colour, Part.DIAL | Part.HAND)
    canvas.fill(ellipse(0, 0, 0.075, corners=16), colour, Part.DIAL | Part.HAND)
    canvas.fill(ellipse(0, 0, 0.035, corners=12), lighter(colour, 0.5), Part.DIAL | Part.HAND)


def flower(canvas: Canvas, rng: np.random.Generator) -> None:
    tone, heart = lighter(picked(FELT[:3] + FELT[5:9], rng), 0.12), jittered((228, 178, 62) if rng.random() < 0.6 else (116, 76, 48), rng)
    green = jittered((92, 138, 70), rng)
    bend = float(rng.uniform(-0.3, 0.3))
    stem = curve([(0, 0.2), (bend * 0.6, 1.0), (bend, 2.2)])
    canvas.fill(ribbon(stem, 0.12, 0.15), green)
    for side in (-1, 1):
        leaf = blob([(bend * 0.5, 1.35), (side * 0.4 + bend * 0.5, 0.95), (side * 0.95 + bend * 0.5, 0.85), (side * 0.6 + bend * 0.5, 1.3)])
        _sewn(canvas, leaf, green, Part.LEAF, seam=0.8)
    petals = int(rng.integers(6, 13))
    start = float(rng.uniform(0, 2 * np.pi))
    wide = float(rng.uniform(0.85, 1.25)) * 2.2 / petals
    point = float(rng.uniform(0.0, 0.16))
    for layer, reach in ((0, 1.06), (1, 0.92)):
        colour = darker(tone, 0.18) if layer == 0 else tone
        for index in range(petals):
            angle = start + (index + layer * 0.5) * 2 * np.pi / petals
            along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
            corners = [(0.2, 0.1), (0.62, wide * 0.5), (0.88 + point * 0.3, wide * 0.42), (1.0 + point, 0), (0.88 + point * 0.3, -wide * 0.42), (0.62, -wide * 0.5), (0.2, -0.1)]
            petal = blob([tuple(along * u * reach + across * v) for u, v in corners])
            canvas.shadow(petal, 0.03, 0.3)
            canvas.fill(petal, jittered(colour, rng, 0.5), Part.PETAL)
            canvas.model(petal, 0.8)
            canvas.stroke(np.array([along * 0.3, along * reach * 0.8]), darker(colour, 0.15), 0.02, Part.PETAL)
    disc = jagged(wobbled(ellipse(0, 0, float(rng.uniform(0.28, 0.42)), corners=40), rng, 0.02), rng, 0.06)
    _sewn(canvas, disc, heart, Part.DISC, relief=0.9, seam=0.0)
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
