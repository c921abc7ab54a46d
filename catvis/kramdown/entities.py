"""HTML entities: written as the character they mean, except for those that HTML needs escaped."""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

_NAMED = {name: chr(code) for name, code in name2codepoint.items()} | {"apos": "'", "vellip": "⋮"}


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    cursor = spans.cursor
    cursor.position = match.end()
    character = _NAMED.get(match[1]) if match[1] else html.unescape(match[0])
    if character is None:
        spans.tree.children.append(Element("entity", "&amp;", name="&"))
        spans.add_text(match[0][1:])
        return
    written = match[0] if character in "<>&" or not character.isprintable() else character
    if character in ("\N{NO-BREAK SPACE}", "\N{EN SPACE}", "\N{EM SPACE}", "\N{THIN SPACE}"):
        written = character
    spans.tree.children.append(Element("entity", written, name=character))


ENTITY = SpanConstruct("&", "&", pattern(r"&(?:([\w:][-\w.:]*)|#\d+|#x[0-9a-fA-F]+);"), _run)
