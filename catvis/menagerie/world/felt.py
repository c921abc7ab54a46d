"""How things are made: cut from felt, stuffed, sewn and glazed."""

from __future__ import annotations

import numpy as np

from catvis.menagerie.world.canvas import Canvas, Colour
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.palette import WHITE, darker, lighter
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import Points, polygon

GLASS: Colour = (112, 160, 190)
STEEL: Colour = (168, 170, 176)


def sewn(
    canvas: Canvas,
    outline: Points,
    colour: Colour,
    part: Part = Part.NONE,
    *,
    relief: float = 0.6,
    seam: float = 0.93,
) -> None:
    """Cover an outline with stuffed felt, sewn along ``seam`` times its size; 0 leaves the stitch out."""
    shadow(canvas, outline, 0.05)
    canvas.fill(outline, colour, part)
    cushion(canvas, outline, relief)
    if seam:
        canvas.stitch(outline, lighter(colour, 0.5), seam)


def window(canvas: Canvas, outline: Points, frame: Colour, *, bars: bool = False) -> None:
    """A pane with a gleam in a frame, with glazing bars on request."""
    centre = outline.mean(axis=0)
    canvas.fill(outline, darker(frame, 0.6), Part.WINDOW)
    canvas.fill(centre + (outline - centre) * 0.94, frame, Part.WINDOW)
    glass = centre + (outline - centre) * 0.84
    canvas.fill(glass, GLASS, Part.WINDOW)
    low, high = glass.min(axis=0), glass.max(axis=0)
    span = high - low
    gleam = polygon(*(tuple(low + span * at) for at in ((0.1, 0.9), (0.55, 0.05), (0.8, 0.05), (0.35, 0.9))))
    canvas.tint(gleam, WHITE, soft=0.02, strength=0.7, within=glass)
    if bars:
        canvas.stroke(np.array([(centre[0], low[1]), (centre[0], high[1])]), frame, 0.045, Part.WINDOW)
        canvas.stroke(np.array([(low[0], centre[1]), (high[0], centre[1])]), frame, 0.045, Part.WINDOW)
