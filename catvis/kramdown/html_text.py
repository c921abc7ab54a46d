"""Escaping: what text, attributes and code look like in HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_REFERENCE = r"&(?:[\w:][-\w.:]*|#\d+|#x[0-9a-fA-F]+);"
_IN_TEXT = re.compile(rf"{_REFERENCE}|[<>&]", re.ASCII)
_IN_ATTRIBUTE = re.compile(rf"{_REFERENCE}|[<>&\"]", re.ASCII)
_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}


def escape_text(text: str) -> str:
    """Escape text; a reference such as ``&lt;`` stays what it is."""
    return _IN_TEXT.sub(lambda match: _ESCAPES.get(match[0], match[0]), text)


def escape_attribute(text: str) -> str:
    """Escape an attribute's value; a reference stays what it is."""
    return _IN_ATTRIBUTE.sub(lambda match: _ESCAPES.get(match[0], match[0]), text)


def escape_code(text: str) -> str:
    """Escape code, where a reference is no reference but text."""
    return html.escape(text, quote=False)


def attributes_html(attributes: Mapping[str, str]) -> str:
    """Attributes as they stand in a tag; an empty id is left out."""
    return "".join(
        f' {key}="{escape_attribute(value)}"'
        for key, value in attributes.items()
        if key != "id" or value.strip()
    )
