"""What words of a command line mean as numbers: the types of arguments, for `argparse`.

Each refuses what is no such number by an ``ArgumentTypeError``, which becomes one message and status 2.
"""

from __future__ import annotations

from argparse import ArgumentTypeError

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_MOST = 1_000_000_000_000


def count(text: str) -> int:
    """A whole number from 1."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_MOST)) or int(text) < 1:
        raise ArgumentTypeError(f"{text[:40]!r} is not a number from 1")
    return int(text)


def count_or_none(text: str) -> int:
    """A whole number from 0."""
    return 0 if text == "0" else count(text)


def side(text: str) -> int:
    """A picture's side, in pixels."""
    pixels = count(text)
    if pixels > 4096:
        raise ArgumentTypeError(f"{text!r} is not a picture's side: 1 to 4096")
    return pixels


def port(text: str) -> int:
    """A port of this machine."""
    number = count(text)
    if number > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: 1 to 65535")
    return number


def size_in_bytes(text: str) -> int:
    """A number of bytes, such as ``500M``."""
    number, unit = (text[:-1], text[-1].upper()) if text[-1:].upper() in _UNITS else (text, "")
    return count(number) * _UNITS.get(unit, 1)
