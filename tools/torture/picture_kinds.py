"""Pictures of every format that Pillow reads or writes, mutated as bytes, as chunks, and in what they claim."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image

from catvis.networks.pictures import FORMATS
from tools.torture import corpus
from tools.torture.cases import Case
from tools.torture.mutation import NUMBERS, changed_bytes

_MODES = ("RGB", "L", "RGBA", "LA", "P", "1", "CMYK", "I;16", "I", "F", "YCbCr")
_OPTIONS: dict[str, tuple[dict[str, object], ...]] = {
    "JPEG": (
        {"progressive": True},
        {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"},
    ),
    "GIF": ({"save_all": True, "append_images": [corpus.picture(16, 2)], "duration": 10, "loop": 0},),
    "WEBP": ({"lossless": True}, {"save_all": True, "append_images": [corpus.picture(16, 2)]}),
    "TIFF": tuple(
        {"compression": name}
        for name in ("tiff_lzw", "packbits", "tiff_deflate", "jpeg", "group4", "zstd", "webp")
    ),
    "TGA": ({"compression": "tga_rle"},),
    "PNG": ({"interlace": 1}, {"save_all": True, "append_images": [corpus.picture(16, 2)]}),
    "DDS": tuple({"pixel_format": name} for name in ("DXT1", "DXT3", "DXT5", "BC2", "BC3", "BC5")),
}
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGE = ((8_000, 8_000), (63_000, 1_000), (1, 64_000_000), (20_000, 20_000))
_LOOKS = 0.15
"""The part of the pictures that a network looks at; the others are only read."""


class Pictures:
    """A file that is a picture, or was one."""

    name = "pictures"
    share = 170

    def prepare(self, home: Path) -> None:
        """Nothing: every case brings its picture."""

    def case(self, home: Path, random: Random) -> Case:
        """A picture that is read, or that a network looks at."""
        choice = random.random()
        if choice < 0.002:
            data = large(random)
        else:
            data = random.choice(list(pictures().values()))
            if choice < 0.3 and data.startswith(_PNG):
                data = _of_chunks(data, random)
            else:
                data = changed_bytes(data, random, [random.choice(list(pictures().values()))])
        looks = random.random() < _LOOKS
        words = ("catvis", "classify", "menagerie", "out/it.png") if looks else ("picture", "out/it.png")
        return Case(words, {"out/it.png": data})


@cache
def pictures() -> dict[str, bytes]:
    """Small pictures by what they are: of every format, in every mode that it takes."""
    Image.init()
    found: dict[str, bytes] = {}
    for name in sorted(Image.SAVE):
        for mode in _MODES:
            for place, options in enumerate(({}, *_OPTIONS.get(name, ()))):
                data = _written(name, mode, options)
                if data:
                    found[f"{name} {mode} {place}"] = data
    found |= {name: make() for name, make in _BY_HAND.items()}
    return found


def large(random: Random) -> bytes:
    """A small file of many pixels."""
    size = random.choice(_LARGE)
    name, mode = random.choice(
        (
            ("PNG", "RGBA"),
            ("PNG", "1"),
            ("PNG", "I;16"),
            ("PNG", "LA"),
            ("GIF", "P"),
            ("TIFF", "1"),
            ("WEBP", "RGB"),
        )
    )
    if mode == "1" or size[0] * size[1] <= 64_000_000:
        return _written(name, mode, {"compression": "group4"} if name == "TIFF" else {}, size) or _png_head(
            *size
        )
    return _png_head(*size)


def _written(
    name: str, mode: str, options: dict[str, object], size: tuple[int, int] | None = None
) -> bytes | None:
    """A picture as bytes; None where the format takes no such mode or size."""
    kept = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if size is not None:
                picture = Image.new(mode, size)
            elif mode == "I;16":
                picture = Image.frombytes("I;16", (16, 16), bytes(range(256)) * 2)
            else:
                picture = corpus.picture(16).convert(mode)
            picture.save(kept, name, **options)
    except Exception:  # encoders refuse in many ways
        return None
    return kept.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds hardly anything."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND", b"")


def _of_chunks(data: bytes, random: Random) -> bytes:
    """A PNG with chunks changed, exchanged, left out, repeated or added, and their checksums right."""
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_PNG)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(chunks))
        kind, body = chunks[at]
        choice = random.randrange(6)
        if choice == 0:
            chunks[at] = (kind, changed_bytes(body, random))
        elif choice == 1 and len(chunks) > 1:
            del chunks[at]
        elif choice == 2:
            chunks[at:at] = [chunks[at]] * random.choice((1, 2, 50))
        elif choice == 3:
            random.shuffle(chunks)
        elif choice == 4 and kind == b"IDAT":
            with contextlib.suppress(zlib.error):  # it may have been changed before
                chunks[at] = (kind, zlib.compress(changed_bytes(zlib.decompress(body), random)))
        else:
            extra = random.choice(
                (
                    b"tEXt",
                    b"zTXt",
                    b"iTXt",
                    b"iCCP",
                    b"eXIf",
                    b"tRNS",
                    b"PLTE",
                    b"acTL",
                    b"fcTL",
                    b"gAMA",
                    b"pHYs",
                    b"xxxx",
                )
            )
            text = random.choice(
                (b"", b"a\0\0" + zlib.compress(bytes(2_000_000)), random.randbytes(30), bytes(8))
            )
            chunks.insert(at, (extra, text))
    if random.random() < 0.3 and chunks and len(chunks[0][1]) >= 13:
        head = bytearray(chunks[0][1])
        place = random.choice((0, 4))
        head[place : place + 4] = (random.choice(NUMBERS) % 2**32).to_bytes(4)
        chunks[0] = (chunks[0][0], bytes(head))
    return _PNG + b"".join(_chunk(kind, body) for kind, body in chunks)


def _cur() -> bytes:
    icon = bytearray(_written("ICO", "RGBA", {}) or b"")
    icon[2] = 2
    return bytes(icon)


def _dcx() -> bytes:
    page = _written("PCX", "RGB", {}) or b""
    return struct.pack("<III", 987654321, 12, 0) + page


def _psd() -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 4, 4, 8, 3)
    return head + bytes(12) + struct.pack(">H", 0) + bytes(range(48))


def _sun() -> bytes:
    return struct.pack(">8I", 0x59A66A95, 4, 4, 24, 48, 1, 0, 0) + bytes(range(48))


def _xpm() -> bytes:
    return b'/* XPM */\nstatic char *x[] = {\n"2 2 2 1",\n"a c #ff0000",\n"b c #0000ff",\n"ab",\n"ba"\n};\n'


def _fli() -> bytes:
    frame = struct.pack("<IHH8x", 16 + 6 + 16, 0xF1FA, 1) + struct.pack("<IH", 6 + 16, 16) + bytes(16)
    head = struct.pack("<IHHHHHHI", 128 + len(frame), 0xAF11, 1, 4, 4, 8, 3, 10)
    return head.ljust(128, b"\0") + frame


def _ftex() -> bytes:
    return (
        struct.pack("<4sI", b"FTEX", 2)
        + struct.pack("<iiii", 4, 4, 1, 1)
        + struct.pack("<ii", 1, 32)
        + struct.pack("<i", 48)
        + bytes(48)
    )


def _gbr() -> bytes:
    return struct.pack(">IIIII4sI", 28 + 2, 2, 4, 4, 1, b"GIMP", 10) + b"a\0" + bytes(16)


_BY_HAND: dict[str, Callable[[], bytes]] = {
    "CUR": _cur,
    "DCX": _dcx,
    "PSD": _psd,
    "SUN": _sun,
    "XPM": _xpm,
    "FLI": _fli,
    "FTEX": _ftex,
    "GBR": _gbr,
}
"""Formats that Pillow reads and cannot write."""


def missing() -> list[str]:
    """Formats that are read and of which there is no picture here."""
    return [name for name in FORMATS if not any(one.split()[0] == name for one in pictures())]
