"""Strikethrough: ``~~gone~~``."""

from __future__ import annotations

import re

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    cursor = spans.cursor
    origin, start = cursor.origin(), match.start() + 2
    node = Element("html", name="del", span=True, content="span", origin=origin)
    spans.tree.children.append(node)
    inner = Cursor(match[0][2:-2], cursor.origins(start, match.end()))
    cursor.position = match.end()
    SpanReader(spans.reading, inner, spans.text_kind).read_all(node)


STRIKETHROUGH = SpanConstruct("~~", "~", pattern(r"~~(?!\s|~).*?[^\s~]~~", re.DOTALL), _run)
