"""Pictures of every mode become RGB; everything else becomes one clear message."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catvis.errors import PictureError, Place
from catvis.networks.pictures import read_picture


def saved(folder: Path, picture: Image.Image, name: str, **how: object) -> Path:
    picture.save(folder / name, **how)
    return folder / name


def pixel(path: Path, x: int = 0, y: int = 0) -> tuple[int, ...]:
    picture = read_picture(path)
    assert picture.mode == "RGB"
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def gradient() -> Image.Image:
    return Image.fromarray(np.arange(40 * 30 * 3, dtype=np.uint32).astype(np.uint8).reshape(30, 40, 3))


def test_rgb_is_unchanged(tmp_path: Path) -> None:
    picture = gradient()
    assert np.array_equal(read_picture(saved(tmp_path, picture, "a.png")), np.asarray(picture))


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 77, (77, 77, 77)),
        ("LA", (10, 0), (255, 255, 255)),
        ("LA", (10, 255), (10, 10, 10)),
        ("RGBA", (200, 100, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 51), (204, 204, 204)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 257 * 100, (100, 100, 100)),
        ("I;16", 255, (1, 1, 1)),
    ],
)
def test_modes_of_png(tmp_path: Path, mode: str, colour: int, seen: tuple[int, ...]) -> None:
    assert pixel(saved(tmp_path, Image.new(mode, (3, 2), colour), "a.png")) == seen


def test_palette_with_and_without_transparency(tmp_path: Path) -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 250, 120, 30])
    assert pixel(saved(tmp_path, palette, "a.png")) == (250, 120, 30)
    assert pixel(saved(tmp_path, palette, "b.png", transparency=1)) == (255, 255, 255)
    assert pixel(saved(tmp_path, palette, "c.gif")) == (250, 120, 30)


def test_one_colour_marked_transparent(tmp_path: Path) -> None:
    picture = Image.new("RGB", (2, 2), (9, 8, 7))
    assert pixel(saved(tmp_path, picture, "a.png", transparency=(9, 8, 7))) == (255, 255, 255)


def test_cmyk(tmp_path: Path) -> None:
    cyan = saved(tmp_path, Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "a.tif")
    assert pixel(cyan) == (0, 255, 255)
    red, green, blue = pixel(saved(tmp_path, Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "a.jpg", quality=100))
    assert red < 10
    assert min(green, blue) > 245


def test_sixteen_bit_grey_of_other_formats(tmp_path: Path) -> None:
    deep = Image.new("I;16", (2, 2), 257 * 100)
    assert pixel(saved(tmp_path, deep, "a.tif")) == (100, 100, 100)
    (tmp_path / "a.pgm").write_bytes(b"P5 2 1 65535\n" + struct.pack(">HH", 65535, 257 * 100))
    assert pixel(tmp_path / "a.pgm") == (255, 255, 255)
    assert pixel(tmp_path / "a.pgm", 1) == (100, 100, 100)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_rotation(tmp_path: Path, suffix: str) -> None:
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste("black", (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter turn clockwise
    turned = read_picture(saved(tmp_path, picture, f"a.{suffix}", exif=exif))
    assert turned.size == (20, 40)
    assert np.asarray(turned)[:6, -6:].max() < 60
    assert np.asarray(turned)[10:, :].min() > 200


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert pixel(path) == (255, 0, 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_one_pixel_wide(tmp_path: Path, size: tuple[int, int]) -> None:
    assert read_picture(saved(tmp_path, Image.new("RGB", size), "a.png")).size == size


def message(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    return str(caught.value)


def test_missing_folder_empty_and_text(tmp_path: Path) -> None:
    assert "there is no picture" in message(tmp_path / "cat.png")
    assert "is a folder" in message(tmp_path)
    (tmp_path / "empty.png").touch()
    assert "it is empty" in message(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("a cat")
    assert "text.png is no picture\n  known kinds: PNG, JPEG" in message(tmp_path / "text.png")


def test_formats_that_run_programs_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    assert "is no picture" in message(tmp_path / "a.eps")


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp", "webp", "gif", "ppm"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_truncated(tmp_path: Path, suffix: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), f"a.{suffix}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    found = message(path)
    assert "is truncated" in found or "is damaged" in found or "is no picture" in found
    if suffix in ("png", "jpg", "ppm", "bmp"):
        assert "is truncated" in found


@pytest.mark.slow
def test_every_damaged_byte_is_read_or_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    refused = []
    for suffix in ("png", "jpg", "gif", "bmp", "webp", "tif"):
        whole = saved(tmp_path, gradient(), f"a.{suffix}").read_bytes()
        for _ in range(60):
            broken = bytearray(whole)
            for at in random.integers(0, len(whole), 3):
                broken[at] = random.integers(0, 256)
            (tmp_path / f"broken.{suffix}").write_bytes(broken)
            try:
                assert read_picture(tmp_path / f"broken.{suffix}").mode == "RGB"
            except PictureError as error:
                refused.append(str(error))
    assert refused
    assert all("broken." in text for text in refused)


def png(width: int, height: int, depth: int = 8, rows: bytes = bytes(1000)) -> bytes:
    """A PNG of RGB that may claim a larger size than its rows have."""

    def part(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)

    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )


def test_sixteen_bit_colour(tmp_path: Path) -> None:
    rows = b"\0" + struct.pack(">HHH", 65535, 257 * 100, 0)
    (tmp_path / "deep.png").write_bytes(png(1, 1, 16, rows))
    assert pixel(tmp_path / "deep.png") == (255, 100, 0)


@pytest.mark.parametrize("side", [8_001, 10_000, 60_000])
def test_decompression_bombs(tmp_path: Path, side: int) -> None:
    (tmp_path / "bomb.png").write_bytes(png(side, side))
    assert "at most 64 million are read" in message(tmp_path / "bomb.png")


def test_numbers_without_a_range(tmp_path: Path) -> None:
    floats = saved(tmp_path, Image.fromarray(np.ones((3, 3), np.float32)), "f.tif")
    assert "floating-point numbers" in message(floats)
    wide = saved(tmp_path, Image.fromarray(np.full((3, 3), 1 << 20, np.int32)), "i.tif")
    assert "numbers of 32 bits" in message(wide)


def test_the_message_names_the_place(tmp_path: Path) -> None:
    place = Place(tmp_path / "paths.yaml", 3, 10)
    with pytest.raises(PictureError, match=r"paths\.yaml:3:10: there is no picture"):
        read_picture(tmp_path / "cat.png", place)


def test_the_file_is_closed(tmp_path: Path) -> None:
    path = saved(tmp_path, gradient(), "a.png")
    picture = read_picture(path)
    path.unlink()
    with io.BytesIO() as written:
        picture.save(written, "PNG")
