from __future__ import annotations

import zlib

import numpy as np
import pytest

from catvis.drawing.encode import packed_pixels


@pytest.mark.parametrize("pixels", ["noise", "smooth"])
def test_packed_pixels_come_back_as_they_were(pixels: str) -> None:
    shape = (5, 7, 3)
    given = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    if pixels == "smooth":
        given = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    steps = np.frombuffer(zlib.decompress(packed_pixels(given)), np.uint8).reshape(3, -1)
    green, red, blue = np.cumsum(steps, axis=1, dtype=np.uint8)
    back = np.stack([green + red, green, green + blue], axis=1).reshape(shape)
    np.testing.assert_array_equal(back, given)
