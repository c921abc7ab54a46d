"""A figure → boxes and lines: geometry only, drawn by the page and by the composite picture alike.

A figure gets one layout for each width that a page may have for it; the style sheet shows the one that fits.
"""

from __future__ import annotations

from catvis.drawing.chain import chain, is_chain
from catvis.drawing.figure import Row, Tree
from catvis.drawing.layered import layered
from catvis.drawing.layout import GAP, Layout, Slot, upright
from catvis.drawing.outline import outline
from catvis.drawing.wording import head_lines
from catvis.results import Box

#: Widths in CSS pixels that figures are laid out for: a small phone, a phone, a column of text, a whole page.
WIDTHS = (288.0, 352.0, 680.0, 960.0)

_ROW_GAP = 28.0
_LARGEST = 227.0
_SMALLEST = 104.0


def arrange(figure: Row | Tree, width: float) -> Layout:
    """The best layout for a place of so many CSS pixels."""
    if isinstance(figure, Row):
        return row(figure, width)
    if is_chain(figure):
        return chain(figure, width) or outline(figure, width)
    return layered(figure, width) or outline(figure, width)


def row(figure: Row, width: float) -> Layout:
    """Tiles side by side, in as few lines as leave each of them worth looking at."""
    count = len(figure.tiles)
    lines = 1
    while (columns := -(-count // lines)) > 1 and _side(columns, width) < _SMALLEST:
        lines += 1
    side = _side(columns, width)
    total = columns * side + (columns - 1) * GAP
    slots: list[Slot] = []
    y = 0.0
    for start in range(0, count, columns):
        chunk = figure.tiles[start : start + columns]
        head = max(len(head_lines(tile)) for tile in chunk)
        left = (total - len(chunk) * side - (len(chunk) - 1) * GAP) / 2
        for index, tile in enumerate(chunk):
            x = left + index * (side + GAP)
            slots.append(upright(tile, (), Box(x, y, x + side, y), 0.0, head))
        y = max(slot.at.bottom for slot in slots) + _ROW_GAP
    return Layout(total, y - _ROW_GAP, tuple(slots), ())


def _side(columns: int, width: float) -> float:
    return min(_LARGEST, (width - (columns - 1) * GAP) // columns)
