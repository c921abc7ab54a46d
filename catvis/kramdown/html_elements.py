"""HTML in Markdown, as blocks and within running text: elements, comments, end tags.

An element may say how what it holds is read: ``markdown="1|0|block|span"``. Else a block's content is HTML, and a
span's is Markdown unless it is raw by its nature.
"""

from __future__ import annotations

import re

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import (
    BLOCK_ELEMENTS,
    KNOWN_ELEMENTS,
    MARGIN,
    NAME,
    SPAN_ELEMENTS,
    VOID_ELEMENTS,
    content_model,
    pattern,
)
from catvis.kramdown.headers import is_listed
from catvis.kramdown.readers import (
    MAX_DEPTH,
    BlockConstruct,
    BlockReader,
    SpanConstruct,
    SpanReader,
    SpanTable,
)
from catvis.kramdown.reading import Reading
from catvis.kramdown.template import Header
from catvis.kramdown.tree import ContentModel, Element, Origin
from catvis.kramdown.writer import Writer, attributes_html, is_silent, words

_START_TAG = rf"<((?>{NAME}))\s*((?>\s+{NAME}(?:\s*=\s*(?:(?u:\w+)|(\"|')(?s:.*?)\3))?)*)\s*(/)?>"
_END_TAG = rf"</({NAME})\s*>"

_ATTRIBUTE = pattern(rf"\s*({NAME})(?:\s*=\s*(?:((?u:\w+))|(\"|')(.*?)\3))?", re.DOTALL)
_OPENING = pattern(_START_TAG)
_CLOSING = pattern(_END_TAG)
_OPENING_LINE = pattern(MARGIN + _START_TAG)
_CLOSING_LINE = pattern(MARGIN + _END_TAG)
_REST_OF_LINE = pattern(r"[ \t]*\n")
_MARKUP = pattern(rf"<(?:{NAME}|/|!--|\?)")
_CONTENT: dict[str, ContentModel] = {"0": "raw", "span": "span", "block": "block"}
_NEWLINES = re.compile(r"\n+")
_HEADING = re.compile(r"h[1-6]")
_SCROLLING = ("pre", "table")


def _normal_name(name: str) -> str:
    """HTML's elements are named in lower case; others keep the name they have."""
    return name.lower() if name.lower() in KNOWN_ELEMENTS else name


def _read_attributes(reading: Reading, text: str, origin: Origin, *, known: bool) -> dict[str, str]:
    """The attributes in a tag; names in lower case if the element is one of HTML's."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        name = match[1].lower() if known else match[1]
        if name in attributes:
            reading.warn(origin, f"the attribute {name} stands twice in one tag; the last one counts")
        attributes[name] = match[2] or match[4] or ""
    return attributes


def _comment_end(cursor: Cursor) -> int | None:
    """Where the comment that begins here ends, if one begins and ends."""
    if not cursor.text.startswith("<!--", cursor.position) or not cursor.is_ahead("-->"):
        return None
    end = cursor.text.find("-->", cursor.position + 4)
    return None if end < 0 else end + 3


def _block(blocks: BlockReader, _: re.Match[str]) -> bool:
    cursor = blocks.cursor
    if _comment(blocks, blocks.tree):
        cursor.scan(_REST_OF_LINE)
        return True
    if (match := cursor.check(_OPENING_LINE)) and match[1].lower() not in SPAN_ELEMENTS:
        _open(blocks, blocks.tree, match)
        return True
    match = cursor.check(_CLOSING_LINE)
    if match and blocks.tree.kind == "html" and match[1].lower() == blocks.tree.name:
        cursor.position = match.end()
        blocks.stopped = True
        return True
    return False


def _comment(blocks: BlockReader, parent: Element) -> bool:
    cursor, origin = blocks.cursor, blocks.cursor.origin()
    end = _comment_end(cursor)
    if end is None:
        return False
    parent.children.append(Element("xml_comment", cursor.text[cursor.position : end], origin=origin))
    cursor.position = end
    return True


def _open(blocks: BlockReader, parent: Element, match: re.Match[str], depth: int = 0) -> None:
    """Read an element from its start tag on."""
    cursor, origin, name = blocks.cursor, blocks.cursor.origin(), _normal_name(match[1])
    attributes = _read_attributes(blocks.reading, match[2], origin, known=name in KNOWN_ELEMENTS)
    element = Element("html", name=name, attributes=attributes, origin=origin)
    element.listed, blocks.pending = blocks.pending, None
    parent.children.append(element)
    cursor.position = match.end()
    within_raw = parent.kind == "html" and parent.content == "raw"
    element.content = _content(blocks, element, within_raw=within_raw)
    if name in ("script", "style"):
        _read_to_end_tag(blocks, element, "raw")
        element.content = "raw"
        return
    if element.content == "block":
        cursor.scan(_REST_OF_LINE)
    element.closed = match[4] is not None or name in VOID_ELEMENTS
    if element.closed:
        return
    if element.content == "block":
        if not blocks.read_element(element, depth):
            _warn_unclosed(blocks, element)
    elif element.content == "span":
        _read_to_end_tag(blocks, element, "raw_text")
    else:
        _read_raw(blocks, element, depth + 1)
    if not within_raw:
        cursor.scan(_REST_OF_LINE)


def _content(blocks: BlockReader, element: Element, *, within_raw: bool) -> ContentModel:
    asked = element.attributes.pop("markdown", None)
    if asked == "1":
        return content_model(element.name)
    if asked in _CONTENT:
        return _CONTENT[asked]
    return (
        content_model(element.name) if blocks.reading.options.parse_block_html and not within_raw else "raw"
    )


def _read_to_end_tag(blocks: BlockReader, element: Element, kind: str) -> None:
    cursor = blocks.cursor
    end = pattern(rf"(?i:</{re.escape(element.name)}\s*>)").search(cursor.text, cursor.position)
    stop = end.start() if end else len(cursor.text)
    element.append_text(cursor.text[cursor.position : stop], kind)
    for text in element.children:
        text.span, text.origins = True, cursor.origins(cursor.position, stop)
    cursor.position = end.end() if end else stop
    if end is None:
        _warn_unclosed(blocks, element)


def _read_raw(blocks: BlockReader, element: Element, depth: int) -> None:
    """Read HTML as it is, up to the element's end tag; elements inside may ask for Markdown again."""
    cursor = blocks.cursor
    while not cursor.at_end:
        found = _MARKUP.search(cursor.text, cursor.position)
        stop = found.start() if found else len(cursor.text)
        element.append_text(cursor.text[cursor.position : stop])
        cursor.position = stop
        if found is None:
            break
        if _comment(blocks, element):
            continue
        if cursor.text.startswith("<?", stop) and cursor.is_ahead("?>"):
            end = cursor.text.index("?>", stop)
            element.children.append(
                Element("xml_comment", cursor.text[stop : end + 2], origin=cursor.origin())
            )
            cursor.position = end + 2
        elif (match := cursor.check(_OPENING)) and blocks.depth + depth <= MAX_DEPTH:
            _open(blocks, element, match, depth)
        elif match := cursor.check(_CLOSING):
            cursor.position = match.end()
            if element.name == (match[1].lower() if element.name in KNOWN_ELEMENTS else match[1]):
                return
            element.append_text(match[0])
        else:
            element.append_text(cursor.text[stop])
            cursor.position = stop + 1
    _warn_unclosed(blocks, element)


