"""Things on wheels: a car and a bicycle, each about one unit in radius, drawn back to front."""

from __future__ import annotations

import math

import numpy as np

from catvis.menagerie.world.canvas import Canvas, Colour
from catvis.menagerie.world.felt import STEEL, sewn, window
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import FELT, INK, darker, jittered, lighter, picked
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import blob, box, curve, ellipse, polygon, ribbon


def wheel(
    canvas: Canvas,
    x: float,
    y: float,
    r: float,
    rng: np.random.Generator,
    *,
    spokes: int = 0,
    tyre: Colour = INK,
    part: Part = Part.WHEEL,
) -> None:
    """A wheel: solid with a hub, or an open rim with thin spokes."""
    if not spokes:
        disc = ellipse(x, y, r)
        shadow(canvas, disc, 0.05)
        canvas.fill(disc, tyre, part)
        cushion(canvas, disc, 0.5)
        canvas.stitch(disc, lighter(tyre, 0.25), 0.88)
        canvas.fill(ellipse(x, y, r * 0.6), darker(STEEL, 0.25), part)
        cushion(canvas, ellipse(x, y, r * 0.6), 0.9)
        canvas.fill(ellipse(x, y, r * 0.2), darker(STEEL, 0.5), part)
        for angle in np.arange(5) * (2 * np.pi / 5) + rng.uniform(0, 1):
            canvas.fill(
                ellipse(x + r * 0.4 * math.cos(angle), y + r * 0.4 * math.sin(angle), r * 0.07, corners=8),
                darker(STEEL, 0.5),
                part,
            )
        return
    start = float(rng.uniform(0, 1))
    rim = np.vstack([ellipse(x, y, r), ellipse(x, y, r)[:1]])
    for angle in np.arange(spokes) * (2 * np.pi / spokes) + start:
        canvas.stroke(
            np.array([(x, y), (x + r * math.cos(angle), y + r * math.sin(angle))]), lighter(STEEL, 0.2), 0.018
        )
    canvas.stroke(rim, tyre, r * 0.17)
    canvas.stroke((rim - (x, y)) * 0.89 + (x, y), STEEL, r * 0.05)
    canvas.fill(ellipse(x, y, r * 0.12), STEEL)
    canvas.mark(ellipse(x, y, r * 1.08), part)


def car(canvas: Canvas, rng: np.random.Generator) -> None:
    """From the side, two wheels, two windows and lamps."""
    paint, long = picked(FELT, rng), float(rng.uniform(1.1, 1.3))
    roof = float(rng.uniform(-0.72, -0.56))
    cabin = blob(
        [
            (-long * 0.66, -0.1),
            (-long * 0.46, roof),
            (0.0, roof - 0.08),
            (long * 0.36, roof),
            (long * 0.6, -0.08),
            (0, 0.05),
        ]
    )
    sewn(canvas, cabin, lighter(paint, 0.06), seam=0.0)
    window(
        canvas,
        blob([(-long * 0.5, -0.12), (-long * 0.38, roof + 0.12), (-0.08, roof + 0.06), (-0.08, -0.12)]),
        darker(paint, 0.35),
    )
    window(
        canvas,
        blob([(0.06, -0.12), (0.06, roof + 0.06), (long * 0.28, roof + 0.12), (long * 0.46, -0.12)]),
        darker(paint, 0.35),
    )
    hull = blob(
        [
            (-long, 0.34),
            (-long * 1.02, 0.0),
            (-long * 0.8, -0.12),
            (0, -0.14),
            (long * 0.72, -0.1),
            (long * 1.02, 0.06),
            (long * 1.02, 0.38),
            (0, 0.42),
        ]
    )
    sewn(canvas, hull, paint)
    canvas.stroke(np.array([(-0.02, -0.1), (0.0, 0.36)]), darker(paint, 0.35), 0.02)
    canvas.fill(box(0.1, 0.02, 0.26, 0.06, 0.02), darker(paint, 0.5))
    canvas.fill(box(-long * 1.05, 0.28, -long * 0.8, 0.38, 0.04), STEEL)
    canvas.fill(box(long * 0.82, 0.28, long * 1.07, 0.38, 0.04), STEEL)
    lamp = ellipse(long * 0.94, 0.12, 0.1, 0.11)
    canvas.fill(lamp, darker(paint, 0.4))
    canvas.fill(ellipse(long * 0.95, 0.12, 0.075, 0.085), (250, 226, 150))
    canvas.fill(ellipse(-long * 0.98, 0.1, 0.05, 0.08), (196, 50, 44))
    r = float(rng.uniform(0.27, 0.34))
    for x in (-long * 0.55, long * 0.58):
        canvas.fill(ellipse(x, 0.38, r * 1.18), darker(paint, 0.6))
        wheel(canvas, x, 0.4, r, rng)


