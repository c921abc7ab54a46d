"""Caffe's messages: a .caffemodel as arrays by layer, a .binaryproto as one array.

The file is mapped into memory and only walked at first: an array is read where it is asked for, and is held
once. Field numbers are those of Caffe's ``caffe.proto``.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from catvis.errors import WeightsError, shown_path
from catvis.networks.caffe import wire
from catvis.networks.caffe.wire import ByteRange, Field

_NET_V1_LAYER, _NET_LAYER = 2, 100
# (name, blobs) in a layer of the old message and of the new one
_LAYER_FIELDS = {_NET_V1_LAYER: (4, 6), _NET_LAYER: (1, 7)}
_BLOB_SIDES = (1, 2, 3, 4)
_BLOB_DATA, _BLOB_SHAPE, _BLOB_DOUBLE_DATA = 5, 7, 8
_SHAPE_DIM = 1

_OTHER_KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04", "a ZIP archive (PyTorch's .pth files are such)"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x02", "a Python pickle"),
    (b"<", "a web page or XML"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS, not the file"),
    (b"name:", "a .prototxt: the description of a network, without its weights"),
    (b"layer", "a .prototxt: the description of a network, without its weights"),
    (b"input:", "a .prototxt: the description of a network, without its weights"),
)


@dataclass(frozen=True, eq=False)
class Blob:
    """One array of a layer, as it lies in the file.

    Attributes:
        shape: as the file states it; old files pad it with ones to four axes.
        data: the fields that hold its numbers: one where they are packed, else several.
        mapped: the file, mapped privately.
        file: the same on disk.
    """

    shape: tuple[int, ...]
    data: tuple[Field, ...]
    mapped: mmap.mmap
    file: Path

    @cached_property
    def values(self) -> Float32[np.ndarray, " count"]:
        """The numbers as one row.

        Packed numbers begin at any byte of the file, but torch wants them at a multiple of four. Where they
        lie so, this is a view of the mapping. Elsewhere they are read from the file to a place of their own,
        which costs less than half of moving them inside the mapping, and no more memory.
        """
        if len(self.data) == 1 and self.data[0].number == _BLOB_DATA and self.data[0].kind == wire.BYTES:
            start, count = self.data[0].span.start, self.count
            if start % 4 == 0:
                return np.frombuffer(self.mapped, "<f4", count, start)
            return np.fromfile(self.file, "<f4", count, offset=start)
        parts = [_numbers(memoryview(self.mapped), field) for field in self.data]
        return np.concatenate(parts, dtype=np.float32) if parts else np.zeros(0, np.float32)

    @property
    def count(self) -> int:
        """How many numbers the file holds for it."""
        return sum(_count(field) for field in self.data)


@dataclass(frozen=True, eq=False)
class CaffeModel:
    """A .caffemodel: its blobs by layer. Layers without numbers (pooling, ReLUs) are left out."""

    file: Path
    layers: Mapping[str, tuple[Blob, ...]]


def read_caffemodel(file: Path) -> CaffeModel:
    """Open a .caffemodel, of the newer ``layer`` or the older ``layers`` messages.

    Raises:
        WeightsError: the file is missing, truncated, damaged or of another kind.
    """
    mapped = _map(file)
    data = memoryview(mapped)
    layers: dict[str, tuple[Blob, ...]] = {}
    last = "the file's beginning"
    try:
        for field in wire.fields(data, ByteRange(0, len(data))):
            if field.number in _LAYER_FIELDS and field.kind == wire.BYTES:
                layer, blobs = _layer(file, mapped, field)
                last = f"layer {layer}"
                if blobs:
                    layers[layer] = blobs
    except wire.WireFormatError as error:
        if not layers:
            raise _another_kind(file, data) from error
        said = f"damaged after {last}: {error}"
        if isinstance(error, wire.TruncatedError):
            said = f"truncated: at least {error.missing:,} bytes are missing after {last}"
        raise WeightsError(f"{shown_path(file)} is {said}", hint="copy or fetch it again") from error
    if not layers:
        raise _another_kind(file, data)
    return CaffeModel(file, layers)


def read_binaryproto(file: Path) -> Float32[np.ndarray, "channels height width"]:
    """Read a .binaryproto: the mean picture that Caffe subtracts, BGR, 0 to 255.

    Raises:
        WeightsError: the file is missing, truncated, damaged or no single picture.
    """
    mapped = _map(file)
    try:
        blob = _blob(file, mapped, ByteRange(0, len(mapped)))
    except wire.WireFormatError as error:
        raise WeightsError(f"{shown_path(file)} is no .binaryproto, or a damaged one: {error}") from error
    shape = blob.shape[1:] if len(blob.shape) == 4 and blob.shape[0] == 1 else blob.shape
    if len(shape) != 3 or math.prod(shape) != blob.count or blob.count == 0:
        stated = "×".join(map(str, blob.shape)) or "nothing"
        raise WeightsError(
            f"{shown_path(file)} holds {blob.count} numbers of shape {stated}: no mean picture",
            hint="a mean picture has the shape (1, channels, height, width)",
        )
    return blob.values.reshape(shape).copy()


def _map(file: Path) -> mmap.mmap:
    try:
        with file.open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
    except ValueError as error:
        raise WeightsError(f"{shown_path(file)} is empty", hint="copy or fetch it again") from error
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror}") from error


def _another_kind(file: Path, data: memoryview) -> WeightsError:
    head = bytes(data[:64]).lstrip()
    found = next((f": it is {kind}" for magic, kind in _OTHER_KINDS if head.startswith(magic)), "")
    return WeightsError(
        f"{shown_path(file)} is no .caffemodel{found}", hint="a .caffemodel holds layers with their weights"
    )


def _layer(file: Path, mapped: mmap.mmap, message: Field) -> tuple[str, tuple[Blob, ...]]:
    data = memoryview(mapped)
    name_field, blobs_field = _LAYER_FIELDS[message.number]
    name = ""
    blobs = []
    for field in wire.fields(data, message.span):
        if field.kind == wire.BYTES and field.number == name_field:
            name = _text(data, field)
        elif field.kind == wire.BYTES and field.number == blobs_field:
            blobs.append(_blob(file, mapped, field.span))
    return name, tuple(blobs)


def _blob(file: Path, mapped: mmap.mmap, message: ByteRange) -> Blob:
    data = memoryview(mapped)
    shape: list[int] | None = None
    sides: dict[int, int] = {}
    single: list[Field] = []
    double: list[Field] = []
    for field in wire.fields(data, message):
        if field.number in _BLOB_SIDES and field.kind == wire.VARINT:
            sides[field.number] = field.value
        elif field.number == _BLOB_SHAPE and field.kind == wire.BYTES:
            shape = [
                side
                for dim in wire.fields(data, field.span)
                if dim.number == _SHAPE_DIM
                for side in wire.varints(data, dim)
            ]
        elif field.number == _BLOB_DATA and field.kind in (wire.BYTES, wire.FIXED32):
            single.append(field)
        elif field.number == _BLOB_DOUBLE_DATA and field.kind in (wire.BYTES, wire.FIXED64):
            double.append(field)
    if shape is None:
        shape = [sides.get(number, 1) for number in _BLOB_SIDES] if sides else []
    return Blob(tuple(shape), tuple(single or double), mapped, file)


def _text(data: memoryview, field: Field) -> str:
    return bytes(data[field.span.start : field.span.end]).decode("utf-8", "replace")


def _width(field: Field) -> int:
    return 8 if field.number == _BLOB_DOUBLE_DATA else 4


def _count(field: Field) -> int:
    length = field.span.end - field.span.start
    return length // (_width(field) if field.kind == wire.BYTES else field.stride)


def _numbers(data: memoryview, field: Field) -> np.ndarray:
    dtype = f"<f{_width(field)}"
    if field.kind == wire.BYTES:
        return np.frombuffer(data, dtype, _count(field), field.span.start)
    return wire.fixed(data, field, dtype)
