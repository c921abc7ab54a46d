"""Whatever a caller calls a picture → its pixels, or the network's own input, under a digest.

A float tensor is the network's input as it is; everything else is a picture, which is fitted and normalised.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from catvis.digests import digest, file_digest
from catvis.errors import PictureError, UsageError
from catvis.interface.arguments import refusal
from catvis.networks.pictures import decode_picture, plain_picture, read_picture
from catvis.networks.preprocessing import Preprocessing
from catvis.terms import Fit


@dataclass(frozen=True, eq=False)
class ReadPicture:
    """A picture that was read.

    Attributes:
        digest: of what was given.
        name: what figures call it.
        file: where it lies; None where it is in memory alone.
        content: the picture in mode RGB; or the network's input, float32 (3, height, width), as it is.
    """

    digest: str
    name: str
    content: Image.Image | np.ndarray
    file: Path | None = None

    def seen(self, preprocessing: Preprocessing, fit: Fit) -> UInt8[np.ndarray, "height width 3"]:
        """What a network sees of it: RGB, 0 to 255.

        Raises:
            UsageError: the input itself was given, and is of another size.
        """
        if isinstance(self.content, Image.Image):
            return preprocessing.fit(self.content, fit)
        (height, width), (high, wide) = preprocessing.size, self.content.shape[1:]
        if (height, width) != (high, wide):
            raise UsageError(
                f"the network's input has shape (3, {height}, {width}), the tensor (3, {high}, {wide})",
                hint="a picture of any size is passed as a file, a PIL picture or a uint8 tensor",
            )
        return preprocessing.seen(self.content)

    @property
    def values(self) -> Float32[np.ndarray, "3 height width"] | None:
        """The network's input, where that was given."""
        return None if isinstance(self.content, Image.Image) else self.content


def read_given(given: object) -> ReadPicture:
    """Read a picture.

    Args:
        given: a file's path, its bytes, a PIL picture, a uint8 array (height, width, 3) or tensor (3, height,
            width), RGB; or a float tensor, which is the network's input.

    Raises:
        PictureError: it cannot be read.
        UsageError: it is nothing that could be a picture.
    """
    if isinstance(given, str | Path):
        file = Path(given)
        pixels = read_picture(file)
        return ReadPicture(file_digest(file), file.name, pixels, file)
    if isinstance(given, bytes):
        return ReadPicture(digest(given), "picture", decode_picture(io.BytesIO(given), "the picture"))
    if isinstance(given, Image.Image):
        if 0 in given.size:
            raise PictureError("the picture has no pixels", hint="neither of its sides may be 0")
        pixels = plain_picture(given)
        return ReadPicture(digest(pixels.size, pixels.tobytes()), "picture", pixels)
    if isinstance(given, np.ndarray):
        return _of_array(given)
    if hasattr(given, "detach"):  # a tensor, whose library is not loaded for this
        return _of_tensor(given)
    raise refusal("a picture", given, "name a file, or pass bytes, a PIL picture, an array or a tensor")


def _of_array(given: np.ndarray) -> ReadPicture:
    """A picture as numpy and OpenCV have them: rows, columns, channels."""
    shape = given.shape
    if given.dtype != np.uint8 or not (given.ndim == 2 or (given.ndim == 3 and shape[2] in (3, 4))):
        raise PictureError(
            f"an array of {given.dtype}, shape {shape}, is no picture",
            hint="uint8 of shape (height, width, 3), RGB; a network's own input is a float tensor",
        )
    return read_given(Image.fromarray(np.ascontiguousarray(given)))


def _of_tensor(given: Any) -> ReadPicture:
    """A tensor of one picture: bytes are its pixels, floats the network's input."""
    plain = given.detach().cpu()
    shape = tuple(plain.shape)
    single = plain[0] if len(shape) == 4 and shape[0] == 1 else plain
    if tuple(single.shape[:1]) != (3,) or len(single.shape) != 3:
        raise PictureError(
            f"a tensor of shape {shape} is not one picture",
            hint="(3, height, width); several pictures: net.looks(batch)",
        )
    if not plain.is_floating_point():
        if str(plain.dtype) != "torch.uint8":
            raise PictureError(
                f"a tensor of {plain.dtype} is no picture", hint="uint8, or the network's input in floats"
            )
        return _of_array(single.permute(1, 2, 0).numpy())
    values: np.ndarray = np.ascontiguousarray(single.float().numpy())
    if not np.isfinite(values).all():
        raise PictureError("the tensor holds NaN or infinity")
    return ReadPicture(digest(shape, values.tobytes()), "tensor", values)
