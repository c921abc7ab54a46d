"""A figure → vectors, for papers and slides: the same layout as on the page, its tiles pictures within.

The file needs no other; words are text in the page's font where it is installed, and in a similar one elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import partial
from html import escape

from catvis.drawing.chart import Side
from catvis.drawing.curves import Curve
from catvis.drawing.figure import Drawing
from catvis.drawing.fonts import Fonts
from catvis.drawing.layout import Point
from catvis.drawing.lettering import fitting
from catvis.drawing.painting import DASH, MARGIN, PAPER, TEXT_SIZE, Surface, paint
from catvis.drawing.svg import path_data, points_data, short
from catvis.results import Box, Picture

_FAMILY = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_BASELINE = 0.35
"""How far below a line's middle its letters stand, in parts of their size."""


def figure_svg(figure: Drawing, fonts: Fonts) -> str:
    """Draw a figure whole, on white, at its size on a page."""
    return paint(figure, partial(_Vectors, figure.alt, fonts)).text_of_file()


class _Vectors(Surface):
    """An SVG document, drawn on in CSS pixels."""

    def __init__(self, alt: str, fonts: Fonts, width: float, height: float) -> None:
        self._alt, self._fonts = alt, fonts
        self._size = (width + 2 * MARGIN, height + 2 * MARGIN)
        self._parts: list[str] = []

    def text_of_file(self) -> str:
        """The document."""
        width, height = map(short, self._size)
        corner = short(-MARGIN)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="{corner} {corner} {width} {height}" role="img" aria-label="{escape(self._alt)}">\n'
            f"<title>{escape(self._alt)}</title>\n"
            f'<rect x="{corner}" y="{corner}" width="{width}" height="{height}" fill="{PAPER}"/>\n'
            f'<g font-family="{_FAMILY}" font-size="{TEXT_SIZE}" text-anchor="middle">\n'
            + "\n".join(self._parts)
            + "\n</g>\n</svg>\n"
        )

    def line(self, points: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        """A polyline."""
        self._parts.append(f'<polyline points="{points_data(points)}" {_stroke(width, colour)}/>')

    def curve(self, curve: Curve, width: float, colour: str, *, dashed: bool = False) -> None:
        """A path."""
        dashes = f' stroke-dasharray="{DASH[0]:g} {DASH[1]:g}"' if dashed else ""
        self._parts.append(f'<path d="{path_data(curve)}" {_stroke(width, colour)}{dashes}/>')

    def circle(self, x: float, y: float, radius: float, line: str, fill: str) -> None:
        """A circle with an edge."""
        edge = 1.5
        self._parts.append(
            f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius - edge / 2)}" fill="{fill}" '
            f'stroke="{line}" stroke-width="{edge:g}"/>'
        )

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A polygon."""
        self._parts.append(f'<polygon points="{points_data(points)}" fill="{colour}"/>')

    def fill(self, box: Box, colour: str) -> None:
        """A plain box."""
        self._parts.append(f'<rect {_place(box)} fill="{colour}"/>')

    def text(self, words: str, box: Box, colour: str, *, bold: bool = False) -> None:
        """One line in the middle of a box, shortened until it fits."""
        shown = fitting(words, box.width, self._fonts.bold if bold else self._fonts.regular, TEXT_SIZE)
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2 + _BASELINE * TEXT_SIZE
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{short(x)}" y="{short(y)}" fill="{colour}"{weight}>{escape(shown)}</text>'
        )

    def label(self, words: str, at: Point, side: Side, colour: str) -> None:
        """One line, whole."""
        x, y = short(at[0]), short(at[1] + _BASELINE * TEXT_SIZE)
        self._parts.append(
            f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{side}">{escape(words)}</text>'
        )

    def paste(self, picture: Picture, box: Box) -> None:
        """A picture, as the file that it is."""
        data = base64.b64encode(picture.data).decode()
        self._parts.append(f'<image {_place(box)} href="data:{picture.media_type};base64,{data}"/>')

    def frame(self, box: Box, colour: str) -> None:
        """The outline of a box."""
        self._parts.append(f"<rect {_place(box)} {_stroke(1.5, colour)}/>")


def _stroke(width: float, colour: str) -> str:
    return f'fill="none" stroke="{colour}" stroke-width="{short(width)}" stroke-linecap="round"'


def _place(box: Box) -> str:
    return (
        f'x="{short(box.left)}" y="{short(box.top)}" width="{short(box.width)}" height="{short(box.height)}"'
    )
