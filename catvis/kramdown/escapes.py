"""Escapes: a backslash before a sign that means something makes it plain text."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader

_ESCAPED = pattern(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-~])")


def unescape(text: str) -> str:
    """Take the backslashes off escaped signs."""
    return _ESCAPED.sub(r"\1", text)


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    spans.add_text(match[1])
    spans.cursor.position = match.end()


ESCAPE = SpanConstruct(r"\\", "\\", _ESCAPED, _run)
