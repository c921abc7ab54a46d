"""Headers: ATX (``## Title``) and setext (underlined), each with an id of its own choice: ``{#id}``."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import ATX_MARK, BLANKS, MARGIN, pattern
from catvis.kramdown.reading import BlockConstruct

_ID = re.compile(r"[\t ]\{#(?P<id>[^\W\d][-:.\w]*|:[-:.\w]*)\}\Z")
_CLOSING_MARKS = re.compile(r"[\t ]#+\Z")


def _add(blocks: BlockReader, level: int, text: str, end: int, *, closing_marks: bool) -> bool:
    text, chosen = text.rstrip(BLANKS), None
    match = _ID.search(text)
    if match:
        text, chosen = text[: match.start()].rstrip(BLANKS), match["id"]
    if closing_marks:
        text = _CLOSING_MARKS.sub("", text).rstrip(BLANKS)
    if not text:
        return False
    cursor = blocks.cursor
    origin = cursor.origin(cursor.text.index(text, cursor.position))
    header = blocks.add("header", cursor.origin())
    header.level = level
    header.append_text(text, "raw_text")
    header.children[-1].origins = [origin]
    if chosen:
        header.attributes["id"] = chosen
    cursor.position = end
    return True


def _atx(blocks: BlockReader, match: re.Match[str]) -> bool:
    return _add(blocks, len(match[1]), match[2], match.end(), closing_marks=True)


def _setext(blocks: BlockReader, match: re.Match[str]) -> bool:
    level = 2 if match[2] == "-" else 1
    return blocks.after_boundary() and _add(blocks, level, match[1], match.end(), closing_marks=False)


ATX_HEADER = BlockConstruct(pattern(ATX_MARK), _atx)
SETEXT_HEADER = BlockConstruct(pattern(rf"{MARGIN}([^ \t].*)\n([-=])[-=]*[ \t\r\f\v]*\n"), _setext)
