"""Math between ``$$``: a block when it stands by itself, else within the text. It stays TeX here."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import Blocks
from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.reading import Block, Span
from catvis.kramdown.spans import Spans
from catvis.kramdown.tree import Node

_START = pattern(rf"{MARGIN}(\\)?\$\$(.*?)\$\$(\s*?\n)?", re.DOTALL)
_ESCAPE = pattern(rf"{MARGIN}\\")


def _block(blocks: Blocks, match: re.Match[str]) -> bool:
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


def _span(spans: Spans, match: re.Match[str]) -> None:
    spans.tree.children.append(Node("math", match[1].strip(BLANKS), span=True, origin=spans.cursor.origin()))
    spans.cursor.position = match.end()


MATH_BLOCK = Block(_START, _block)
MATH_SPAN = Span(r"\$", "$", pattern(r"\$\$(.*?)\$\$", re.DOTALL), _span)
