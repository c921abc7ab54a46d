"""Attribute lists: ``{:.a #b key="v" name}`` after or before a block or after a span, and ``{:name: …}``.

An attribute list belongs to the block that it touches: the one before it, else the one after it.
"""

from __future__ import annotations

import re

from catvis.kramdown.grammar import BLANKS, BLOCK_LIST, LIST_NAME, LISTED, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import AttributeList, Origin

_KEY_VALUE = rf"({LIST_NAME})=(\"|')((?:\\\}}|\\\2|[^\}}])*?)\2"
_ID = r"#([A-Za-z][\w:-]*)"
_CLASS = r"\.([^\s\.#]+)"
_ITEM = pattern(rf"(?:\A|\s)(?:{_KEY_VALUE}|({LIST_NAME})|((?:{_ID}|{_CLASS})+))(?=\s|\Z)")
_ID_OR_CLASS = pattern(f"{_ID}|{_CLASS}")

_DEFINITION = pattern(rf"{MARGIN}\{{:({LIST_NAME}):({LISTED})\}}\s*?\n")
_OF_BLOCK = pattern(MARGIN + BLOCK_LIST)
_OF_SPAN = pattern(rf"\{{:({LISTED})\}}")
_TAKES_LIST = ("link_definition", "abbreviation_definition", "footnote_definition")


def parse_list(reading: Reading, text: str, into: AttributeList, origin: Origin) -> None:
    """Add what an attribute list says to ``into``; warn when it says nothing."""
    if text.strip(BLANKS) in ("", ":"):
        return
    items = list(_ITEM.finditer(text))
    for key, quote, value, name, ids_and_classes, *_ in (item.groups() for item in items):
        if name:
            into.references.append(name)
        elif ids_and_classes:
            for match in _ID_OR_CLASS.finditer(ids_and_classes):
                into.set("id" if match[1] else "class", match[1] or match[2])
        else:
            into.set(key, re.sub(rf"\\(\}}|{quote})", r"\1", value))
    if not items:
        reading.warn(origin, f"the attribute list {{:{text}}} names no attribute")


def _block(blocks: BlockReader, _: re.Match[str]) -> bool:
    cursor, reading, origin = blocks.cursor, blocks.reading, blocks.cursor.origin()
    definition = cursor.scan(_DEFINITION)
    if definition:
        parse_list(reading, definition[2], reading.lists.setdefault(definition[1], AttributeList()), origin)
        blocks.add("eob", origin).name = "list_definition"
        return True
    match = cursor.scan(_OF_BLOCK)
    if match is None:
        return False
    last = blocks.tree.last
    if last and last.kind != "blank" and (last.kind != "eob" or last.name in _TAKES_LIST):
        parse_list(reading, match[1], last.list_attributes(), origin)
        if not cursor.check(_OF_BLOCK):
            blocks.add("eob", origin).name = "attribute_list"
    else:
        if blocks.pending is None:
            blocks.pending = AttributeList()
        parse_list(reading, match[1], blocks.pending, origin)
    return True


def _span(spans: SpanReader, _: re.Match[str]) -> None:
    match, last = spans.cursor.check(_OF_SPAN), spans.tree.last
    if match and last and last.kind != "text":
        listed = AttributeList()
        parse_list(spans.reading, match[1], listed, spans.cursor.origin())
        spans.cursor.position = match.end()
        last.list_attributes().update(listed)
        spans.reading.apply(last.attributes, listed)
    else:
        if match:
            spans.reading.warn(spans.cursor.origin(), "an attribute list after plain text belongs to nothing")
        spans.skip_character()


BLOCK_ATTRIBUTE_LIST = BlockConstruct(pattern(rf"{MARGIN}\{{:"), _block)
SPAN_ATTRIBUTE_LIST = SpanConstruct(r"\{:", "{", pattern(r"\{:"), _span)