def bicycle(canvas: Canvas, rng: np.random.Generator) -> None:
    """From the side: two spoked wheels, a frame, handlebars and a saddle."""
    paint, r = darker(picked(FELT, rng), 0.25), float(rng.uniform(0.5, 0.58))
    back, front = (-0.76, 0.42), (0.78, 0.42)
    spokes = int(rng.integers(10, 15))
    tyre = jittered((122, 108, 96), rng)
    for x, y in (back, front):
        wheel(canvas, x, y, r, rng, spokes=spokes, tyre=tyre)
    crank, seat, head = (-0.12, 0.42), (-0.32, -0.34), (0.5, -0.32)
    tubes = [(back, crank), (back, seat), (seat, crank), (crank, head), (seat, head), (head, front)]
    for start, end in tubes:
        tube = ribbon(np.array([start, end]), 0.095, 0.095)
        shadow(canvas, tube, 0.03, 0.35)
        canvas.fill(tube, paint, Part.FRAME)
        gleam = ribbon(np.array([start, end]), 0.026, 0.026) + canvas.light * 0.015
        canvas.fill(gleam, lighter(paint, 0.4), Part.FRAME)
    canvas.mark(polygon(back, seat, head, crank), Part.FRAME)
    canvas.fill(ribbon(np.array([head, (0.44, -0.6)]), 0.06, 0.06), STEEL, Part.HANDLEBAR)
    bar = curve([(0.3, -0.62), (0.46, -0.64), (0.66, -0.58), (0.7, -0.42)])
    canvas.fill(ribbon(bar, 0.08, 0.08), darker(STEEL, 0.6), Part.HANDLEBAR)
    canvas.mark(ellipse(0.5, -0.55, 0.24, 0.16), Part.HANDLEBAR)
    canvas.fill(ribbon(np.array([seat, (-0.36, -0.48)]), 0.05, 0.05), STEEL)
    saddle = blob(
        [(-0.62, -0.56), (-0.34, -0.54), (-0.12, -0.52), (-0.14, -0.46), (-0.4, -0.42), (-0.6, -0.46)]
    )
    sewn(canvas, saddle, (92, 62, 44), Part.SADDLE, seam=0.0)
    canvas.mark(ellipse(-0.37, -0.49, 0.3, 0.12), Part.SADDLE)
    canvas.fill(ellipse(*crank, 0.15), darker(STEEL, 0.3))
    canvas.fill(ellipse(*crank, 0.09), STEEL)
    angle = float(rng.uniform(0, 2 * np.pi))
    for turn in (angle, angle + np.pi):
        pedal = (crank[0] + 0.24 * math.cos(turn), crank[1] + 0.24 * math.sin(turn))
        canvas.fill(ribbon(np.array([crank, pedal]), 0.04, 0.04), INK)
        canvas.fill(box(pedal[0] - 0.08, pedal[1] - 0.03, pedal[0] + 0.08, pedal[1] + 0.03), INK)
