"""Links and images: ``[text](url "title")``, ``[text][name]``, ``[name]``, with ``!`` for an image, and autolinks.

An autolink names itself: ``<https://example.org>``, ``<somebody@example.org>``.
"""

from __future__ import annotations

import re

from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.reading import LinkTarget
from catvis.kramdown.small_spans import unescape
from catvis.kramdown.template import ImageHole
from catvis.kramdown.tree import AttributeList, Element
from catvis.kramdown.writer import Writer, attributes_html

_BLANKS = re.compile(r"\s+", re.ASCII)
_TITLE_IN_URL = re.compile(r"[ \t]+[\"']")
_BRACKET = pattern(r"(\])|!?\[")
_IN_PARENTHESES = pattern(r"(\()|(\))|\s(?=['\"])")
_NAME = pattern(r"\s*?\[([^\]]+)?\]")
_POINTED = pattern(r"\(<(.*?)>")
_END = pattern(r"\)")
_TITLE = pattern(r"\s*?([\"'])(.{1,1000}?)\1\s*?\)", re.DOTALL)
_DEFINITION = pattern(
    rf"{MARGIN}\[([^\n\]]+)\]:[ \t]*(?:<(.*?)>|([^\n]*?\S[^\n]*?))"
    r"(?:(?:[ \t]*?\n|[ \t]+?)[ \t]*?([\"'])(.+?)\4)?[ \t]*?\n"
)
_ADDRESS = r"(?u:[^\W_]|[-_.])"


def _normal(name: str) -> str:
    return _BLANKS.sub(" ", name).lower()


def _definition(blocks: BlockReader, match: re.Match[str]) -> bool:
    if match[3] and _TITLE_IN_URL.search(match[3]):
        return False
    reading, origin, name = blocks.reading, blocks.cursor.origin(), _normal(match[1])
    if name in reading.links:
        reading.warn(origin, f"the link [{name}] is defined twice; the last one counts")
    mark = blocks.add("eob", origin)
    mark.name = "link_definition"
    reading.links[name] = LinkTarget(match[2] if match[2] is not None else match[3], match[5], mark)
    blocks.cursor.position = match.end()
    return True


def _link(spans: SpanReader, match: re.Match[str]) -> None:
    cursor, opening = spans.cursor, match[0]
    node = Element("img" if opening[0] == "!" else "a", origin=cursor.origin())
    cursor.position = match.end()
    if (node.kind == "a" and spans.inside("a", "img")) or not spans.may_nest or not _read(spans, node):
        cursor.position = match.end()
        spans.add_text(opening)
        return
    spans.tree.children.append(node)


def _read(spans: SpanReader, node: Element) -> bool:
    """Read a link from its text on, into ``node``; says whether it is one."""
    cursor, start, depth = spans.cursor, spans.cursor.position, 1

    def closes(match: re.Match[str]) -> bool:
        nonlocal depth
        depth += -1 if match[1] else 1
        return depth == sum(child.kind == "img" for child in node.children)

    if not cursor.is_ahead("]") or not spans.read_until(node, _BRACKET, closes):
        return False
    text = unescape(cursor.text[start : cursor.position])
    cursor.scan(_BRACKET)
    named = cursor.scan(_NAME)
    if named or not cursor.text.startswith("(", cursor.position):
        return _by_name(spans, node, text, named[1] if named else None)
    pointed = cursor.scan(_POINTED)
    target = _pointed_target(spans, pointed[1]) if pointed else _target(spans)
    if target is None:
        return False
    _finish(spans, node, text, *target)
    return True


def _by_name(spans: SpanReader, node: Element, text: str, name: str | None) -> bool:
    link = spans.reading.links.get(_normal(name or text))
    if link is None:
        if name:
            spans.reading.warn(node.origin, f"the link [{name}] is not defined")
        return False
    _finish(spans, node, text, link.url, link.title, link.mark.listed)
    return True


def _pointed_target(spans: SpanReader, url: str) -> tuple[str, str | None] | None:
    """A URL in angle brackets, which has been read, with or without a title."""
    if spans.cursor.scan(_END):
        return url, None
    title = spans.cursor.scan(_TITLE)
    return (url, title[2]) if title else None


def _target(spans: SpanReader) -> tuple[str, str | None] | None:
    """A URL in parentheses, which may hold balanced ones, with or without a title."""
    cursor, start, depth = spans.cursor, spans.cursor.position, 0
    while match := _IN_PARENTHESES.search(cursor.text, cursor.position):
        cursor.position = match.end()
        spans.fuel -= 1
        if spans.fuel <= 0:
            return None
        if match[1]:
            depth += 1
        elif not match[2]:
            break
        else:
            depth -= 1
            if depth == 0:
                return cursor.text[start + 1 : match.start()].strip(BLANKS), None
    url = cursor.text[start + 1 : cursor.position - 1].strip(BLANKS)
    title = cursor.scan(_TITLE)
    return (url, title[2]) if title else None


def _finish(
    spans: SpanReader,
    node: Element,
    text: str,
    url: str,
    title: str | None,
    listed: AttributeList | None = None,
) -> None:
    node.listed = listed
    if listed:
        spans.reading.apply(node.attributes, listed)
    if node.kind == "a":
        node.attributes["href"] = url
    else:
        node.attributes |= {"src": url, "alt": text}
        node.children.clear()
    if title:
        node.attributes["title"] = title


def _autolink(spans: SpanReader, match: re.Match[str]) -> None:
    target = match[1] if match[2] else f"mailto:{match[1]}"
    link = Element("a", attributes={"href": target}, origin=spans.cursor.origin())
    link.append_text(match[1].removeprefix("mailto:"))
    spans.tree.children.append(link)
    spans.cursor.position = match.end()


LINK_DEFINITION = BlockConstruct(_DEFINITION, _definition)
LINK = SpanConstruct(r"!?\[", "![", pattern(r"!?\[(?=[^^])"), _link)
AUTOLINK = SpanConstruct(
    "<", "<", pattern(rf"<((mailto|https?|ftps?):.{{1,2000}}?|{_ADDRESS}+?@{_ADDRESS}+?)>"), _autolink
)


def write_image(writer: Writer, node: Element, _: int) -> str:
    """Leave the image's place open: a figure may take it."""
    written = f"<img{attributes_html(node.attributes)} />"
    others = tuple((key, value) for key, value in node.attributes.items() if key not in ("src", "alt"))
    source, alt = node.attributes.get("src", ""), node.attributes.get("alt", "")
    return writer.marks.mark(ImageHole(source, alt, others, node.origin, written, writer.captioned))
