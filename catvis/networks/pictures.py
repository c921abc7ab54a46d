"""A picture file, which may be anything that a person or an attacker put there, to plain RGB.

Everything that reads pictures starts here, so that a picture means the same pixels everywhere. Every format that
Pillow reads is opened, if its decoder runs nothing and fetches nothing.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from stat import S_IFREG, S_ISDIR, S_ISREG

from PIL import Image, ImageOps, UnidentifiedImageError

from catvis.errors import PictureError, Place, shown_path

FORMATS = (
    *("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000", "ICO", "ICNS", "CUR", "DIB"),
    *("PCX", "DCX", "PSD", "QOI", "SGI", "SUN", "DDS", "IM", "MSP", "XBM", "XPM", "FLI", "BLP", "FTEX"),
    *("GBR", "TGA"),
)
"""Not EPS, WMF, MPEG, BUFR, GRIB and HDF5, which Pillow leaves to other programs, nor FITS, IMT, MCIDAS, PCD,
PIXAR, SPIDER and XVTHUMB, which hold measurements or are no longer met."""
_COMMON = ("PNG", "JPEG", "GIF")
"""Pillow knows these once it is prepared, and imports thirty modules for all others."""
MOST_PIXELS = 64_000_000
_LONGEST_SIDE = 65_535
"""As JPEG's: Pillow keeps an address for every row, which for one pixel wide is more than the picture."""
_FEWER_PIXELS = {"WEBP": 32_000_000, "AVIF": 32_000_000}
"""Of formats whose decoders hold a picture four times: the largest that is read still takes less than 1 GB."""
_DEEPEST = 65_535
_LEFT = 4
_STRIP = 1 << 20
"""Pixels that are made plain at a time."""
_EIGHT_BITS = "save it with 8 or 16 bits per channel"


def picture_suffixes() -> frozenset[str]:
    """How the files of all formats end, in small letters."""
    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS)


def read_picture(path: Path, where: Place | None = None) -> Image.Image:
    """Read a picture as a person sees it: upright, over white, 8 bits per channel; of an animation the first.

    Args:
        path: the file.
        where: the place in the content that asks for it, for messages.

    Returns:
        The picture in mode RGB, in memory.

    Raises:
        PictureError: it is missing, no picture, damaged, truncated, too large, or its numbers have no known range.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        mode = S_IFREG  # what is wrong with it is told where it is opened
    if S_ISDIR(mode):
        raise PictureError(f"{shown_path(path)} is a folder", where=where, hint="name a picture in it")
    if not S_ISREG(mode):
        raise PictureError(f"{shown_path(path)} is a pipe or a device", where=where, hint="name a file")
    return decode_picture(path, shown_path(path), where)


def decode_picture(
    source: Path | io.BytesIO, shown: str, where: Place | None = None, *, side: int | None = None
) -> Image.Image:
    """Read a picture as `read_picture` does, from a file or from bytes in memory.

    Args:
        source: the file, or its bytes.
        shown: what messages call the picture.
        where: the place in the content that asks for it, for messages.
        side: the short side, in pixels, that the picture will be resized to: a much larger JPEG is then
            decoded at a half, a quarter or an eighth of its size.

    Returns:
        The picture in mode RGB, in memory.

    Raises:
        PictureError: as `read_picture`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a limit of our own follows, and a picture that is read is fine
            opened = _opened(source)
    except FileNotFoundError:
        raise PictureError(f"there is no picture {shown}", where=where) from None
    except Image.DecompressionBombError:
        raise _too_large(shown, "too many", where) from None
    except UnidentifiedImageError:
        raise PictureError(
            f"{shown} is no picture" + (": it is empty" if _is_empty(source) else ""),
            where=where,
            hint=f"known kinds: {', '.join(FORMATS[:7])} and what else Pillow reads",
        ) from None
    except Exception as error:  # decoders fail in many ways, and a picture must not end in a traceback
        raise _damaged(shown, error, where) from error
    with opened:
        most = _FEWER_PIXELS.get(opened.format or "", MOST_PIXELS)
        if opened.width * opened.height > most or max(opened.size) > _LONGEST_SIDE:
            raise _too_large(shown, f"{opened.width}×{opened.height}", where, most)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about broken metadata, which is not used
                if side is not None:
                    _reduce(opened, side)
                opened.load()
                ImageOps.exif_transpose(opened, in_place=True)
                return _plain(opened)
        except _UnknownRangeError as error:
            raise PictureError(
                f"{shown} holds {error}: which of them is white is not known",
                where=where,
                hint=_EIGHT_BITS,
            ) from None
        except Exception as error:  # as above
            raise _damaged(shown, error, where) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    Image.preinit()  # else it may know that one of them which the file's name speaks of
    try:
        return Image.open(source, formats=_COMMON)
    except UnidentifiedImageError:
        return Image.open(source, formats=FORMATS)


