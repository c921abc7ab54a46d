"""Block quotes, with lazy continuation: a paragraph in a quote goes on without its ``>``."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.cursor import indented, lines_of
from catvis.kramdown.grammar import LAZY_STOP, LINE, QUOTE_MARK, pattern
from catvis.kramdown.reading import BlockConstruct

_MARK = pattern(QUOTE_MARK)


def _run(blocks: BlockReader, _: re.Match[str]) -> bool:
    cursor, start = blocks.cursor, blocks.cursor.position
    cursor.scan(LINE)
    while not cursor.check(LAZY_STOP):
        cursor.scan(LINE)
    lines = lines_of(cursor.text[start : cursor.position])
    marks = [_MARK.match(line) for line in lines]
    widths = [mark.end() if mark else 0 for mark in marks]
    text = "".join(line[width:] for line, width in zip(lines, widths, strict=True))
    quote = blocks.add("blockquote", cursor.origin(start))
    blocks.read_inside(quote, text, indented(cursor.origins(start, cursor.position), widths))
    return True


BLOCK_QUOTE = BlockConstruct(_MARK, _run)
