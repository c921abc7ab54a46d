"""What stands between blocks: blank lines, and ``^``, the mark that ends a block."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import BLANK, END_MARK
from catvis.kramdown.reading import BlockConstruct


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


BLANK_LINE = BlockConstruct(BLANK, _blank)
END_OF_BLOCK = BlockConstruct(END_MARK, _end_mark)
