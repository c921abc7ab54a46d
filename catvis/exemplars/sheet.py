"""A unit's exemplars as one picture: crops on the left, their attributions on the right, in uniform cells."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

from catvis.errors import StoreError
from catvis.exemplars.store import Cell

_CELL = 112
_SEAM = 4
_MARGIN = 16
_TITLE = 30
_PAPER = (255, 255, 255)
_INK = (40, 40, 40)


def drawn_sheet(rows: Sequence[tuple[str, Sequence[Cell]]]) -> Image.Image:
    """Draw units below each other.

    Args:
        rows: a title and cells for every unit, strongest first; a unit without cells says so.
    """
    drawn = [_unit(title, cells) for title, cells in rows]
    width = max((image.width for image in drawn), default=0) + 2 * _MARGIN
    height = sum(image.height + _MARGIN for image in drawn) + _MARGIN
    whole = Image.new("RGB", (width, height), _PAPER)
    top = _MARGIN
    for image in drawn:
        whole.paste(image, (_MARGIN, top))
        top += image.height + _MARGIN
    return whole


def _unit(title: str, cells: Sequence[Cell]) -> Image.Image:
    columns = max(1, math.ceil(math.sqrt(len(cells))))
    side = columns * (_CELL + _SEAM) - _SEAM
    rows = math.ceil(len(cells) / columns)
    height = rows * (_CELL + _SEAM)
    font = ImageFont.load_default(16)
    strength = (
        f"   {cells[0].activation:.4g} to {cells[-1].activation:.4g}" if cells else "   has no exemplars"
    )
    width = max(2 * side + _MARGIN, math.ceil(font.getlength(title + strength)))
    image = Image.new("RGB", (width, _TITLE + height), _PAPER)
    ImageDraw.Draw(image).text((0, 4), title + strength, _INK, font)
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        left, top = column * (_CELL + _SEAM), _TITLE + row * (_CELL + _SEAM)
        image.paste(_covering(cell.crop), (left, top))
        image.paste(_covering(cell.attribution), (side + _MARGIN + left, top))
    return image


def _covering(encoded: bytes) -> Image.Image:
    """The middle of a picture, as much of it as fills a cell: what was cut at a picture's edge is no square."""
    try:
        with Image.open(io.BytesIO(encoded), formats=("JPEG",)) as opened:
            return ImageOps.fit(opened.convert("RGB"), (_CELL, _CELL), Image.Resampling.LANCZOS)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise StoreError(
            "the store of the exemplars is damaged: a crop in it is no picture",
            hint="delete it and mine again",
        ) from error
