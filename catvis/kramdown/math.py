"""Math between ``$$``: a block when it stands by itself, else within the text. It stays TeX here."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.reading import BlockConstruct, SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

_START = pattern(rf"{MARGIN}(\\)?\$\$(.*?)\$\$(\s*?\n)?", re.DOTALL)
_ESCAPE = pattern(rf"{MARGIN}\\")


def _block(blocks: BlockReader, match: re.Match[str]) -> bool:
    cursor, start = blocks.cursor, match.start()
    if not blocks.after_boundary():
        return False
    if match[1]:
        if match[3]:
            cursor.scan(_ESCAPE)
        return False
    cursor.position = match.end()
    if not blocks.before_boundary():
        cursor.position = start
        return False
    blocks.add("math", cursor.origin(start)).text = match[2].strip(BLANKS)
    return True


def _span(spans: SpanReader, match: re.Match[str]) -> None:
    spans.tree.children.append(
        Element("math", match[1].strip(BLANKS), span=True, origin=spans.cursor.origin())
    )
    spans.cursor.position = match.end()


MATH_BLOCK = BlockConstruct(_START, _block)
MATH_SPAN = SpanConstruct(r"\$", "$", pattern(r"\$\$(.*?)\$\$", re.DOTALL), _span)
