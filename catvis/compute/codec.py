"""Answers as bytes and back: JSON for what is said, with the pictures' bytes behind it. Nothing is executed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from catvis.plan import Answer, Compared, Drawn, ExemplarCell, Exemplars, Optimised, Peak, Weights

_KINDS = {
    kind.__name__: kind for kind in (Compared, Drawn, ExemplarCell, Exemplars, Optimised, Peak, Weights)
}
_LENGTH_BYTES = 8


def encode(answer: Answer) -> bytes:
    """Write an answer."""
    pictures: list[bytes] = []
    text = json.dumps(_plain(answer, pictures), ensure_ascii=False).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + b"".join(pictures)


def decode(stored: bytes) -> Any:
    """Read what `encode` wrote."""
    start = _LENGTH_BYTES + int.from_bytes(stored[:_LENGTH_BYTES], "little")
    return _answer(json.loads(stored[_LENGTH_BYTES:start]), memoryview(stored)[start:])


def _plain(value: object, pictures: list[bytes]) -> object:
    if isinstance(value, bytes):
        start = sum(map(len, pictures))
        pictures.append(value)
        return {"bytes": [start, start + len(value)]}
    if isinstance(value, tuple):
        return [_plain(item, pictures) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name), pictures) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, "fields": fields}
    return value


def _answer(plain: Any, pictures: memoryview) -> Any:
    if isinstance(plain, list):
        return tuple(_answer(item, pictures) for item in plain)
    if isinstance(plain, dict) and "bytes" in plain:
        start, stop = plain["bytes"]
        return bytes(pictures[start:stop])
    if isinstance(plain, dict):
        fields = {name: _answer(value, pictures) for name, value in plain["fields"].items()}
        return _KINDS[plain["kind"]](**fields)
    return plain
