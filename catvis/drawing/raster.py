"""A figure → one picture, for feeds and for plain Markdown: the same layout as on the page, drawn by Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from catvis.drawing.curves import sampled
from catvis.drawing.diagram import arrange_diagram
from catvis.drawing.encode import decode
from catvis.drawing.figure import Diagram, Drawing, Tile
from catvis.drawing.fonts import Fonts
from catvis.drawing.layout import WIDTHS, arrange
from catvis.drawing.places import FOOT_LINE, HEAD_LINE, Layout, Slot, Stroke
from catvis.drawing.wording import foot_lines, head_lines, share_text, wrapped
from catvis.results import Box

_SCALE = 1.5
_MARGIN = 16.0
_TEXT_SIZE = 13.5
_FRACTION_BITS = 4
"""Lines are placed to a sixteenth of a pixel."""
_PAPER = "#ffffff"
_INK = "#23262b"
_MUTED = "#5c6370"
_EXCITES = "#8fa0b8"
_INHIBITS = "#c2563a"
_TRUNK = "#c3cad4"
_SILENT = "#eceef1"
_DASH = (9.0, 6.0)

Font = ImageFont.FreeTypeFont


class _Canvas:
    """A picture, drawn on in CSS pixels: shapes first, then words and pictures."""

    def __init__(self, width: float, height: float, fonts: Fonts) -> None:
        size = (round((height + 2 * _MARGIN) * _SCALE), round((width + 2 * _MARGIN) * _SCALE))
        self._shapes = np.full((*size, 3), ImageColor.getrgb(_PAPER), np.uint8)
        self._regular, self._bold = (_font(file) for file in (fonts.regular, fonts.bold))

    @cached_property
    def image(self) -> Image.Image:
        """The picture; no shapes can be added any more."""
        return Image.fromarray(self._shapes)

    @cached_property
    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def line(self, points: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        """A smooth line with round ends."""
        places = np.rint((np.array(points) + _MARGIN) * (_SCALE * (1 << _FRACTION_BITS))).astype(np.int32)
        thickness = max(1, round(width * _SCALE))
        cv2.polylines(
            self._shapes,
            [places],
            isClosed=False,
            color=ImageColor.getrgb(colour)[:3],
            thickness=thickness,
            lineType=cv2.LINE_AA,
            shift=_FRACTION_BITS,
        )

    def circle(self, x: float, y: float, radius: float, line: str, fill: str) -> None:
        """A circle with an edge."""
        one = _SCALE * (1 << _FRACTION_BITS)
        middle = (round((x + _MARGIN) * one), round((y + _MARGIN) * one))
        for colour, size in ((line, radius), (fill, radius - 1.5)):
            if size > 0:
                rgb = ImageColor.getrgb(colour)[:3]
                cv2.circle(self._shapes, middle, round(size * one), rgb, -1, cv2.LINE_AA, _FRACTION_BITS)

    def fill(self, box: Box, colour: str) -> None:
        """A plain box."""
        self._draw.rectangle(_pixels(box), fill=colour)

    def text(self, words: str, box: Box, colour: str, *, bold: bool = False) -> None:
        """One line in the middle of a box, shortened until it fits."""
        font = self._bold if bold else self._regular
        left, top, right, bottom = _pixels(box)
        shown = words
        while len(shown) > 1 and font.getlength(shown) > right - left:
            shown = shown[:-2].rstrip() + "…"
        self._draw.text(((left + right) / 2, (top + bottom) / 2), shown, fill=colour, font=font, anchor="mm")

    def paste(self, picture: Image.Image, box: Box) -> None:
        """A picture, fitted into a box."""
        left, top, right, bottom = _pixels(box)
        size = (right - left, bottom - top)
        how = cv2.INTER_AREA if picture.width >= 2 * size[0] else cv2.INTER_CUBIC
        fitted = cv2.resize(np.asarray(picture), size, interpolation=how)
        self.image.paste(Image.fromarray(fitted), (left, top))

    def frame(self, box: Box, colour: str) -> None:
        """The outline of a box."""
        self._draw.rectangle(_pixels(box), outline=colour, width=round(1.5 * _SCALE))


@cache
def _font(file: Path) -> Font:
    return ImageFont.truetype(file, _TEXT_SIZE * _SCALE)


def _pixels(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = (
        round((side + _MARGIN) * _SCALE) for side in (box.left, box.top, box.right, box.bottom)
    )
    return left, top, right, bottom


def composite(figure: Drawing, fonts: Fonts) -> Image.Image:
    """Draw a figure whole, on white, at one and a half times its size on a page."""
    if isinstance(figure, Diagram):
        return _diagram(figure, fonts)
    layout = arrange(figure, WIDTHS[-1])
    tiles = {tile.key: tile for tile in figure.tiles}
    canvas = _Canvas(layout.width, layout.height, fonts)
    for stroke in layout.strokes:
        _stroke(canvas, stroke)
    for slot in layout.slots:
        if slot.curve:
            _sparkline(canvas, slot.curve, tiles[slot.key].curve)
    for slot in layout.slots:
        _words(canvas, slot, tiles[slot.key], layout)
    for slot in layout.slots:
        _pictures(canvas, slot, tiles[slot.key])
    return canvas.image


def encode_composite(image: Image.Image, suffix: str) -> bytes:
    """Encode a composite under the suffix that the Markdown gives it: png, jpg, jpeg or webp.

    A PNG gets a palette of 256 colours, found by an octree in a fraction of the time that median cut takes: a
    third of the bytes, and no difference to the eye.

    Raises:
        ValueError: another suffix.
    """
    buffer = io.BytesIO()
    match suffix.lower().removeprefix("."):
        case "png":
            few = image.quantize(256, Image.Quantize.FASTOCTREE)
            palette = np.array(few.getpalette(), np.uint8).reshape(-1, 3)
            palette[palette.sum(axis=1).argmax()] = 255  # the tree's own white is a shade darker than paper
            few.putpalette(palette.tobytes())
            few.save(buffer, "PNG", compress_level=1)
        case "jpg" | "jpeg":
            image.save(buffer, "JPEG", quality=85, optimize=True)
        case "webp":
            image.save(buffer, "WEBP", quality=85, method=0)
        case other:
            raise ValueError(f"a figure cannot be written as {other!r}")
    return buffer.getvalue()


def _words(canvas: _Canvas, slot: Slot, tile: Tile, layout: Layout) -> None:
    for box, edge in zip(slot.shares, slot.arriving, strict=True):
        canvas.text(share_text(edge), box, _INHIBITS if edge.inhibitory else _INK, bold=True)
    for index, line in enumerate(head_lines(tile)):
        # Titles of a row stand level at the bottom of their box, next to the pictures.
        first = (
            slot.head.top if layout.kind == "list" else slot.head.bottom - len(head_lines(tile)) * HEAD_LINE
        )
        box = _line_box(slot.head, first, index, HEAD_LINE)
        canvas.text(line, box, _MUTED if index else _INK, bold=index == 0)
    if tile.picture is None:
        canvas.fill(slot.picture, _SILENT)
        canvas.text(tile.instead, slot.picture, _MUTED)
    if slot.foot:
        for index, line in enumerate(wrapped(foot_lines(tile, slot.arriving), slot.foot.width)):
            canvas.text(line, _line_box(slot.foot, slot.foot.top, index, FOOT_LINE), _MUTED)


def _pictures(canvas: _Canvas, slot: Slot, tile: Tile) -> None:
    if tile.picture:
        canvas.paste(decode(tile.picture), slot.picture)
    if tile.picture and tile.outline:
        canvas.frame(_within(slot.picture, tile.outline), _PAPER)
    if tile.exemplars:
        crops, attributions = slot.grids
        canvas.paste(decode(tile.exemplars.crops), crops)
        canvas.paste(decode(tile.exemplars.attributions), attributions)


def _stroke(canvas: _Canvas, stroke: Stroke) -> None:
    points = sampled(stroke.points)
    if stroke.edge is None:
        canvas.line(points, stroke.width, _TRUNK)
    elif stroke.edge.inhibitory:
        for dash in _dashes(points):
            canvas.line(dash, stroke.width, _INHIBITS)
    else:
        canvas.line(points, stroke.width, _EXCITES)


def _dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A line cut into dashes of equal length, gaps between them."""
    dashes: list[list[tuple[float, float]]] = [[points[0]]]
    drawn, left = True, _DASH[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        gone = 0.0
        while length - gone > left:
            gone += left
            at = (x0 + (x1 - x0) * gone / length, y0 + (y1 - y0) * gone / length)
            if drawn:
                dashes[-1].append(at)
            else:
                dashes.append([at])
            drawn = not drawn
            left = _DASH[0] if drawn else _DASH[1]
        left -= length - gone
        if drawn:
            dashes[-1].append((x1, y1))
    return [dash for dash in dashes if len(dash) > 1]


def _sparkline(canvas: _Canvas, box: Box, values: tuple[float, ...]) -> None:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = box.width / max(1, len(values) - 1)
    points = [
        (box.left + i * step, box.bottom - 4 - (box.height - 8) * (v - low) / span)
        for i, v in enumerate(values)
    ]
    canvas.line(points, 1.5, _EXCITES)


def _diagram(figure: Diagram, fonts: Fonts) -> Image.Image:
    layout = arrange_diagram(figure)
    canvas = _Canvas(layout.width, layout.height, fonts)
    for start, end in layout.lines:
        canvas.line([start, end], 1.0, _TRUNK)
    for x, y in layout.units:
        canvas.circle(x, y, layout.radius, _EXCITES, _PAPER)
    for x, y in layout.dots:
        canvas.circle(x, y, 2.0, _EXCITES, _EXCITES)
    for word, (x, y) in layout.words:
        canvas.text(word, Box(x - 70, y - 16, x + 70, y + 4), _MUTED)
    return canvas.image


def _line_box(box: Box, top: float, index: int, height: float) -> Box:
    return Box(box.left, top + index * height, box.right, top + (index + 1) * height)


def _within(picture: Box, part: Box) -> Box:
    return Box(
        picture.left + part.left * picture.width,
        picture.top + part.top * picture.height,
        picture.left + part.right * picture.width,
        picture.top + part.bottom * picture.height,
    )
