"""What part of the picture siblings' tiles show, where a figure crops them: one frame for all of a row."""

from __future__ import annotations

from collections.abc import Iterable

from catvis.results import Box

_AIR = 0.15
_SMALLEST = 0.15
_WORTH_IT = 0.75
_ALL = 0.95
_WHOLE = Box(0, 0, 1, 1)


def common_frame(boxes: Iterable[Box]) -> Box | None:
    """The smallest frame of the picture's own shape with all boxes in it, and some air around them.

    Args:
        boxes: where the tiles have most of their energy, in parts of the picture's width and height.

    Returns:
        The frame in the same parts; None where it would be hardly smaller than the picture, or there is nothing.
    """
    every = list(boxes)
    if not every:
        return None
    left, right = min(box.left for box in every), max(box.right for box in every)
    top, bottom = min(box.top for box in every), max(box.bottom for box in every)
    side = max(_SMALLEST, (1 + 2 * _AIR) * max(right - left, bottom - top))
    if side > _WORTH_IT:
        return None
    start_x, start_y = (
        min(max(0.0, (low + high - side) / 2), 1 - side) for low, high in ((left, right), (top, bottom))
    )
    return Box(start_x, start_y, start_x + side, start_y + side)


def seen_within(part: Box, frame: Box | None) -> Box | None:
    """Where a part of the picture lies in a tile that shows a frame of it; None where it is outside, or all of it.

    Args:
        part: in parts of the picture.
        frame: what the tile shows; None for the whole picture.
    """
    frame = frame or _WHOLE
    sides = (
        (part.left - frame.left) / frame.width,
        (part.top - frame.top) / frame.height,
        (part.right - frame.left) / frame.width,
        (part.bottom - frame.top) / frame.height,
    )
    inside = Box(*(min(max(side, 0.0), 1.0) for side in sides))
    is_part = inside.width > 0 and inside.height > 0 and min(inside.width, inside.height) < _ALL
    return inside if is_part else None
