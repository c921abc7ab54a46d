"""What may be written under a key, said once: how a value is read, and the JSON Schema of what can be read.

A schema never refuses what is read. What it cannot say, such as that names differ in more than case, it lets pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from catvis.frozen import Frozen
from catvis.written.located import Located
from catvis.written.yaml_values import Value

T = TypeVar("T")
W = TypeVar("W", bound=str)

Schema: TypeAlias = Mapping[str, Any]

TEXT: Schema = {
    # what YAML takes for a number or a truth value is read as the text that stands there
    "type": ["string", "number", "boolean"],
    "pattern": r"^(?=[\s\S]*\S)[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$",
}


class Key(Frozen, Generic[T]):
    """What may be written under a key.

    Attributes:
        read: makes of a value what it means; raises a `ContentError` where it means nothing.
        schema: what all values that can be read have in common.
        about: the key in a few words.
    """

    read: Callable[[Value], T]
    schema: Schema
    about: str


def text(example: str, about: str) -> Key[Located[str]]:
    """One text that is not empty."""
    return Key(lambda value: value.text(example), TEXT, about)


def flag(about: str) -> Key[bool]:
    """``true`` or ``false``."""
    return Key(Value.flag, {"type": "boolean"}, about)


def number(lowest: int, highest: int, about: str) -> Key[int]:
    """A whole number, both bounds included."""
    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return Key(lambda value: value.number(lowest, highest), schema, about)


def choice(words: Collection[W], about: str) -> Key[W]:
    """One of a few words."""
    return Key(lambda value: value.choice(words), {"enum": list(words)}, about)


def several(item: Schema, least: int = 1, most: int | None = None) -> Schema:
    """A list of things that differ."""
    bounds = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"type": "array", "items": item, **bounds, "uniqueItems": True}


def mapping(keys: Mapping[str, Key[Any]], **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    properties = {name: {**key.schema, "description": key.about} for name, key in keys.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def any_case(pattern: str) -> str:
    """A pattern of plain letters as one that takes capital ones too."""
    return re.sub(r"[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", pattern)


def spelled(*patterns: str | re.Pattern[str]) -> Schema:
    """A text that one of some patterns matches whole, but for blanks around it."""
    plain = (pattern if isinstance(pattern, str) else pattern.pattern for pattern in patterns)
    return {"type": "string", "pattern": rf"^\s*(?:{'|'.join(map(portable, plain))})\s*$"}


def portable(pattern: str) -> str:
    """A pattern as JSON Schema has it: without named groups, and word characters (in brackets) written out."""
    return re.sub(r"\?P<\w+>", "?:", pattern).replace(r"\w", "0-9A-Za-z_\x80-\U0010ffff")
