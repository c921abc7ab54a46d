"""Code blocks: indented by four spaces or a tab, or fenced by backticks or tildes with a language."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.grammar import BLANKS, CODE_LINES, FENCE, INDENT, INDENT_AT_LINES, pattern
from catvis.kramdown.reading import BlockConstruct

_LINES = pattern(CODE_LINES)
_LAZY_LINE = pattern(r"\n( {0,3}\S)")
_FENCED = pattern(
    r" {0,3}(([~`]){3,}+)[ \t\r\f\v]*+(([^\s?]++)(?:\?\S*+)?)?\s*?\n(.*?)^ {0,3}\1\2*\s*?\n", re.DOTALL
)


def _indented(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin, match = blocks.cursor.origin(), blocks.cursor.scan(_LINES)
    if not match or not match[0]:
        return False
    code = _LAZY_LINE.sub(r" \1", match[0])
    blocks.add("codeblock", origin).text = INDENT_AT_LINES.sub("", code)
    return True


def _fenced(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin, match = blocks.cursor.origin(), blocks.cursor.scan(_FENCED)
    if not match:
        return False
    block = blocks.add("codeblock", origin)
    block.text = match[5]
    if (match[3] or "").strip(BLANKS):
        block.language = match[3].strip(BLANKS)
        block.attributes["class"] = f"language-{match[4]}"
    return True


INDENTED_CODE = BlockConstruct(pattern(INDENT), _indented)
FENCED_CODE = BlockConstruct(pattern(FENCE), _fenced)
