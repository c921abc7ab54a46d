"""What lies behind and before the subject: grounds, clutter, distractors and occluders.

None of it carries a part: a loose wheel belongs to no car, and a button is not an eye, whatever it looks
like.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from catvis.menagerie.world.canvas import OVERSAMPLING, Canvas
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import FELT, MUTED, WHITE, darker, lighter, mixed, picked
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import Points, Pose, blob, box, curve, ellipse, jagged, polygon, ribbon
from catvis.menagerie.world.vehicles import wheel


def ground(canvas: Canvas, rng: np.random.Generator) -> None:
    """Cover the canvas with a wall, a meadow, cloth or an out-of-focus room."""
    side = canvas.side // OVERSAMPLING
    top, bottom = picked(MUTED, rng, 1.5), picked(MUTED, rng, 1.5)
    ramp = np.linspace(0, 1, side, dtype=np.float32)
    lean = float(rng.uniform(-0.6, 0.6))
    share = np.clip(ramp[:, None] + lean * (ramp[None, :] - 0.5), 0, 1)[..., None]
    paint = (np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share).astype(
        np.float32
    )
    pattern = rng.choice(
        ["plain", "cloth", "dots", "stripes", "blurred", "meadow"], p=[0.14, 0.16, 0.1, 0.1, 0.34, 0.16]
    )
    if pattern == "blurred":
        _blurred_room(paint, rng)
    elif pattern == "meadow":
        _meadow(paint, rng)
    elif pattern in {"dots", "stripes"}:
        _print(paint, rng, stripes=pattern == "stripes")
    elif pattern == "cloth":
        weave = rng.normal(0, 7, (side // 3 + 1, side // 3 + 1)).astype(np.float32)
        paint += cv2.resize(weave, (side, side), interpolation=cv2.INTER_CUBIC)[..., None]
    coarse = rng.normal(0, 6, (14, 14)).astype(np.float32)
    paint += cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)[..., None]
    small = np.clip(paint, 0, 255).astype(np.uint8)
    canvas.pixels[...] = cv2.resize(small, (canvas.side, canvas.side), interpolation=cv2.INTER_LINEAR)


def _blurred_room(paint: np.ndarray, rng: np.random.Generator) -> None:
    side = len(paint)
    for _ in range(int(rng.integers(5, 14))):
        colour = picked(MUTED if rng.random() < 0.7 else FELT, rng, 1.5)
        x, y = rng.uniform(0, side, 2)
        w, h = rng.uniform(10, 80, 2)
        corners = (ellipse(x, y, w, h) if rng.random() < 0.5 else box(x - w, y - h, x + w, y + h)).astype(
            np.int32
        )
        cv2.fillPoly(paint, [corners], colour)
    radius = int(rng.integers(4, 15))
    for _ in range(2):
        paint[...] = cv2.blur(paint, (2 * radius + 1, 2 * radius + 1))


def _meadow(paint: np.ndarray, rng: np.random.Generator) -> None:
    side = len(paint)
    green = picked(((110, 140, 76), (140, 152, 88), (90, 120, 82), (150, 140, 96)), rng)
    paint[...] = 0.5 * paint + 0.5 * np.array(darker(green, 0.2), np.float32)
    count = 560
    x, y = rng.uniform(0, side, count), rng.uniform(0, side, count)
    long, sway = rng.uniform(8, 26, count), rng.normal(0, 7, count)
    tone = rng.uniform(-0.3, 0.3, count)
    for index in np.argsort(y).tolist():
        colour = lighter(green, tone[index]) if tone[index] > 0 else darker(green, -tone[index])
        start, end = (
            (int(x[index]), int(y[index])),
            (int(x[index] + sway[index]), int(y[index] - long[index])),
        )
        cv2.line(paint, start, end, colour, 2, cv2.LINE_8)
    if rng.random() < 0.6:
        paint[...] = cv2.blur(paint, (2 * int(rng.integers(1, 6)) + 1,) * 2)


def _print(paint: np.ndarray, rng: np.random.Generator, *, stripes: bool) -> None:
    side, step = len(paint), int(rng.integers(18, 40))
    colour = mixed(picked(MUTED, rng), tuple(paint[side // 2, side // 2].tolist()), 0.4)
    if stripes:
        tilt = int(rng.integers(-60, 60))
        for x in range(-step, side + 2 * step, step):
            cv2.line(paint, (x, 0), (x + tilt, side), colour, step // 3, cv2.LINE_8)
    else:
        for row, y in enumerate(range(0, side + step, step)):
            for x in range((row % 2) * step // 2, side + step, step):
                cv2.circle(paint, (x, y), step // 6, colour, -1)
    paint[...] = cv2.blur(paint, (3, 3))


def clutter(canvas: Canvas, rng: np.random.Generator, count: int) -> None:
    """Loose things around the subject: buttons, leaves, balls, books, pencils, a wheel without its car."""
    for _ in range(count):
        x, y = rng.uniform(0, canvas.side, 2)
        pose = Pose.of(
            (float(x), float(y)),
            canvas.side * float(rng.uniform(0.03, 0.09)),
            float(rng.uniform(0, 2 * np.pi)),
        )
        with canvas.posed(pose):
            _LOOSE[int(rng.integers(len(_LOOSE)))](canvas, rng)


def occluder(canvas: Canvas, rng: np.random.Generator) -> None:
    """Something in the way: a leaf, a twig, a ribbon or a card that reaches in from the edge."""
    angle = float(rng.uniform(0, 2 * np.pi))
    far = canvas.side * float(rng.uniform(0.36, 0.58))
    centre = (canvas.side / 2 + far * math.cos(angle), canvas.side / 2 + far * math.sin(angle))
    pose = Pose.of(centre, canvas.side * float(rng.uniform(0.14, 0.24)), float(rng.uniform(0, 2 * np.pi)))
    colour = picked(FELT if rng.random() < 0.5 else MUTED, rng)
    shapes: tuple[Points, ...] = (
        blob([(-1.2, 0), (-0.4, -0.5), (0.5, -0.4), (1.3, 0), (0.5, 0.4), (-0.4, 0.5)]),
        box(-0.9, -0.7, 0.9, 0.7, 0.1),
        ribbon(curve([(-3, 0.2), (-1, -0.2), (1, 0.2), (3, -0.1)]), 0.35, 0.35),
        jagged(ellipse(0, 0, 0.8, corners=40), rng, 0.2),
    )
    outline = shapes[int(rng.integers(len(shapes)))]
    with canvas.posed(pose):
        shadow(canvas, outline, 0.08)
        canvas.fill(outline, colour)
        cushion(canvas, outline, 0.6)
        canvas.stitch(outline, lighter(colour, 0.5))


def _button(canvas: Canvas, rng: np.random.Generator) -> None:
    colour = picked(FELT, rng)
    disc = ellipse(0, 0, 0.6)
    shadow(canvas, disc, 0.15)
    canvas.fill(disc, darker(colour, 0.3))
    canvas.fill(ellipse(0, 0, 0.5), colour)
    cushion(canvas, disc, 0.9)
    for x, y in ((-0.14, -0.14), (0.14, -0.14), (-0.14, 0.14), (0.14, 0.14)):
        canvas.fill(ellipse(x, y, 0.08, corners=10), darker(colour, 0.7))


def _ball(canvas: Canvas, rng: np.random.Generator) -> None:
    disc = ellipse(0, 0, float(rng.uniform(0.4, 0.9)))
    shadow(canvas, disc, 0.15)
    canvas.fill(disc, picked(FELT, rng))
    cushion(canvas, disc, 1.0)
    if rng.random() < 0.5:
        canvas.fill(ellipse(canvas.light[0] * 0.2, canvas.light[1] * 0.2, 0.12), WHITE)


def _leaf(canvas: Canvas, rng: np.random.Generator) -> None:
    colour = picked(((120, 150, 80), (190, 130, 60), (150, 90, 50)), rng)
    leaf = blob([(-1.0, 0), (-0.3, -0.45), (0.5, -0.35), (1.1, 0), (0.5, 0.35), (-0.3, 0.45)])
    shadow(canvas, leaf, 0.12)
    canvas.fill(leaf, colour)
    cushion(canvas, leaf, 0.7)
    canvas.stroke(np.array([(-1.0, 0.0), (0.9, 0.0)]), darker(colour, 0.3), 0.06)


def _book(canvas: Canvas, rng: np.random.Generator) -> None:
    colour = picked(FELT, rng)
    cover = box(-0.9, -0.6, 0.9, 0.6, 0.05)
    shadow(canvas, cover, 0.15)
    canvas.fill(cover, colour)
    canvas.fill(box(-0.9, -0.6, -0.7, 0.6), darker(colour, 0.3))
    canvas.stitch(cover, lighter(colour, 0.5))


def _pencil(canvas: Canvas, rng: np.random.Generator) -> None:
    colour = picked(FELT, rng)
    canvas.fill(box(-1.4, -0.12, 1.0, 0.12), colour)
    canvas.fill(polygon((1.0, -0.12), (1.4, 0.0), (1.0, 0.12)), (226, 196, 150))
    canvas.fill(polygon((1.28, -0.04), (1.4, 0.0), (1.28, 0.04)), darker(colour, 0.6))


def _loose_wheel(canvas: Canvas, rng: np.random.Generator) -> None:
    wheel(canvas, 0, 0, 0.8, rng, part=Part.NONE)


def _bead(canvas: Canvas, rng: np.random.Generator) -> None:
    canvas.fill(ellipse(0, 0, 0.4), (36, 30, 32))
    canvas.fill(ellipse(canvas.light[0] * 0.16, canvas.light[1] * 0.16, 0.1, corners=12), WHITE)
    if rng.random() < 0.3:
        canvas.fill(ellipse(0.9, 0, 0.4), (36, 30, 32))


_LOOSE = (_button, _ball, _leaf, _book, _pencil, _loose_wheel, _bead)
