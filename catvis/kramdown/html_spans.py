"""HTML within running text: elements, comments; what stands in an element is read as Markdown unless it is raw."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.html_blocks import CLOSING, OPENING, comment_end, normal_name, read_attributes
from catvis.kramdown.html_names import BLOCK_ELEMENTS, KNOWN_ELEMENTS, NAME, VOID_ELEMENTS, content_model
from catvis.kramdown.reading import SpanConstruct, SpanTable
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

_OPENING = pattern(OPENING)
_CLOSING = pattern(CLOSING)
_NEWLINES = re.compile(r"\n+")


def _run(spans: SpanReader, _: re.Match[str]) -> None:
    cursor, origin = spans.cursor, spans.cursor.origin()
    end = comment_end(cursor)
    if end is not None:
        text = cursor.text[cursor.position : end]
        spans.tree.children.append(Element("xml_comment", text, span=True, origin=origin))
        cursor.position = end
    elif closing := cursor.scan(_CLOSING):
        spans.reading.warn(origin, f"the end tag </{closing[1]}> has no start tag here")
        spans.add_text(closing[0])
    elif opening := cursor.check(_OPENING):
        _element(spans, opening)
    else:
        spans.skip_character()


def _element(spans: SpanReader, opening: re.Match[str]) -> None:
    cursor, reading, origin = spans.cursor, spans.reading, spans.cursor.origin()
    name = normal_name(opening[1])
    cursor.position = opening.end()
    if name in BLOCK_ELEMENTS or not spans.may_nest:
        spans.add_text(opening[0])
        return
    known = name in KNOWN_ELEMENTS
    attributes = read_attributes(reading, opening[2], origin, known=known)
    attributes = {key: _NEWLINES.sub(" ", value) for key, value in attributes.items()}
    is_raw = content_model(name) == "raw"
    parsed = not (is_raw or (spans.tree.kind == "html" and spans.tree.content == "raw"))
    parsed = parsed and reading.options.parse_span_html
    asked = attributes.pop("markdown", None)
    if asked in ("0", "1", "span"):
        parsed = asked == "span" or (asked == "1" and not is_raw)
    element = Element("html", name=name, attributes=attributes, span=True, origin=origin)
    element.content, element.closed = "span" if parsed else "raw", opening[4] is not None
    spans.tree.children.append(element)
    if element.closed or name in VOID_ELEMENTS:
        return

    def closes(closing: re.Match[str]) -> bool:
        return normal_name(closing[1]) == name

    if spans.read_until(element, _CLOSING, closes, None if parsed else _ONLY_HTML):
        cursor.scan(_CLOSING)
    else:
        reading.warn(origin, f"the element <{name}> has no end tag")
        element.append_text(cursor.rest, spans.text_kind)
        cursor.position = len(cursor.text)


HTML_SPAN = SpanConstruct("<", "<", pattern(rf"<(?:{NAME}|!--|/)"), _run)
_ONLY_HTML = SpanTable((HTML_SPAN,))
