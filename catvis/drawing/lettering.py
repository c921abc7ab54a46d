"""Words in a font: how long they are, and how many of them fit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont


@cache
def font(file: Path, size: float) -> ImageFont.FreeTypeFont:
    """A font file, opened at a size in pixels."""
    return ImageFont.truetype(file, size)


def fitting(words: str, width: float, file: Path, size: float) -> str:
    """As much of a line as fits a width in pixels; an ellipsis stands for the rest."""
    opened, shown = font(file, size), words
    while len(shown) > 1 and opened.getlength(shown) > width:
        shown = shown[:-2].rstrip() + "…"
    return shown
