"""Horizontal rules: three or more ``*``, ``-`` or ``_`` alone on a line."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import RULE
from catvis.kramdown.reading import BlockConstruct


def _run(blocks: BlockReader, match: re.Match[str]) -> bool:
    blocks.add("hr", blocks.cursor.origin())
    blocks.cursor.position = match.end()
    return True


HORIZONTAL_RULE = BlockConstruct(RULE, _run)
