"""Many pictures on one: the contact sheet of the world, plain or with its masks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from catvis.menagerie.world.draw import Drawing
from catvis.menagerie.world.kinds import PARTS, part_name

_COLOURS = {
    part_name(part): np.array(
        [(97 * index + 60) % 196 + 60, (53 * index + 140) % 196 + 60, (151 * index + 90) % 196 + 60]
    )
    for index, part in enumerate(PARTS)
}


def sheet(pictures: Iterable[NDArray[np.uint8]], columns: int, gap: int = 4) -> NDArray[np.uint8]:
    """Pictures of one size side by side and below each other, white between them.

    Raises:
        ValueError: there are no pictures.
    """
    tiles = list(pictures)
    if not tiles:
        raise ValueError("a sheet shows at least one picture")
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    board = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 255, np.uint8)
    for index, tile in enumerate(tiles):
        top, left = gap + index // columns * (height + gap), gap + index % columns * (width + gap)
        board[top : top + height, left : left + width] = tile
    return board


def masked(drawing: Drawing) -> NDArray[np.uint8]:
    """A drawing dimmed, with every part in a colour of its own."""
    picture = drawing.pixels * 0.35
    for name, mask in drawing.parts.items():
        picture[mask] = 0.3 * picture[mask] + 0.7 * _COLOURS[name]
    return picture.astype(np.uint8)
