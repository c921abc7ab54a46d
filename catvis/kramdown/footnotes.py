"""Footnotes: ``[^name]`` in the text, ``[^name]: …`` with as many blocks as are indented below it."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.cursor import indented, lines_of
from catvis.kramdown.grammar import CODE_LINES, INDENT, LIST_NAME, MARGIN, pattern
from catvis.kramdown.reading import BlockConstruct, Footnote, SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

_INDENT = pattern(INDENT)


def _definition(blocks: BlockReader, match: re.Match[str]) -> bool:
    cursor, reading, origin, name = blocks.cursor, blocks.reading, blocks.cursor.origin(), match[1]
    lines = lines_of(match[2])
    marks = [_INDENT.match(line) for line in lines]
    widths = [mark.end() if mark else 0 for mark in marks]
    text = "".join(line[width:] for line, width in zip(lines, widths, strict=True))
    content = Element("footnote_definition", origin=origin)
    blocks.read_inside(content, text, indented(cursor.origins(match.start(2), match.end()), widths))
    if name in reading.footnotes:
        reading.warn(origin, f"the footnote {name} is defined twice; the last one counts")
    blocks.add("eob", origin).name = "footnote_definition"
    reading.footnotes[name] = Footnote(content)
    cursor.position = match.end()
    return True


def _reference(spans: SpanReader, match: re.Match[str]) -> None:
    name, origin = match[1], spans.cursor.origin()
    footnote = spans.reading.footnotes.get(name)
    spans.cursor.position = match.end()
    if footnote is None:
        spans.reading.warn(origin, f"the footnote {name} is not defined")
        spans.add_text(match[0])
        return
    footnote.referenced = True
    spans.tree.children.append(Element("footnote", name=name, origin=origin))


FOOTNOTE_DEFINITION = BlockConstruct(
    pattern(rf"{MARGIN}\[\^({LIST_NAME})\]:[ \t\r\f\v]*?(.*?\n{CODE_LINES})"),
    _definition,
)
FOOTNOTE_REFERENCE = SpanConstruct(r"\[", "[", pattern(rf"\[\^({LIST_NAME})\]"), _reference)
