"""A figure → one picture, for feeds and for plain Markdown: the same layout as on the page, drawn by Pillow."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw

from catvis.drawing.chart import Side
from catvis.drawing.curves import Curve, sampled
from catvis.drawing.encode import decode, encode
from catvis.drawing.figure import Drawing
from catvis.drawing.fonts import Fonts
from catvis.drawing.layout import Point
from catvis.drawing.lettering import fitting, font
from catvis.drawing.painting import DASH, MARGIN, PAPER, TEXT_SIZE, Surface, paint
from catvis.results import Box, Composite, Picture

_SCALE = 1.5
_LISTED = 720
_LISTED_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 75, cv2.IMWRITE_JPEG_OPTIMIZE, 1)
_FRACTION_BITS = 4
"""Lines are placed to a sixteenth of a pixel."""
_ANCHORS: Mapping[Side, str] = {"start": "lm", "middle": "mm", "end": "rm"}


def composite(figure: Drawing, fonts: Fonts) -> Image.Image:
    """Draw a figure whole, on white, at one and a half times its size on a page."""
    return paint(figure, partial(_Raster, fonts=fonts)).image


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


def thumbnail(figure: Composite) -> Picture:
    """A composite for a list of posts, as JPEG.

    It is at most three times as wide as a list shows it, and at most four times as high as that.
    """
    pixels = np.asarray(Image.open(io.BytesIO(figure.data)).convert("RGB"))
    scale = min(1, _LISTED / figure.width, 4 * _LISTED / figure.height)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return encode(small, _LISTED_JPEG)


class _Raster(Surface):
    """A picture, drawn on in CSS pixels: shapes first, then words and pictures."""

    def __init__(self, width: float, height: float, fonts: Fonts) -> None:
        size = (round((width + 2 * MARGIN) * _SCALE), round((height + 2 * MARGIN) * _SCALE))
        self._shapes = np.array(Image.new("RGB", size, PAPER))
        self._fonts = fonts

    @cached_property
    def image(self) -> Image.Image:
        """The picture; no shapes can be added any more."""
        return Image.fromarray(self._shapes)

    @cached_property
    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def line(self, points: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        """A smooth line with round ends."""
        places = np.rint((np.array(points) + MARGIN) * (_SCALE * (1 << _FRACTION_BITS))).astype(np.int32)
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

    def curve(self, curve: Curve, width: float, colour: str, *, dashed: bool = False) -> None:
        """A smooth line; a dashed one in pieces."""
        points = sampled(curve)
        for piece in _dashes(points) if dashed else [points]:
            self.line(piece, width, colour)

    def circle(self, x: float, y: float, radius: float, line: str, fill: str) -> None:
        """A circle with an edge."""
        one = _SCALE * (1 << _FRACTION_BITS)
        middle = (round((x + MARGIN) * one), round((y + MARGIN) * one))
        for colour, size in ((line, radius), (fill, radius - 1.5)):
            if size > 0:
                rgb = ImageColor.getrgb(colour)[:3]
                cv2.circle(self._shapes, middle, round(size * one), rgb, -1, cv2.LINE_AA, _FRACTION_BITS)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A plain polygon."""
        places = np.rint((np.array(points) + MARGIN) * (_SCALE * (1 << _FRACTION_BITS))).astype(np.int32)
        rgb = ImageColor.getrgb(colour)[:3]
        cv2.fillPoly(self._shapes, [places], rgb, cv2.LINE_AA, _FRACTION_BITS)

    def fill(self, box: Box, colour: str) -> None:
        """A plain box."""
        self._draw.rectangle(_pixels(box), fill=colour)

    def text(self, words: str, box: Box, colour: str, *, bold: bool = False) -> None:
        """One line in the middle of a box, shortened until it fits."""
        file, size = self._fonts.bold if bold else self._fonts.regular, TEXT_SIZE * _SCALE
        left, top, right, bottom = _pixels(box)
        middle = ((left + right) / 2, (top + bottom) / 2)
        shown = fitting(words, float(right - left), file, size)
        self._draw.text(middle, shown, fill=colour, font=font(file, size), anchor="mm")

    def label(self, words: str, at: Point, side: Side, colour: str) -> None:
        """One line, whole."""
        x, y = ((part + MARGIN) * _SCALE for part in at)
        opened = font(self._fonts.regular, TEXT_SIZE * _SCALE)
        self._draw.text((x, y), words, fill=colour, font=opened, anchor=_ANCHORS[side])

    def paste(self, picture: Picture, box: Box) -> None:
        """A picture, fitted into a box."""
        left, top, right, bottom = _pixels(box)
        size = (right - left, bottom - top)
        how = cv2.INTER_AREA if picture.width >= 2 * size[0] else cv2.INTER_CUBIC
        fitted = cv2.resize(np.asarray(decode(picture)), size, interpolation=how)
        self.image.paste(Image.fromarray(fitted), (left, top))

    def frame(self, box: Box, colour: str) -> None:
        """The outline of a box."""
        self._draw.rectangle(_pixels(box), outline=colour, width=round(1.5 * _SCALE))


def _pixels(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = (
        round((side + MARGIN) * _SCALE) for side in (box.left, box.top, box.right, box.bottom)
    )
    return left, top, right, bottom


def _dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A line cut into dashes of equal length, gaps between them."""
    dashes: list[list[tuple[float, float]]] = [[points[0]]]
    drawn, left = True, DASH[0]
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
            left = DASH[0] if drawn else DASH[1]
        left -= length - gone
        if drawn:
            dashes[-1].append((x1, y1))
    return [dash for dash in dashes if len(dash) > 1]