def _warn_unclosed(blocks: BlockReader, element: Element) -> None:
    blocks.reading.warn(element.origin, f"the element <{element.name}> has no end tag")


def _span(spans: SpanReader, _: re.Match[str]) -> None:
    cursor, origin = spans.cursor, spans.cursor.origin()
    end = _comment_end(cursor)
    if end is not None:
        text = cursor.text[cursor.position : end]
        spans.tree.children.append(Element("xml_comment", text, span=True, origin=origin))
        cursor.position = end
    elif closing := cursor.scan(_CLOSING):
        spans.reading.warn(origin, f"the end tag </{closing[1]}> has no start tag here")
        spans.add_text(closing[0])
    elif opening := cursor.check(_OPENING):
        _open_span(spans, opening)
    else:
        spans.skip_character()


def _open_span(spans: SpanReader, opening: re.Match[str]) -> None:
    cursor, reading, origin = spans.cursor, spans.reading, spans.cursor.origin()
    name = _normal_name(opening[1])
    cursor.position = opening.end()
    if name in BLOCK_ELEMENTS or not spans.may_nest:
        spans.add_text(opening[0])
        return
    known = name in KNOWN_ELEMENTS
    attributes = _read_attributes(reading, opening[2], origin, known=known)
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
        return _normal_name(closing[1]) == name

    if spans.read_until(element, _CLOSING, closes, None if parsed else _ONLY_HTML):
        cursor.scan(_CLOSING)
    else:
        reading.warn(origin, f"the element <{name}> has no end tag")
        element.append_text(cursor.rest, spans.text_kind)
        cursor.position = len(cursor.text)


HTML_BLOCK = BlockConstruct(pattern(rf"{MARGIN}<(?:{NAME}|!--|/)"), _block)
HTML_SPAN = SpanConstruct("<", "<", pattern(rf"<(?:{NAME}|!--|/)"), _span)
_ONLY_HTML = SpanTable((HTML_SPAN,))


def write_html(writer: Writer, node: Element, indent: int) -> str:
    """Write an element as kramdown lays it out."""
    with writer.figure(captioned=_is_captioned(node) if node.name == "figure" else writer.captioned):
        inside = writer.inner(node, indent)
    parent = writer.above[-1]
    reach = writer.reach(node.attributes) if node.name in _SCROLLING else ""
    tag = f"<{node.name}{reach}{attributes_html(node.attributes)}"
    if node.span:
        is_void = not inside and node.name in VOID_ELEMENTS
        return f"{tag} />" if is_void else f"{tag}>{inside}</{node.name}>"
    on_own_line = parent.kind != "html" or parent.content != "raw"
    margin, end = (" " * indent, "\n") if on_own_line else ("", "")
    if node.closed and node.content == "raw":
        written = f"{tag} />"
    elif inside and node.content == "block":
        inside = inside.removesuffix("\n")
        written = f"{tag}>\n{inside}\n{' ' * indent}{_end_tag(writer, node)}"
    elif inside or node.name not in VOID_ELEMENTS:
        written = f"{tag}>{inside}{_end_tag(writer, node)}"
    else:
        written = f"{tag} />"
    return f"{margin}{written}{end}"


def _is_captioned(figure: Element) -> bool:
    return any(part.name == "figcaption" and not is_silent(words(part)) for part in figure.children)


def _end_tag(writer: Writer, node: Element) -> str:
    end = f"</{node.name}>"
    if not _HEADING.fullmatch(node.name):
        return end
    attributes = node.attributes
    header = Header(int(node.name[1]), attributes.get("id", ""), words(node), is_listed(attributes))
    return writer.header_end(node, header) + end


def write_html_comment(writer: Writer, node: Element, indent: int) -> str:
    """Write an HTML comment as it was written."""
    parent, comment = writer.above[-1], writer.marks.raw(node.text)
    if node.span or (parent.kind == "html" and parent.content == "raw"):
        return comment
    return f"{' ' * indent}{comment}\n"
