"""Protocol buffers' wire format: bytes to fields, without a schema and without copying.

Only what a reader of weights needs: a message is walked field by field, and a length-delimited field is
given as the span of its bytes. Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from catvis.frozen import Frozen

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTH = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10
_BLOCK = 4096


class WireFormatError(ValueError):
    """The bytes are no protocol buffer message."""


class TruncatedError(WireFormatError):
    """The bytes end inside of a field.

    Args:
        missing: how many more bytes the field says that it has.
    """

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} bytes are missing")
        self.missing = missing


class ByteRange(Frozen):
    """The bytes from ``start`` up to ``end`` of a file."""

    start: int
    end: int


class Field(Frozen):
    """One field of a message, or a run of equal fixed-width fields that follow each other.

    Attributes:
        number: the field's number in its message.
        kind: the wire type.
        value: of a varint; 0 for every other kind.
        span: of a length-delimited field its content; of a run of fixed-width fields all of it with the tags.
        stride: bytes from one record of the run to the next.
    """

    number: int
    kind: int
    value: int
    span: ByteRange
    stride: int = 1


def fields(data: memoryview, span: ByteRange) -> Iterator[Field]:
    """Walk one message.

    Raises:
        TruncatedError: a field goes on past the end of the message.
        WireFormatError: the bytes follow no known form.
    """
    at = span.start
    while at < span.end:
        start = at
        tag, at = _varint(data, at, span.end)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise WireFormatError(f"field number 0 at byte {start}")
        if kind == VARINT:
            value, at = _varint(data, at, span.end)
            yield Field(number, kind, value, ByteRange(start, at))
        elif kind == BYTES:
            length, at = _varint(data, at, span.end)
            if length > span.end - at:
                raise TruncatedError(length - (span.end - at))
            yield Field(number, kind, 0, ByteRange(at, at + length))
            at += length
        elif kind in _WIDTH:
            stride = at - start + _WIDTH[kind]
            if start + stride > span.end:
                raise TruncatedError(start + stride - span.end)
            count = _run(data[start : span.end], at - start, stride)
            at = start + count * stride
            yield Field(number, kind, 0, ByteRange(start, at), stride)
        else:
            raise WireFormatError(f"wire type {kind} at byte {start}")


def fixed(data: memoryview, field: Field, dtype: str) -> np.ndarray:
    """The values of a run of fixed-width fields, copied: between them stand their tags."""
    width = np.dtype(dtype).itemsize
    rows = np.frombuffer(data[field.span.start : field.span.end], np.uint8).reshape(-1, field.stride)
    return np.ascontiguousarray(rows[:, -width:]).view(dtype)[:, 0]


def varints(data: memoryview, field: Field) -> list[int]:
    """The values of a repeated integer field, packed or not, as signed 64-bit numbers."""
    if field.kind == VARINT:
        return [_signed(field.value)]
    values = []
    at = field.span.start
    while at < field.span.end:
        value, at = _varint(data, at, field.span.end)
        values.append(_signed(value))
    return values


def _varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    value = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= end:
            raise TruncatedError(1)
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise WireFormatError(f"a number of more than {_LONGEST_VARINT} bytes at byte {at}")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _run(data: memoryview, tag: int, stride: int) -> int:
    """How many records of ``stride`` bytes from the start on begin with the first one's tag."""
    whole = len(data) // stride
    first = np.frombuffer(data, np.uint8, tag)
    for start in range(0, whole, _BLOCK):  # in blocks: behind a single number may stand an array of megabytes
        count = min(_BLOCK, whole - start)
        rows = np.frombuffer(data, np.uint8, count * stride, start * stride).reshape(count, stride)
        other = (rows[:, :tag] != first).any(1)
        if other.any():
            return start + int(other.argmax())
    return whole
