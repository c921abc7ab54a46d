"""Emphasis, ``*em*`` and ``__strong__``, and strikethrough, ``~~gone~~``; an underscore within a word is text."""

from __future__ import annotations

import re

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import BLANK_SIGNS, pattern
from catvis.kramdown.readers import SpanConstruct, SpanReader
from catvis.kramdown.tree import Element

_MARK = pattern(r"\*\*?|__?")
_STOPS = {mark: pattern(re.escape(mark)) for mark in ("*", "_", "**", "__")}


def _emphasis(spans: SpanReader, match: re.Match[str]) -> None:
    cursor, start, mark = spans.cursor, spans.cursor.position, match[0]
    kind = "strong" if len(mark) == 2 else "em"
    cursor.position = match.end()
    if (
        (mark[0] == "_" and _within_word(cursor.text, start))
        or cursor.text[cursor.position : cursor.position + 1] in BLANK_SIGNS
        or spans.inside(kind)
        or not spans.may_nest
    ):
        spans.add_text(mark)
        return
    node = _read(spans, mark, kind)
    if node is None and kind == "strong" and spans.tree.kind != "em":
        mark, cursor.position = mark[0], start + 1
        node = _read(spans, mark, "em")
    if node is None:
        cursor.position = match.end()
        spans.add_text(match[0])
    else:
        spans.tree.children.append(node)


def _read(spans: SpanReader, mark: str, kind: str) -> Element | None:
    """Read up to the mark that closes; None if there is none."""
    cursor, node, sign = spans.cursor, Element(kind, origin=spans.cursor.origin()), mark[0]

    def closes(match: re.Match[str]) -> bool:
        text, start, end = cursor.text, match.start(), match.end()
        doubled = kind == "em" and text.startswith(sign * 2, start) and not text.startswith(sign, start + 2)
        in_word = sign == "_" and text[end : end + 1].isalnum()
        return not (text[start - 1] in BLANK_SIGNS or doubled or in_word) and bool(node.children)

    warned = len(spans.reading.warnings)
    if not spans.read_until(node, _STOPS[mark], closes):
        del spans.reading.warnings[warned:]  # it is read again, as what it is
        return None
    cursor.position += len(mark)
    return node


def _within_word(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start]
    return before[-1:].isalpha() or (before[-1:] == "-" and before[:1].isalpha())


def _strikethrough(spans: SpanReader, match: re.Match[str]) -> None:
    cursor = spans.cursor
    origin, start = cursor.origin(), match.start() + 2
    node = Element("html", name="del", span=True, content="span", origin=origin)
    spans.tree.children.append(node)
    inner = Cursor(match[0][2:-2], cursor.origins(start, match.end()))
    cursor.position = match.end()
    SpanReader(spans.reading, inner, spans.text_kind).read_all(node)


EMPHASIS = SpanConstruct(r"\*|_", "*_", _MARK, _emphasis)
STRIKETHROUGH = SpanConstruct("~~", "~", pattern(r"~~(?!\s|~).*?[^\s~]~~", re.DOTALL), _strikethrough)
