"""Pixels → encoded pictures, fast: a picture costs what its pixels cost.

A picture holds the pixels that the network gave it and no more: the browser, or the layout, scales. Tiles and crops
are JPEG with every pixel's colour kept (4:4:4). Of sixteen real tiles of 227×227 pixels, each took so much CPU
time, bytes and signal over noise (`python -m tools.bench.encoders`):

    JPEG 4:4:4, quality 88     0.6 ms    8 KB   45 dB
    WebP, quality 90           2.0 ms    6 KB   42 dB, at half the resolution of colour: fringes blur
    AVIF 4:4:4, quality 75     4.0 ms    5 KB   44 dB
    WebP without loss         10.1 ms   31 KB
    PNG                        7.6 ms   35 KB
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from catvis.drawing.display import GREY
from catvis.errors import PictureError
from catvis.results import Picture

_TILE = (
    *(cv2.IMWRITE_JPEG_QUALITY, 88),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
    *(cv2.IMWRITE_JPEG_OPTIMIZE, 1),
)
_MOSAIC_QUALITY = 75
_CELL = 112
_SEAM = 4


def encode(pixels: UInt8[np.ndarray, "height width 3"], how: Sequence[int] = _TILE) -> Picture:
    """Encode a picture as JPEG at its own size: OpenCV gives Pillow's bytes, and lets other threads run.

    Args:
        pixels: RGB, 0 to 255.
        how: OpenCV's options; of a tile where none are given.
    """
    height, width = pixels.shape[:2]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), how)
    return Picture(data.tobytes(), "image/jpeg", width, height)


def packed_pixels(pixels: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """Pack pixels so that a script gets exactly these back; a canvas may give others, for the sake of privacy.

    Neighbours are alike, and so are a pixel's colours: what is deflated are the differences of each plane's pixels,
    row by row, from the one before, of green, of red less green, and of blue less green, all modulo 256.
    """
    red, green, blue = pixels.reshape(-1, 3).T
    planes = np.stack([green, red - green, blue - green])
    return zlib.compress(np.diff(planes, axis=1, prepend=np.uint8(0)).tobytes())


def decode(picture: Picture) -> Image.Image:
    """The pixels of a picture that was encoded here: OpenCV takes half of Pillow's time, and guesses the format.

    Raises:
        PictureError: it was kept in a file that is damaged.
    """
    try:
        with Image.open(io.BytesIO(picture.data)) as head:
            is_that = head.size == (picture.width, picture.height)
    except (OSError, Image.DecompressionBombError):
        is_that = False
    pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR_RGB) if is_that else None
    if pixels is None:
        raise PictureError(
            "a picture that was kept is damaged", hint="delete the store of the exemplars and mine again"
        )
    return Image.fromarray(np.asarray(pixels, np.uint8))


def mosaic(pictures: Sequence[Picture]) -> Picture:
    """Lay small pictures out as one square grid, first in the top left; of each its middle fills a square cell.

    One picture instead of sixteen: a page with twenty grids asks for forty files, not for six hundred. It is JPEG,
    at half the resolution of colour. WebP takes two thirds of the bytes, but browsers print it without compression:
    twelve grids would be five megabytes on paper.
    """
    columns = grid_columns(len(pictures))
    rows = math.ceil(len(pictures) / columns)
    size = (columns * (_CELL + _SEAM) - _SEAM, rows * (_CELL + _SEAM) - _SEAM)
    sheet = Image.new("RGB", size, (GREY, GREY, GREY))
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        filling = ImageOps.fit(decode(picture), (_CELL, _CELL), Image.Resampling.LANCZOS)
        sheet.paste(filling, (column * (_CELL + _SEAM), row * (_CELL + _SEAM)))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=_MOSAIC_QUALITY, subsampling="4:2:0", optimize=True, progressive=True)
    return Picture(buffer.getvalue(), "image/jpeg", *size)


def grid_columns(count: int) -> int:
    """How many columns a grid of so many exemplars has: as square as it goes."""
    return max(1, math.ceil(math.sqrt(count)))
