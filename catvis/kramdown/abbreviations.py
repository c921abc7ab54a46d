"""Abbreviations: ``*[HTML]: Hypertext Markup Language``, then marked wherever the word stands."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import Blocks
from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.reading import Abbreviation, Block, Reading
from catvis.kramdown.tree import Node


def _definition(blocks: Blocks, match: re.Match[str]) -> bool:
    reading, origin, short = blocks.reading, blocks.cursor.origin(), match[1]
    if short in reading.abbreviations:
        reading.warn(origin, f"the abbreviation {short} is defined twice; the last one counts")
    mark = blocks.add("eob", origin)
    mark.name = "abbreviation_definition"
    reading.abbreviations[short] = Abbreviation(match[2].strip(BLANKS), mark)
    blocks.cursor.position = match.end()
    return True


def mark_abbreviations(reading: Reading, tree: Node) -> None:
    """Replace defined words in all text below a node that is not raw; longer ones first."""
    if not reading.abbreviations:
        return
    words = "|".join(re.escape(word) for word in sorted(reading.abbreviations, key=len, reverse=True))
    known = pattern(rf"(?<!\w)(?:{words})(?!\w)")
    for node in list(tree.walk()):
        if node.kind == "html" and node.content == "raw":
            continue
        children: list[Node] = []
        for child in node.children:
            children.extend(_split(known, child) if child.kind == "text" else [child])
        node.children = children


def _split(known: re.Pattern[str], text: Node) -> list[Node]:
    pieces: list[Node] = []
    end = 0
    for match in known.finditer(text.text):
        pieces += [Node("text", text.text[end : match.start()]), Node("abbreviation", name=match[0])]
        end = match.end()
    return [*pieces, Node("text", text.text[end:])] if pieces else [text]


ABBREVIATION_DEFINITION = Block(pattern(rf"{MARGIN}\*\[(.+?)\]:(.*?)\n"), _definition)
