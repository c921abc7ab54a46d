"""What light does to felt: the shadow under a piece, and the shades of its own relief.

Both come from the canvas's light and change pixels alone: no part's mask knows of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from catvis.menagerie.world.canvas import Canvas
from catvis.menagerie.world.shapes import Points

# shades are soft: they are computed at every fourth pixel of every fourth row, as whole numbers of this unit
_COARSE = 4
_UNIT_GAIN = 160


def shadow(canvas: Canvas, outline: Points, reach: float = 0.06, strength: float = 0.4) -> None:
    """Darken what lies behind an outline, shifted away from the light: pieces of felt lie on each other."""
    canvas.tint(outline - canvas.light * reach, (24, 18, 22), soft=reach, strength=strength)


def cushion(canvas: Canvas, outline: Points, relief: float = 0.5) -> None:
    """Shade an outline's inside as a cushion: bright towards the light, dark away from it and at the rim."""
    box = canvas.box(outline)
    if box.right - box.left < 2 * _COARSE or box.bottom - box.top < 2 * _COARSE:
        return
    cover = canvas.coverage(outline, box)
    height, width = cover.shape
    small = cv2.resize(cover, (width // _COARSE + 1, height // _COARSE + 1), interpolation=cv2.INTER_AREA)
    reach = max(3, min(small.shape) // 3) | 1
    pad = reach
    framed = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    hill = cv2.blur(cv2.blur(framed, (reach, reach)), (reach, reach)).astype(np.float32) / 255
    dy, dx = np.gradient(hill)
    facing = -(dx * canvas.light[0] + dy * canvas.light[1]) * reach
    gain = 1 + relief * (0.55 * facing + 0.45 * (np.minimum(hill, 0.95) - 0.8))
    inner = np.clip(gain[pad:-pad, pad:-pad], 0.35, 1.4) * _UNIT_GAIN
    fine = cv2.resize(inner.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    view = canvas.pixels[box.pixels]
    shaded = cv2.multiply(view, cv2.merge((fine, fine, fine)), scale=1 / _UNIT_GAIN)
    cv2.copyTo(shaded, cover, view)