def plain_picture(picture: Image.Image) -> Image.Image:
    """A picture that is in memory already, as `read_picture` gives it; the picture itself stays as it is.

    Raises:
        PictureError: its numbers have no known range.
    """
    try:
        upright = ImageOps.exif_transpose(picture)
        return _plain(upright)
    except _UnknownRangeError as error:
        raise PictureError(
            f"the picture holds {error}: which of them is white is not known", hint=_EIGHT_BITS
        ) from None


def _reduce(picture: Image.Image, side: int) -> None:
    """Have a JPEG decoded at reduced scale, if as much of it is left that its resizing sees the same.

    With four times the wanted size left, the resized picture differs by at most 3 grey levels of 255 (mean
    0.2, measured), at a third of the time; both sides must divide, so that the crop stays where it is.
    """
    width, height = picture.size
    for scale in (8, 4, 2):
        if min(width, height) >= scale * _LEFT * side and width % scale == height % scale == 0:
            picture.draft("", (width // scale, height // scale))
            return


def _is_empty(source: Path | io.BytesIO) -> bool:
    return source.stat().st_size == 0 if isinstance(source, Path) else source.seek(0, io.SEEK_END) == 0


class _UnknownRangeError(Exception):
    """Pixels whose numbers say nothing about how bright they are."""


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":
        raise _UnknownRangeError("floating-point numbers")
    if picture.mode.startswith("I"):
        import numpy as np

        least, most = np.asarray(picture).min(), np.asarray(picture).max()
        if least < 0 or most > _DEEPEST:
            raise _UnknownRangeError("numbers of 32 bits")
        return _by_strips(picture, _of_eight_bits)
    if picture.has_transparency_data:
        return _by_strips(picture, _over_white)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _by_strips(picture: Image.Image, plain: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """A picture made plain a few rows at a time: a large one stands in memory twice, and not five times."""
    whole = Image.new("RGB", picture.size)
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        whole.paste(plain(strip), (0, top))
    return whole


def _of_eight_bits(strip: Image.Image) -> Image.Image:
    import numpy as np

    numbers = np.asarray(strip).astype(np.int64)
    return Image.fromarray(((numbers * 255 + _DEEPEST // 2) // _DEEPEST).astype(np.uint8)).convert("RGB")


def _over_white(strip: Image.Image) -> Image.Image:
    over = strip.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")


def _too_large(shown: str, size: str, where: Place | None, most: int = MOST_PIXELS) -> PictureError:
    return PictureError(
        f"{shown} has {size} pixels",
        where=where,
        hint=f"at most {most // 1_000_000} million are read, {_LONGEST_SIDE:,} on a side: make it smaller first",
    )


def _damaged(shown: str, error: Exception, where: Place | None) -> PictureError:
    if isinstance(error, PermissionError):
        return PictureError(f"{shown} may not be read: permission denied", where=where)
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return PictureError(f"{shown} is truncated", where=where, hint="copy or save it again")
    return PictureError(f"{shown} is damaged: {error}", where=where, hint="copy or save it again")
