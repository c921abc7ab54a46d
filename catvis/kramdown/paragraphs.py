"""Paragraphs: what no other construct takes, up to a blank line or a block that may interrupt."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import BLANKS, LINE, MARGIN, PARAGRAPH_END, pattern
from catvis.kramdown.reading import BlockConstruct


def _run(blocks: BlockReader, _: re.Match[str]) -> bool:
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


PARAGRAPH = BlockConstruct(pattern(rf"{MARGIN}[^ \t].*?\n"), _run)
