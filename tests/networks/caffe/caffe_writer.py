"""Writes Caffe's files in every form in which they are met, for tests to read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.stepwise.steps import Convolve, Multiply

Data = Literal["packed", "unpacked", "double", "unpacked double"]
Arrays = Mapping[str, tuple[np.ndarray, ...]]


def varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def chunk(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def integer(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def blob(array: np.ndarray, data: Data = "packed", *, old_shape: bool = False, split: int = 1) -> bytes:
    """An array; ``split`` says in how many packed pieces its numbers come."""
    if old_shape:
        padded = (1,) * (4 - array.ndim) + array.shape
        shape = b"".join(integer(place, side) for place, side in enumerate(padded, 1))
    else:
        shape = chunk(7, chunk(1, b"".join(map(varint, array.shape))))
    number, dtype = (8, "<f8") if "double" in data else (5, "<f4")
    if "unpacked" in data:
        kind = 1 if number == 8 else 5
        numbers = b"".join(
            varint(number << 3 | kind) + value.tobytes() for value in array.astype(dtype).ravel()
        )
    else:
        pieces = np.array_split(array.astype(dtype).ravel(), split)
        numbers = b"".join(chunk(number, piece.tobytes()) for piece in pieces)
    return shape + numbers


def layer(name: str, blobs: Iterable[bytes], *, old: bool = False) -> bytes:
    """One layer, as a ``layer`` or as an old ``layers`` message."""
    name_field, blobs_field, kind = (4, 6, integer(5, 4)) if old else (1, 7, chunk(2, b"Convolution"))
    content = chunk(name_field, name.encode()) + kind + b"".join(chunk(blobs_field, one) for one in blobs)
    return chunk(2 if old else 100, content)


def caffemodel(arrays: Arrays, data: Data = "packed", *, old: bool = False, split: int = 1) -> bytes:
    """A whole .caffemodel; ``old``: V1 messages and shapes of four sides."""
    return chunk(1, b"network") + b"".join(
        layer(name, [blob(one, data, old_shape=old, split=split) for one in those], old=old)
        for name, those in arrays.items()
    )


def random_arrays(architecture: str, seed: int = 0) -> dict[str, tuple[np.ndarray, ...]]:
    """Random weights of the right shapes, scaled so that activations neither grow nor die."""
    random = np.random.default_rng(seed)
    arrays: dict[str, tuple[np.ndarray, ...]] = {}
    for placed in ARCHITECTURES[architecture].placed():
        step = placed.step
        if isinstance(step, Convolve):
            inputs: tuple[int, ...] = (placed.input_shapes[0][0] // step.groups, step.kernel, step.kernel)
        elif isinstance(step, Multiply):
            inputs = placed.input_shapes[0]
        else:
            continue
        weight = random.standard_normal((step.units, *inputs), np.float32)
        weight *= np.sqrt(2 / np.prod(inputs), dtype=np.float32)
        arrays[step.name] = (weight, random.standard_normal(step.units, np.float32) * np.float32(0.1))
    return arrays


def write(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file
