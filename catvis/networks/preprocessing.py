"""From a picture to a network's input, and what the network sees of it.

A picture of another shape is resized so that its short side fits (Pillow, antialiased) and cropped at the
centre, or warped. This module knows no torch: the build shows what a network sees without opening one. Nor does it
load numpy before there are pixels: a build that has every figure compares digests alone.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from catvis.terms import Fit

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32, UInt8
    from PIL import Image

Channels: TypeAlias = tuple[float, float, float]
"""A number for red, for green and for blue."""

# a strip of one pixel's width, made as wide as a network's input, would be millions of pixels long
_LONGEST = 16


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """How a network wants its pictures.

    Attributes:
        size: height and width of the input in pixels.
        short_side: the picture's short side is resized to this before the crop.
        order: the channel order of the network's input.
        scale: pixels from 0 to 255 are multiplied by this first (1, or 1/255).
        mean: subtracted, in RGB order, after the scale: a number for each channel, or a picture.
        std: divided by, in RGB order.
        interpolation: of the resizing.
    """

    size: tuple[int, int]
    short_side: int
    mean: Channels | Float32[np.ndarray, "3 height width"]
    std: Channels
    order: Literal["RGB", "BGR"] = "RGB"
    scale: float = 1.0
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"

    def digest(self) -> str:
        """Hex digest of every number that decides what becomes of a picture."""
        hashed = hashlib.sha256(
            repr((self.size, self.short_side, self.order, self.scale, self.interpolation)).encode()
        )
        for numbers in (self.mean, self.std):
            if isinstance(numbers, tuple):
                shape, data = (3, 1, 1), struct.pack("<3f", *numbers)
            else:
                shape, data = numbers.shape, numbers.astype("<f4").tobytes()
            hashed.update(repr(shape).encode() + data)
        return hashed.hexdigest()

    @property
    def means(self) -> Float32[np.ndarray, "3 _ _"]:
        """What is subtracted: (3, 1, 1) or (3, height, width)."""
        return _by_channel(self.mean) if isinstance(self.mean, tuple) else self.mean

    @property
    def deviations(self) -> Float32[np.ndarray, "3 1 1"]:
        """What is divided by."""
        return _by_channel(self.std)

    def fit(self, picture: Image.Image, fit: Fit = "crop") -> UInt8[np.ndarray, "height width 3"]:
        """Resize and crop (or warp) an RGB picture to the network's size.

        Returns:
            What the network sees, before scaling: RGB, 0 to 255.
        """
        import numpy as np
        from PIL import Image

        method = Image.Resampling.BICUBIC if self.interpolation == "bicubic" else Image.Resampling.BILINEAR
        height, width = self.size
        if fit == "warp":
            return np.asarray(picture.resize((width, height), method))
        picture = _shortened(picture)
        ratio = self.short_side / min(picture.size)
        wide, high = (max(round(side * ratio), self.short_side) for side in picture.size)
        resized = picture if picture.size == (wide, high) else picture.resize((wide, high), method)
        if resized.size != (width, height):
            left, top = round((wide - width) / 2), round((high - height) / 2)
            resized = resized.crop((left, top, left + width, top + height))
        return np.asarray(resized)

    def normalise(self, seen: UInt8[np.ndarray, "height width 3"]) -> Float32[np.ndarray, "3 height width"]:
        """Scale, subtract the mean, divide, and order the channels: one network input without its batch."""
        import numpy as np

        planes = np.ascontiguousarray(seen.transpose(2, 0, 1), dtype=np.float32)
        values = (planes * np.float32(self.scale) - self.means) / self.deviations
        return np.ascontiguousarray(values[::-1]) if self.order == "BGR" else values

    def seen(self, values: Float32[np.ndarray, "3 height width"]) -> UInt8[np.ndarray, "height width 3"]:
        """The picture of which `normalise` would make a network's input, as near as pixels come."""
        import numpy as np

        planes = values[::-1] if self.order == "BGR" else values
        pixels = (planes * self.deviations + self.means) / np.float32(self.scale)
        seen: np.ndarray = np.clip(np.rint(pixels), 0, 255).astype(np.uint8).transpose(1, 2, 0)
        return seen

    def mean_picture(self) -> Float32[np.ndarray, "3 height width"]:
        """The picture that normalises to zero: RGB, 0 to 255."""
        import numpy as np

        height, width = self.size
        return np.broadcast_to(self.means / np.float32(self.scale), (3, height, width))


def _by_channel(numbers: Channels) -> Float32[np.ndarray, "3 1 1"]:
    import numpy as np

    return np.array(numbers, np.float32).reshape(3, 1, 1)


def _shortened(picture: Image.Image) -> Image.Image:
    """The middle of a picture that is many times longer than wide: no more of it can reach the crop."""
    longest = _LONGEST * min(picture.size)
    wide, high = (min(side, longest) for side in picture.size)
    if (wide, high) == picture.size:
        return picture
    left, top = (picture.width - wide) // 2, (picture.height - high) // 2
    return picture.crop((left, top, left + wide, top + high))
