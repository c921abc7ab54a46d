"""The plainest blocks: paragraphs, quotes, horizontal rules, and what stands between blocks.

Between blocks stand blank lines, and ``^``, the mark that ends one.
"""

from __future__ import annotations

import re

from catvis.kramdown.grammar import (
    BLANK,
    BLANKS,
    END_MARK,
    LAZY_STOP,
    LINE,
    MARGIN,
    PARAGRAPH_END,
    QUOTE_MARK,
    RULE,
    pattern,
)
from catvis.kramdown.readers import BlockConstruct, BlockReader
from catvis.kramdown.template import Paragraph
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, attributes_html, escape_code

_QUOTE_MARK = pattern(QUOTE_MARK)


def _blank(blocks: BlockReader, match: re.Match[str]) -> bool:
    origin = blocks.cursor.origin()
    blocks.cursor.position = match.end()
    last = blocks.tree.last
    if last and last.kind == "blank":
        last.text += match[0]
    else:
        blocks.add("blank", origin).text = match[0]
    return True


def _end_mark(blocks: BlockReader, match: re.Match[str]) -> bool:
    blocks.add("eob", blocks.cursor.origin())
    blocks.cursor.position = match.end()
    return True


def _rule(blocks: BlockReader, match: re.Match[str]) -> bool:
    blocks.add("hr", blocks.cursor.origin())
    blocks.cursor.position = match.end()
    return True


def _quote(blocks: BlockReader, _: re.Match[str]) -> bool:
    """Read a quote; a paragraph in it goes on without its ``>``."""
    cursor, start = blocks.cursor, blocks.cursor.position
    cursor.scan(LINE)
    while not cursor.check(LAZY_STOP):
        cursor.scan(LINE)
    quote = blocks.add("blockquote", cursor.origin(start))
    blocks.read_inside(quote, *cursor.without(_QUOTE_MARK, start, cursor.position))
    return True


def _paragraph(blocks: BlockReader, _: re.Match[str]) -> bool:
    """Read what no other construct takes, up to a blank line or a block that may interrupt."""
    cursor, start = blocks.cursor, blocks.cursor.position
    cursor.scan(LINE)
    while not cursor.check(PARAGRAPH_END):
        cursor.scan(LINE)
    text = cursor.text[start : cursor.position].rstrip(BLANKS)
    last = blocks.tree.last
    if last and last.kind == "p":
        broken = cursor.text[max(0, start - 3) : start] == "  \n"
        raw = last.last
        if raw and raw.kind == "raw_text":
            raw.text += ("  \n" if broken else "\n") + text
            raw.add_origins(cursor.origins(start, start + len(text)))
            return True
    paragraph = last if last and last.kind == "p" else blocks.add("p", cursor.origin(start))
    indentation = len(text) - len(text.lstrip(BLANKS))
    paragraph.append_text(text.lstrip(BLANKS), "raw_text")
    paragraph.children[-1].origins = cursor.origins(start + indentation, start + len(text))
    return True


BLANK_LINE = BlockConstruct(BLANK, _blank)
END_OF_BLOCK = BlockConstruct(END_MARK, _end_mark)
HORIZONTAL_RULE = BlockConstruct(RULE, _rule)
BLOCK_QUOTE = BlockConstruct(_QUOTE_MARK, _quote)
PARAGRAPH = BlockConstruct(pattern(rf"{MARGIN}[^ \t].*?\n"), _paragraph)


def write_blank(_: Writer, __: Element, ___: int) -> str:
    """Blank lines become one."""
    return "\n"


def write_rule(_: Writer, node: Element, indent: int) -> str:
    """Write a horizontal rule."""
    return f"{' ' * indent}<hr{attributes_html(node.attributes)} />\n"


def write_paragraph(writer: Writer, node: Element, indent: int) -> str:
    """Write a paragraph; with images in it, it may turn out to be something else when they are filled in."""
    if node.transparent:
        return writer.inner(node, indent)
    only = node.children[0] if len(node.children) == 1 else None
    if only and only.kind == "img" and "standalone" in only.references:
        return _standalone_image(writer, node, indent)
    inside, attributes = writer.inner(node, indent), attributes_html(node.attributes)
    if not any(child.kind == "img" for child in node.walk()):
        return f"{' ' * indent}<p{attributes}>{inside}</p>\n"
    mark = writer.marks.mark(Paragraph(attributes, writer.marks.take_apart(inside)))
    return f"{' ' * indent}{mark}\n"


def _standalone_image(writer: Writer, paragraph: Element, indent: int) -> str:
    attributes, image = dict(paragraph.attributes), paragraph.children[0]
    for name in ("class", "id"):
        value = image.attributes.pop(name, None)
        if value is not None:
            attributes.setdefault(name, value)
    margin, inner = " " * indent, " " * (indent + 2)
    caption = image.attributes.get("alt", "")
    with writer.figure(captioned=bool(caption.strip())):
        shown = writer.one(image, indent)
    return (
        f"{margin}<figure{attributes_html(attributes)}>\n{inner}{shown}\n"
        f"{inner}<figcaption>{escape_code(caption)}</figcaption>\n{margin}</figure>\n"
    )
