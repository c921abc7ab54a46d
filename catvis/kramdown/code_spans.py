"""Code within running text, between equally many backticks."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import BLANK_SIGNS, pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    cursor, mark, start = spans.cursor, match[0], match.start()
    origin = cursor.origin()
    cursor.position = match.end()
    blank_before = start == 0 or cursor.text[start - 1] in BLANK_SIGNS
    lonely = mark == "`" and blank_before and cursor.text[match.end() : match.end() + 1] in BLANK_SIGNS
    end = -1 if lonely else cursor.text.find(mark, match.end())
    if end < 0:
        spans.add_text(mark)
        return
    code = cursor.text[match.end() : end]
    if len(mark) > 1:
        code = code.removeprefix(" ").removesuffix(" ")
    spans.tree.children.append(Element("codespan", code, origin=origin))
    cursor.position = end + len(mark)


CODE_SPAN = SpanConstruct("`", "`", pattern(r"`+"), _run)
