"""How much lies where → pixels: a few cells on mid-grey, the fullest in full colour."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, UInt8

from catvis.drawing.display import GREY

_FULL = (255, 214, 102)
_GAMMA = 0.65


def density(
    cells: Float64[np.ndarray, "rows columns"], size: tuple[int, int]
) -> UInt8[np.ndarray, "height width 3"]:
    """Draw cells as squares; the brightness of one says which part of the fullest it holds.

    Args:
        cells: at least 0.
        size: height and width in pixels, at least as many as there are cells.
    """
    rows, columns = (
        np.arange(length) * count // length for length, count in zip(size, cells.shape, strict=True)
    )
    depth = (cells / (cells.max() or 1.0))[rows][:, columns, None] ** _GAMMA
    pixels: UInt8[np.ndarray, "height width 3"] = np.rint(GREY + depth * (np.array(_FULL) - GREY)).astype(
        np.uint8
    )
    return pixels
